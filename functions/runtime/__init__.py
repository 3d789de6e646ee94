"""The runtime: composition, handlers, AWS adapters and in-memory ports of all services."""
