"""The contracts: one module per publishing service, and the upcasters of older versions."""
