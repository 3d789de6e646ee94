"""Read-only checks before a deployment of a stage, one check a file."""
