"""What a stage costs: list prices with a date, and units that are counted, not guessed."""
