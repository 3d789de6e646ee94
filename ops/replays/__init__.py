"""Old events of the log, sent again: to one consumer's queue, or to the topic and so to all."""
