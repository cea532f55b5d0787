"""The terms of the field that winset uses: one plain sentence each, and its source."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from winset.errors import WinsetError, nearest

FILE = Path(__file__).with_name("glossary.md")  # the page docs/glossary.md is a copy
_ENTRY = re.compile(
    r"^## (?P<name>.+)\n(?P<sentence>(?:(?!Source: |## ).+\n)+)Source: (?P<source>.+)\n", re.M
)
_LINK = re.compile(r"\[([^\]]+)\]\([^)]+\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A term of the field.

    Attributes:
        name: as winset writes it.
        sentence: what it means.
        source: where it comes from.
    """

    name: str
    sentence: str
    source: str


@cache
def glossary() -> dict[str, Term]:
    """Return every term by its name, in alphabetical order."""
    terms = {}
    for entry in _ENTRY.finditer(FILE.read_text("utf-8")):
        words = {
            part: _LINK.sub(r"\1", " ".join(text.split()))
            for part, text in entry.groupdict().items()
        }
        terms[words["name"]] = Term(
            name=words["name"], sentence=words["sentence"], source=words["source"].rstrip(".")
        )
    return terms


def find_term(words: str) -> Term:
    """Return the term that ``words`` name, in capitals or not, singular or plural.

    Raises:
        WinsetError: when the glossary has no such term; it names the nearest one.

    >>> find_term("Red lines").name
    'red line'
    """
    term_name = " ".join(words.split()).casefold()
    terms = {name.casefold(): term for name, term in glossary().items()}
    for form in (term_name, term_name.removesuffix("s"), term_name.removesuffix("es")):
        if form in terms:
            return terms[form]
    raise WinsetError(f"no term “{term_name}” in the glossary; {nearest(term_name, terms)}")
