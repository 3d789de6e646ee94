"""The relay: from the log's stream to the topic."""
