"""What each line of a page is: title, byline, caption, body, or clutter round the article."""

import datetime
import re
from dataclasses import dataclass, replace
from typing import Literal

from winset.evidence.reading.spans import Span

LineRole = Literal["title", "byline", "caption", "body", "clutter"]


@dataclass(frozen=True, slots=True)
class PageLine:
    """A line that is not blank: where its words stand, and what it is."""

    span: Span
    role: LineRole


_CLUTTER = re.compile(
    r"""
    ^\W*(?:
      loading\W*(?:please.*)? | please\ wait\W* | skip\ to\ (?:main\ )?content | (?:main\ )?menu
    | search | (?:most|more|related|recommended|latest|trending|popular|top)\ (?:read|popular|viewed
        |from|articles?|stories|news|posts?|content|reading|coverage|in|on|by|for|videos?
        |comments?)\b[^.]{0,60}
    | (?:you\ may|you\ might)\ also\ (?:like|be\ interested)[^.]*
    | read\ (?:more|next|also)\b[^.]{0,80}
    | (?:share|print|e-?mail|save|comments?|tags?|topics?|tweet)
        (?:\ (?:this|article|story|page|via|now)\b[^.]{0,60})?
    | (?:facebook|twitter|linkedin|whatsapp|instagram|reddit)\W*
    | advertis(?:e?ment|ing)\W* | sponsored(?:\ content)?\W* | continue\ reading[^.]{0,60}
    | (?:sign|log)\ (?:in|up|out)\b.{0,120} | register\ (?:now|for|here)\b.{0,80}
    | subscribe\b.{0,200} | already\ a\ (?:subscriber|member)\b.*
    | unlock\ (?:this|all|full)\b.{0,100}
    | join\ our\ (?:community|newsletter|mailing|list|readers|members)\b.{0,250}
    | (?:get|receive|sign\ up\ for)\ (?:our|the|your|unlimited|full)\b.{0,80}
        \b(?:newsletters?|inbox|updates|alerts)\b.{0,80}
    | follow\ (?:us|me|\S+(?:\ \S+){0,3}\ on\ (?:twitter|facebook|x|instagram))\b.{0,100}
    | click\ here\b.{0,120} | (?:©|\(c\)|copyright)\s*(?:©|\d|by\b).{0,200}
    | all\ rights\ reserved.*
    | terms\ (?:of\ (?:use|service)|and\ conditions)\b.{0,80} | privacy\ (?:policy|notice)\b.{0,80}
    | only\ [$€£]\s?\d.{0,40} | back\ to\ top | (?:next|previous)\ (?:article|story)\W.{0,120}
    | (?:enable|turn\ on)\ javascript\b.*
    )$
    """,
    re.IGNORECASE | re.VERBOSE,
)
_CLUTTER_INSIDE = re.compile(
    r"\b(?:this (?:web)?site uses cookies|we use cookies|uses? cookies to"
    r"|accept (?:all )?cookies|cookie policy"
    r"|[$€£]\s?\d[\d.]* (?:per|a) (?:year|month|week)|cancel any ?time|start your (?:free )?trial"
    r"|newsletters? and (?:reports|alerts)|unlimited access to)\b",
    re.IGNORECASE,
)
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip

