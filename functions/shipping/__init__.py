"""Shipping: books a parcel for a confirmed order."""
