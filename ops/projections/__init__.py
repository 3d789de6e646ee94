"""Read models: shown, compared with the log, emptied."""
