"""The simulator: whole shops in memory, under every kind of bad luck, each from a seed."""
