"""What must be so before a stage is deployed: looked at, never changed, one check a file."""
