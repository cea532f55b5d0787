"""Doubts about what a case rests on."""
