"""The tour: eight steps on the local cloud, each with its commands."""
