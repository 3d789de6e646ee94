"""Costs of a stage: dated list prices, and units that are counted, not guessed."""
