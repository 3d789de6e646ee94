"""What runs: one folder per service, the runtime that they share, and the map of them all."""
