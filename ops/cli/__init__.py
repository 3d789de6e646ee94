"""The parts of a command line: the app, shared options, errors, confirmation, formats."""
