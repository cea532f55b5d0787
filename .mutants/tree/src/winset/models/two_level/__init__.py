"""The two-level model: negotiators sign what their own sides may refuse."""
