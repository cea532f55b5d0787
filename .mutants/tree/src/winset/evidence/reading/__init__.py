"""Documents to paragraphs: bytes in, text with offsets out."""
