"""The terms of the glossary on a page of HTML: each is explained where a reader first meets it.

A term is marked once a page, at its first use in running text, with a tip that holds the glossary's
sentence. No script is needed: the style sheet shows the tip while the term has the pointer or the
keyboard's focus. A term that a page uses only where no tip can stand, such as a heading, a label, a
link or a table, is explained in a list at the end of the page.

Attributes, scripts, form fields and quoted words of a source stay as they are.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from winset.explain.glossary import Term, glossary

_TOKEN = re.compile(
    r"<!--.*?-->|<!doctype[^>]*>|<(?P<end>/?)(?P<name>[a-z][a-z0-9-]*)"
    r"(?P<attributes>(?:[^>\"']|\"[^\"]*\"|'[^']*')*)>",
    re.I | re.S,
)
_VOID = {
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track",
    "wbr",
}  # fmt: skip
# What holds no words of ours: code, and what somebody else said.
_NO_WORDS = {
    "head", "script", "style", "template", "textarea", "svg", "code", "pre", "kbd", "samp",
    "blockquote", "q", "cite",
}  # fmt: skip
# Words of a source, whose direction is looked for; and the name of this program.
_NOT_OURS = re.compile(r"\bdir=[\"']?auto\b|\bclass=[\"']?brand\b")
# What a tip would break: controls, names of regions, cells that are laid out for narrow windows.
_NO_TIPS = {
    "a", "button", "summary", "label", "legend", "select", "option", "datalist", "form", "dfn",
    "table", "nav", "dialog", "noscript", "footer", "h1", "h2", "h3", "h4", "h5", "h6",
}  # fmt: skip
_LIVE = re.compile(r"\bhidden\b(?!=)|\brole=[\"']?(?:status|alert)\b|\baria-live=")
_TEXT = {"p", "li", "dd", "figcaption"}
# The name of this program, and words that are no terms where they stand like this. Nor is a word
# between quotation marks or backticks: it is a name.
_IDIOM = r"`[^`<]*`|\b(?:winset \d|(?:in (?:any|either)|just in) case|in case|at issue)\b"
_LIST_PLACE = "</main>"


@dataclass(frozen=True, slots=True)
class TermUse:
    """A place where a page uses a term.

    Attributes:
        start: of the words in the page's source.
        end: of the words.
        term: the term.
        tip: whether a tip can stand there.
        folded: whether the words are folded away when the page opens.
    """

    start: int
    end: int
    term: Term
    tip: bool
    folded: bool


def mark_terms(page: str, *, filled_later: bool = False) -> str:
    """Return ``page`` with a tip for every term of the glossary that it uses.

    Args:
        page: the source of a whole page, well formed.
        filled_later: whether scripts add words to the page: then the list at its end holds all
            other terms too, hidden until ``terms.js`` meets them, and nothing folded away is
            marked, since a script may use the term in sight.
    """
    first: dict[str, TermUse] = {}
    for use in term_uses(page):
        known = first.get(use.term.name)
        if known is None or _rank(use) < _rank(known):
            first[use.term.name] = use
    parts, at = [], 0
    marks = [use for use in first.values() if use.tip and not (use.folded and filled_later)]
    for use in sorted(marks, key=lambda use: use.start):
        parts += [page[at : use.start], _marked(use.term, page[use.start : use.end])]
        at = use.end
    listed = [use.term for use in first.values() if use not in marks]
    listed.sort(key=lambda term: term.name.casefold())
    spare = [term for name, term in glossary().items() if name not in first] if filled_later else []
    before, place, after = page[at:].rpartition(_LIST_PLACE)
    return "".join([*parts, before, _list(listed, spare) if place else "", place, after])


def term_uses(page: str) -> Iterator[TermUse]:
    """Yield every use of a term in the words of ``page``, in its order."""
    open_elements: list[tuple[str, str]] = []
    at = 0
    skip_to = ""
    for token in _TOKEN.finditer(page):
        name = (token["name"] or "").lower()
        if skip_to and not (token["end"] and name == skip_to):
            continue
        if not skip_to:
            yield from _uses_between(page, at, token.start(), open_elements)
        at, skip_to = token.end(), ""
        if not name or name in _VOID:
            continue
        if token["end"]:
            _close(open_elements, name)
            continue
        open_elements.append((name, token["attributes"]))
        if name in ("script", "style"):
            skip_to = name


def _close(open_elements: list[tuple[str, str]], name: str) -> None:
    if any(known == name for known, _ in open_elements):
        while open_elements.pop()[0] != name:
            pass


def _uses_between(
    page: str, start: int, end: int, open_elements: list[tuple[str, str]]
) -> Iterator[TermUse]:
    """Yield the uses in the text from ``start`` to ``end``, which stands in ``open_elements``."""
    names = {name for name, _ in open_elements}
    if start == end or names & _NO_WORDS:
        return
    if any(_NOT_OURS.search(attributes) for _, attributes in open_elements):
        return
    tip = bool(names & _TEXT) and not names & _NO_TIPS
    tip = tip and not any(_LIVE.search(attributes) for _, attributes in open_elements)
    for match in _pattern().finditer(page, start, end):
        if match.lastgroup is not None:
            term = _terms()[int(match.lastgroup.removeprefix("term"))]
            yield TermUse(match.start(), match.end(), term, tip, "details" in names)


def _rank(use: TermUse) -> int:
    """Return where a mark is better: in sight, folded away, or in the list at the end."""
    return 2 if not use.tip else int(use.folded)


@cache
def _terms() -> tuple[Term, ...]:
    """Return the terms, the longest first: “red line” comes before a term that is a part of it."""
    return tuple(sorted(glossary().values(), key=lambda term: -len(term.name)))


@cache
def _pattern() -> re.Pattern[str]:
    """Return what finds a term in the source of a page, as the group that bears its number."""
    terms = "|".join(f"(?P<term{k}>{term_pattern(term)})" for k, term in enumerate(_terms()))
    return re.compile(rf"{_IDIOM}|(?<![\w“-])(?:{terms})(?![\w-])", re.I)


def term_pattern(term: Term) -> str:
    r"""Return the regular expression of a term's forms, for Python and for browsers.

    >>> term_pattern(glossary()["red line"])
    'red\\s+lines?'
    >>> term_pattern(glossary()["party"])
    'part(?:y|ies)'
    """
    words = re.escape(term.name).replace(r"\ ", r"\s+").replace("'", "(?:'|’|&#39;)")
    if re.search(r"[^aeiou]y$", words):
        return f"{words[:-1]}(?:y|ies)"
    return f"{words}s?"


def _slug(term: Term) -> str:
    return "term-" + re.sub(r"[^a-z]+", "-", term.name.lower())


def _marked(term: Term, words: str) -> str:
    """Return ``words`` of a page's source as a marked term, and its tip."""
    return (
        f'<dfn class="term" tabindex="0" aria-describedby="{_slug(term)}">{words}</dfn>'
        f'<span class="tip" role="tooltip" id="{_slug(term)}">{html.escape(term.sentence)} '
        f"<small>{html.escape(term.source)}</small></span>"
    )


def _list(terms: list[Term], spare: list[Term]) -> str:
    """Return the list at the end of the page: of ``terms``, and of ``spare`` ones, hidden."""
    entries = [
        f'<li data-term="{html.escape(term_pattern(term))}"{state}>'
        f"{_marked(term, html.escape(term.name))}</li>"
        for state, chosen in (("", terms), (" hidden", spare))
        for term in chosen
    ]
    if not entries:
        return ""
    hidden = "" if terms else " hidden"
    return (
        f'<section class="terms" aria-labelledby="terms-title"{hidden}>'
        f'<p id="terms-title">Terms on this page</p><ul>{"".join(entries)}</ul></section>\n'
    )
