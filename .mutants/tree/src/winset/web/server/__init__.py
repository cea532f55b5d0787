"""The server: who may ask, and how answers are sent."""
