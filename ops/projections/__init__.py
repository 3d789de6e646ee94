"""Read models: show, compare with the log, empty."""
