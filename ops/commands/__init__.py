"""Commands of `fanfare`, one file each; imports of the work wait until a command runs."""
