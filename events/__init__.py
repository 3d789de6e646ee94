"""What travels: the envelope, the contracts by publishing service, and how they are read."""
