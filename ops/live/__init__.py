"""The live view: the functions' log lines, read as they grow and laid out for people."""
