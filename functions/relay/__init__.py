"""Relay: publishes the log's stream to the topic."""
