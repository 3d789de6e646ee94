"""Lambda functions: one folder for each service, their framework and runtime, and the map."""
