"""Who operates it: runs the system here, seeds it, places an order, and shows what happens."""
