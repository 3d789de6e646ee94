"""Function logs: read, filtered and laid out in columns."""
