"""Actions on a stage: each changes something, and asks for consent where others rely on it."""
