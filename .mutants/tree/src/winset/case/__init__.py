"""The case: one negotiation as of one date, read from a folder of plain text and written back."""
