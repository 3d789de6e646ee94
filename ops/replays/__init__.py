"""Replays: old events of the log, sent to one consumer's queue again."""
