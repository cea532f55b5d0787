"""A model, a format and a view for winset."""
