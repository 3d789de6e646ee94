"""Replays: events of the log are sent again, to one consumer's queue or to the topic."""
