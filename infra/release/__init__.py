"""Releases: records of each stage's stateful resources, and the losses of an update."""
