"""Words of likelihood and the numbers that published scales give them: suggestions, no more.

People differ widely in what they mean by such words (Wintle et al. 2019, PLOS ONE 14(4): e0213522),
so a claim's probability is for its coder to decide, by a range where the words are loose.
"""

import re
from dataclasses import dataclass

from winset.case.ranges import Range

KENT = "Kent 1964, Words of Estimative Probability, Studies in Intelligence 8(4)"
ICD_203 = "ODNI 2015, Intelligence Community Directive 203, Analytic Standards"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """What a scale says that some words mean.

    Attributes:
        words: the first is the scale's own term; the others stand beside it there.
        probability: from the least to the greatest that they stand for.
        source: the publication.
        near: words that the scale does not list and that mean about the same, in our reading.
    """

    words: tuple[str, ...]
    probability: Range
    source: str
    near: tuple[str, ...] = ()


def _icd(low: int, high: int, *words: str, near: tuple[str, ...] = ()) -> Wording:
    return Wording(words=words, probability=Range(low / 100, high / 100), source=ICD_203, near=near)


def _kent(middle: int, about: int, *words: str) -> Wording:
    ends = Range((middle - about) / 100, (middle + about) / 100, middle / 100)
    return Wording(words=words, probability=ends, source=KENT)


WORDINGS: tuple[Wording, ...] = (
    _icd(95, 99, "almost certain", "almost certainly", "nearly certain",
         near=("bound to", "inevitable", "inevitably", "sure to", "certain to", "no doubt")),
    _icd(80, 95, "very likely", "highly probable"),
    _icd(55, 80, "likely", "probable", "probably", near=("expected to", "poised to")),
    _icd(45, 55, "roughly even chance", "roughly even odds", near=("toss-up",)),
    _icd(20, 45, "unlikely", "improbable", "improbably", near=("doubtful",)),
    _icd(5, 20, "very unlikely", "highly improbable"),
    _icd(1, 5, "almost no chance", "remote", near=("no chance", "out of the question")),
    _kent(93, 6, "almost certain", "almost certainly"),
    _kent(75, 12, "probable", "probably"),
    _kent(50, 10, "chances about even"),
    _kent(30, 10, "probably not"),
    _kent(7, 5, "almost certainly not"),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """Words of likelihood found in a text.

    Attributes:
        words: as they stand in the scale.
        wording: what the scale says of them.
        near: whether the scale lists other words that mean about the same.
    """

    words: str
    wording: Wording
    near: bool


def suggestions(text: str) -> tuple[Suggestion, ...]:
    """Return what published scales say of the words of likelihood in ``text``, the longest first.

    Words within other words (“likely” in “very likely”) do not count, nor those after a “not”.

    >>> [(s.words, str(s.wording.probability)) for s in suggestions("That is very likely.")]
    [('very likely', '0.8 to 0.95')]
    """
    found = []
    for wording in WORDINGS:
        for words in (*wording.words, *wording.near):
            pattern = r"\s+".join(re.escape(word) for word in words.split())
            found += [
                (match.span(), Suggestion(words=words, wording=wording, near=words in wording.near))
                for match in re.finditer(rf"(?<!\bnot )\b{pattern}\b", text, re.IGNORECASE)
            ]
    found.sort(key=lambda entry: (entry[0][0] - entry[0][1], entry[0]))
    kept: list[tuple[tuple[int, int], Suggestion]] = []
    for (start, end), said in found:
        inside = any(a <= start and end <= b and (a, b) != (start, end) for (a, b), _ in kept)
        known = any(s.words == said.words and s.wording == said.wording for _, s in kept)
        if not inside and not known:
            kept.append(((start, end), said))
    return tuple(said for _, said in kept)
