"""Doubts: documented judgements on a case that is valid but perhaps not meant so."""
