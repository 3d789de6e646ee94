"""Scaffold: files of a new consumer or event type, from templates."""