_MONTH = rf"(?:{'|'.join(f'{m[:3]}(?:{m[3:]})?' if m[3:] else m for m in _MONTHS)}|sept)\.?"
_DATE = re.compile(
    rf"\b(?P<iso>(?:19|20)\d{{2}}-\d{{2}}-\d{{2}})\b"
    rf"|\b(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?\s+(?P<m1>{_MONTH}),?\s+(?P<y1>(?:19|20)\d{{2}})\b"
    rf"|\b(?P<m2>{_MONTH})\s+(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y2>(?:19|20)\d{{2}})\b",
    re.IGNORECASE,
)
_BYLINE = re.compile(
    r"^\W*(?:by\s+[A-Z][\w.’'-]+(?:[ ,]+(?:and\s+)?[A-Z][\w.’'-]+){0,8}\W*(?:\|.*|,.{0,60})?"
    r"|(?:published|updated|posted|last (?:updated|modified))\b.{0,80}"
    r"|(?:written|reported|translated) by\s.{0,80}"
    rf"|(?:\w+day,?\s+)?{_DATE.pattern.replace('?P<', '?P<b_')}.{{0,40}})\W*$",
    re.IGNORECASE,
)
_CAPTION = re.compile(
    r"(?:\b(?:photo(?:graph)?s?|image|picture|credit|illustration)\s*(?:by|:|credit)"
    r"|\((?:photo|image|ap|afp|reuters|getty|file)\b[^)]*\)\s*$"
    r"|/\s*(?:courtesy\s+)?(?:reuters|afp|getty(?: images)?|ap(?: photo)?|epa|bloomberg"
    r"|shutterstock|alamy)\W*$"
    r"|\bcourtesy (?:of )?(?:reuters|afp|getty|ap)\W*$|^(?:photo|image|caption|figure \d+)\s*:)",
    re.IGNORECASE,
)
_LONGEST_TITLE = 160


def line_roles(text: str, *, markdown: bool = False) -> tuple[PageLine, ...]:
    """Return every line of ``text`` that is not blank, with its role.

    Titles stand before the first line of running text. Clutter is recognised by its words; after
    the article, short lines without a full stop count as clutter when they stand beside some.
    """
    lines = []
    before = True
    for match in re.finditer(r"[^\s](?:[^\r\n]*[^\s])?", text):
        words = match[0].lstrip("\ufeff")
        # Running text broken at a fixed width goes on with a small letter.
        goes_on = re.match(r"\r?\n[^\S\n]*[a-z]", text[match.end() : match.end() + 80])
        role = _role(words, before=before and not goes_on, markdown=markdown)
        if role == "body":
            before = False
        lines.append(PageLine(Span(*match.span()), role))
    return tuple(_tail_marked(text, lines))


def find_date(words: str) -> datetime.date | None:
    """Return the first full date in ``words``.

    >>> find_date("Updated 13 November 2015, 4 p.m.")
    datetime.date(2015, 11, 13)
    """
    match = _DATE.search(words)
    if not match:
        return None
    try:
        if match["iso"]:
            return datetime.date.fromisoformat(match["iso"])
        day, month, year = (
            (match["d1"], match["m1"], match["y1"])
            if match["d1"]
            else (match["d2"], match["m2"], match["y2"])
        )
        number = [m[:3] for m in _MONTHS].index(month[:3].casefold()) + 1
        return datetime.date(int(year), number, int(day))
    except ValueError:
        return None


def _role(words: str, *, before: bool, markdown: bool) -> LineRole:
    if not re.search(r"\w", words) or _CLUTTER.match(words):
        return "clutter"
    if len(words) <= 300 and _CLUTTER_INSIDE.search(words):
        return "clutter"
    if markdown and words.startswith("# "):
        return "title"
    if len(words) <= 150 and _BYLINE.match(words):
        return "byline"
    if len(words) <= 400 and _CAPTION.search(words):
        return "caption"
    if before and len(words) <= _LONGEST_TITLE and not _runs(words):
        return "title"
    return "body"


def _runs(words: str) -> bool:
    """Return whether a line reads as running text rather than a heading."""
    quoted = re.search(r"[“\"]", words[:1])
    return bool(re.search(r"[.!;:…][\"”’')\]]*$", words)) or bool(quoted)


def _tail_marked(text: str, lines: list[PageLine]) -> list[PageLine]:
    """Return the lines with short headings beside the clutter after the article marked too."""
    last = max((k for k, line in enumerate(lines) if _is_prose(text, line)), default=-1)
    if not any(line.role == "clutter" for line in lines[last + 1 :]):
        return lines
    marked = lines[: last + 1]
    for line in lines[last + 1 :]:
        words = line.span.of(text)
        short = line.role == "body" and len(words) <= 120 and not _runs(words)
        marked.append(replace(line, role="clutter") if short else line)
    return marked


def _is_prose(text: str, line: PageLine) -> bool:
    words = line.span.of(text)
    return line.role == "body" and (_runs(words) or len(words) > 120)
