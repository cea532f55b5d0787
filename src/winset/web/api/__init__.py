"""The interface in JSON."""
