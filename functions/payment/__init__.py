"""Payment: charges an order and refunds it on cancellation."""
