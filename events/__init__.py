"""Events: the envelope, the contracts by publishing service, and the functions to read them."""
