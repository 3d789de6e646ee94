"""What can be said to `fanfare`: one file a command, whose work waits until it is run."""
