"""The simulator: the whole shop in memory under seeded faults; one seed replays one run."""
