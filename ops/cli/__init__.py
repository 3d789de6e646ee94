"""Parts of the command line: app, shared options, errors, confirmation, formats."""
