"""Payment: charges an order, and gives the money back when it is cancelled."""
