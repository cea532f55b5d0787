"""A language model that proposes statements, through the same gate as the rules."""
