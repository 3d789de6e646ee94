"""The `fanfare` command: commands, what they need of a stage, and what they show."""
