"""A stretch of text, by its offsets in code points."""

from typing import NamedTuple


class Span(NamedTuple):
    """From ``start`` up to, and without, ``end``."""

    start: int
    end: int

    def of(self, text: str) -> str:
        """Return the words of ``text`` that stand here."""
        return text[self.start : self.end]

    def moved(self, by: int) -> "Span":
        """Return the same stretch ``by`` characters further on."""
        return Span(self.start + by, self.end + by)

    def holds(self, other: "Span") -> bool:
        """Return whether ``other`` lies inside."""
        return self.start <= other.start and other.end <= self.end

    def touches(self, other: "Span") -> bool:
        """Return whether the two share a character."""
        return self.start < other.end and other.start < self.end


def trimmed(text: str, span: Span) -> Span:
    """Return ``span`` without the blanks at its ends.

    >>> trimmed("  yes ", Span(0, 6))
    Span(start=2, end=5)
    """
    start, end = span
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Span(start, end)


def one_line(words: str) -> str:
    """Return ``words`` on one line, with printable characters only: as a cell can hold them."""
    return " ".join("".join(c if c.isprintable() else " " for c in words).split())
