"""Doubts: documented warnings about a case that is valid but may be mistaken."""
