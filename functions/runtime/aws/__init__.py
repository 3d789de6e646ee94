"""The AWS implementations of the ports: the only code that imports the AWS SDK."""
