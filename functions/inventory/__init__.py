"""Inventory: takes stock for an order, and puts it back when it is cancelled."""
