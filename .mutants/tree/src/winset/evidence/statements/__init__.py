"""Paragraphs to statements: quotations, speakers, kinds."""
