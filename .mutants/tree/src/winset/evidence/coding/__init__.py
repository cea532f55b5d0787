"""Statements to stances: proposing, deciding, agreement, derivation, tracing."""
