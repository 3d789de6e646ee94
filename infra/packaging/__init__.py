"""Packaging: the code of a function, and the layer of third-party code."""
