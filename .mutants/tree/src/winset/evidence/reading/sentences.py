"""Where sentences end: one rule for reading and for extraction."""

import re

from winset.evidence.reading.spans import Span, trimmed
from winset.evidence.statements.lexicon import word_set

# Words whose full stop does not end a sentence when something follows.
_SHORT = word_set(
    "mr mrs ms mx dr prof rev fr sr jr st mt ft sen sens rep reps gov govs pres gen lt col maj "
    "capt "
    "cmdr adm sgt cpl hon rt amb sec supt insp det ald msgr messrs vs etc al no nos art arts "
    "vol pp "
    "p fig figs ed eds approx est inc ltd corp co bros dept univ assn jan feb mar apr jun jul aug "
    "sep sept oct nov dec mon tue tues wed thu thur thurs fri sat sun e.g i.e cf viz u.s u.k u.n "
    "d.c ph.d a.m p.m d.-calif ala ariz ark calif colo conn del fla ga ill ind kan ky la md mass "
    "mich minn miss mo mont neb nev okla ore pa tenn tex vt va wash wis wyo"
)
# After these a capital may well begin a new sentence: only a name's continuation keeps them open.
_EITHER = {"inc", "ltd", "corp", "co", "etc", "al", "a.m", "p.m", "u.s", "u.k", "u.n", "d.c", "jr",
           "sr", "no", "mar", "sun", "sat", "fri", "wed", "mon", "mo", "la", "pa", "va", "ill",
           "miss", "wash", "mass", "ind", "art", "est", "ed", "fig", "p", "del", "ore"}  # fmt: skip
_END = re.compile(r"[.!?…]+[\"”’'»)\]]*(?=\s)|\n[ \t\r]*\n\s*")
_OPENS = re.compile(r"\s*[\"“‘'«(\[]*[A-Z0-9À-ÖØ-Þ@#$€£]")
_LAST_WORD = re.compile(r"([^\s\"“‘(\[]+)$")
_BEGINS = word_set(
    "the a an he she it they we i you this that these those in on at but and so if when as for his "
    "her its their our my there yet however after before since while although meanwhile"
)


def sentences(text: str, within: Span | None = None) -> tuple[Span, ...]:
    """Return the sentences of ``text``, in order, without the blanks between them.

    An empty line always ends a sentence. A full stop does not after an initial or a short form such
    as “Sen.”, nor before a small letter.

    >>> text = "Mr. Rao met U.S. envoys. “No deal,” he said."
    >>> [span.of(text) for span in sentences(text)]
    ['Mr. Rao met U.S. envoys.', '“No deal,” he said.']
    """
    start, stop = within or Span(0, len(text))
    spans = []
    for match in _END.finditer(text, start, stop):
        if match.end() < stop and not _ends(text, match, start):
            continue
        spans.append(trimmed(text, Span(start, match.end())))
        start = match.end()
    spans.append(trimmed(text, Span(start, stop)))
    return tuple(span for span in spans if span.end > span.start)


def _ends(text: str, match: re.Match[str], start: int) -> bool:
    if not match[0].strip():
        return True
    if not _OPENS.match(text, match.end()):
        return False
    if match[0] != ".":
        return True
    word = _LAST_WORD.search(text, max(start, match.start() - 40), match.start())
    if not word:
        return True
    last = word[1].casefold()
    if len(last) == 1 and last.isalpha():
        return False
    if last not in _SHORT and not re.fullmatch(r"(?:[a-z]\.)+[a-z]", last):
        return True
    if last in _EITHER or re.fullmatch(r"(?:[a-z]\.)+[a-z]", last):
        following = re.match(r"\s*[\"“‘(\[]*([A-Za-z]+)", text[match.end() : match.end() + 40])
        return following is not None and following[1].casefold() in _BEGINS
    return False
