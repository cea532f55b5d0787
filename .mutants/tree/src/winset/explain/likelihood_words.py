"""Words of likelihood with the ranges of published yardsticks: suggestions for a coder.

A phrase is read whole, with its degree and its negation: “not very likely” is neither “very likely”
nor “likely”. A phrase that no yardstick lists gets no number, and the reason is given.

People differ widely in what they mean by such words (Wintle et al. 2019, PLOS ONE 14(4): e0213522),
so a claim's probability is for its coder to decide, by a range where the words are loose.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from winset.case.ranges import Range


@dataclass(frozen=True, slots=True, kw_only=True)
class Yardstick:
    """A published scale of words of likelihood.

    Attributes:
        name: by which it is cited in a line.
        source: the publication.
    """

    name: str
    source: str


ICD_203 = Yardstick(
    name="ICD 203",
    source="ODNI 2015, Intelligence Community Directive 203, Analytic Standards",
)
PHIA = Yardstick(
    name="PHIA",
    source="UK Professional Head of Intelligence Assessment 2025, Explaining Uncertainty in UK "
    "Intelligence Assessment: PHIA Probability Yardstick",
)
IPCC = Yardstick(
    name="IPCC",
    source="Mastrandrea et al. 2010, Guidance Note for Lead Authors of the IPCC Fifth Assessment "
    "Report on Consistent Treatment of Uncertainties",
)
KENT = Yardstick(
    name="Kent",
    source="Kent 1964, Words of Estimative Probability, Studies in Intelligence 8(4)",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """What a yardstick says that some words mean.

    Attributes:
        words: the yardstick's own term, then its synonyms there and its adverb.
        probability: the range that they stand for.
        yardstick: that lists them.
    """

    words: tuple[str, ...]
    probability: Range
    yardstick: Yardstick


def _wording(yardstick: Yardstick, low: int, high: int, *words: str) -> Wording:
    return Wording(words=words, probability=Range(low / 100, high / 100), yardstick=yardstick)


def _kent(middle: int, about: int, *words: str) -> Wording:
    ends = Range((middle - about) / 100, (middle + about) / 100, middle / 100)
    return Wording(words=words, probability=ends, yardstick=KENT)


WORDINGS: tuple[Wording, ...] = (
    _wording(ICD_203, 95, 99, "almost certain", "almost certainly", "nearly certain"),
    _wording(ICD_203, 80, 95, "very likely", "highly probable"),
    _wording(ICD_203, 55, 80, "likely", "probable", "probably"),
    _wording(ICD_203, 45, 55, "roughly even chance", "roughly even odds"),
    _wording(ICD_203, 20, 45, "unlikely", "improbable", "improbably"),
    _wording(ICD_203, 5, 20, "very unlikely", "highly improbable"),
    _wording(ICD_203, 1, 5, "almost no chance", "remote"),
    _wording(PHIA, 95, 100, "almost certain", "almost certainly"),
    _wording(PHIA, 80, 90, "highly likely"),
    _wording(PHIA, 55, 75, "likely", "probable", "probably"),
    _wording(PHIA, 40, 50, "realistic possibility"),
    _wording(PHIA, 25, 35, "unlikely"),
    _wording(PHIA, 10, 20, "highly unlikely"),
    _wording(PHIA, 0, 5, "remote chance"),
    _wording(IPCC, 99, 100, "virtually certain"),
    _wording(IPCC, 95, 100, "extremely likely"),
    _wording(IPCC, 90, 100, "very likely"),
    _wording(IPCC, 66, 100, "likely"),
    _wording(IPCC, 50, 100, "more likely than not"),
    _wording(IPCC, 33, 66, "about as likely as not"),
    _wording(IPCC, 0, 33, "unlikely"),
    _wording(IPCC, 0, 10, "very unlikely"),
    _wording(IPCC, 0, 5, "extremely unlikely"),
    _wording(IPCC, 0, 1, "exceptionally unlikely"),
    _kent(93, 6, "almost certain", "almost certainly"),
    _kent(75, 12, "probable", "probably"),
    _kent(50, 10, "chances about even"),
    _kent(30, 10, "probably not"),
    _kent(7, 5, "almost certainly not"),
)

UNLISTED = "no yardstick lists it"
DENIED = "it stands under a negation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """Words of likelihood in a text, with the meaning that one yardstick gives them, if any.

    Attributes:
        words: as in the text, with their degree and their negation.
        wording: their meaning by the yardstick; None where they get no number.
        reason: why they get no number; empty where they do.
    """

    words: str
    wording: Wording | None = None
    reason: str = ""


# One blank or hyphen between words, so that “more-likely-than-not” is read.
_GAP = r"[\s\-\u2010\u2011]+"
_DEGREES = (
    "very|highly|extremely|exceptionally|almost|nearly|virtually|near|roughly|about|quite"
    "|rather|fairly|somewhat|pretty|reasonably|moderately|increasingly|decreasingly"
    "|overwhelmingly|incredibly|hugely|vastly|vanishingly|remarkably|particularly|especially"
    "|equally|more|most|less|least|much|far|so|too|as|how|just|slightly|perfectly|entirely"
    "|practically|realistically|remotely|barely|even|good|better|best|fair|strong|serious"
    "|slim|small|high|low|real|distinct|outside"
)
_BASE = (
    r"(?:un)?likely|likelier|likeliest|unlikelier|(?:un|im)?probabl[ey]|improbably|likelihood"
    r"|almost certainly|near(?:ly)?[\s\-]certain(?:ly|ty)?|(?:almost|virtually)\s+certain(?:ly|ty)?"
    r"|certain\s+(?:to|that)|certainty|possibility|(?:im)?possibl[ey]|conceivabl[ey]|perhaps|maybe"
    r"|remote\s+(?:chance|possibility|prospect|likelihood|odds)"
    r"|chances?|odds|toss-?up|fifty-fifty|50-50|doubtful|bound\s+to|sure\s+to|poised\s+to"
    r"|expected\s+to|inevitabl[ey]|out\s+of\s+the\s+question"
)
_REMOTE = r"(?<=\bis )remote|(?<=\bare )remote|(?<=\bwas )remote|(?<=\bwere )remote|" + (
    r"(?<=\bbe )remote|(?<=\bseems )remote|(?<=\bremains )remote|(?<=\blooks )remote"
)
_LISTED = sorted({word for wording in WORDINGS for word in wording.words}, key=len, reverse=True)
_TERM = "|".join(_GAP.join(map(re.escape, words.split())) for words in _LISTED if words != "remote")
_PHRASE = re.compile(
    rf"(?<![\w\-])(?P<degree>(?:(?:{_DEGREES}){_GAP})*)"
    rf"(?P<words>{_TERM}|{_BASE}|{_REMOTE})(?P<rest>{_GAP}than{_GAP}not|{_GAP}as{_GAP}not)?(?!\w)",
    re.IGNORECASE,
)
_NEGATION = re.compile(
    r"\b(?:not|never|no|none|neither|nor|nobody|cannot|without|hardly|scarcely|barely|few|little"
    r"|far\s+from|anything\s+but|nothing|doubts?|doubted|denies|denied|less\s+than"
    r"|refus\w+|reject\w*|rul(?:e|es|ed|ing)\s+out)\b|n't\b",
    re.IGNORECASE,
)
_NO_NEGATION = re.compile(
    r"\b(?:not\s+only|not\s+just|no\s+doubt|no\s+less|no\s+wonder|no\s+later\s+than"
    r"|no\s+longer\s+than|few(?:er)?\s+than|a\s+few|a\s+little)\b",
    re.IGNORECASE,
)
_DENIED_AFTER = re.compile(rf"{_GAP}(?:not|no|never|to{_GAP}not)\b(?!\s+only)", re.IGNORECASE)
_CLAUSE = re.compile(
    r"[.;:!?,()\u2013\u2014\n]|\b(?:and|(?<!anything\s)but|or|because|since|while|whereas|although|though|if|so)\b"
    r"(?!\s+(?:likely|unlikely))",
    re.IGNORECASE,
)
_STRAIGHT = str.maketrans({"\u2019": "'", "\u2018": "'", "\u00a0": " "})


def suggestions(text: str) -> tuple[Suggestion, ...]:
    """Return the words of likelihood in ``text`` in order, each with its meaning by each yardstick.

    A phrase is read as a whole. One that no yardstick lists, or that is negated, is returned once,
    without a number and with the reason.

    >>> def ranges(text):
    ...     return [(s.wording.yardstick.name, str(s.wording.probability)) if s.wording
    ...             else (s.words, s.reason) for s in suggestions(text)]
    >>> ranges("A deal is highly unlikely.")
    [('PHIA', '0.1 to 0.2')]
    >>> ranges("A deal is not very likely.")
    [('not very likely', 'it stands under a negation')]
    """
    return tuple(dict.fromkeys(_read(text.translate(_STRAIGHT))))


def _read(text: str) -> Iterator[Suggestion]:
    for match in _PHRASE.finditer(text):
        start, end = match.span()
        denied = match["words"].casefold() not in ("probably not", "almost certainly not")
        after = _DENIED_AFTER.match(text, end) if denied else None
        before = _negation_before(text, start)
        if before is not None or after is not None:
            start = start if before is None else before
            end = end if after is None else after.end()
            yield Suggestion(words=_plain(text[start:end]), reason=DENIED)
            continue
        listed = [wording for wording in WORDINGS if _lists(wording, match[0])]
        for wording in listed:
            yield Suggestion(words=_plain(match[0]), wording=wording)
        if not listed:
            yield Suggestion(words=_plain(match[0]), reason=UNLISTED)


def _lists(wording: Wording, words: str) -> bool:
    """Return whether ``wording`` lists exactly ``words``; ICD 203 gives “remote” without a noun."""
    phrase = re.sub(_GAP, " ", words.casefold())
    if wording.words[-1] == "remote":
        phrase = re.sub(
            r"^remote (?:chance|possibility|prospect|likelihood|odds)$", "remote", phrase
        )
    return phrase in wording.words


def _negation_before(text: str, start: int) -> int | None:
    """Return where the negation of the words at ``start`` begins; None without one."""
    clause = max((match.end() for match in _CLAUSE.finditer(text, 0, start)), default=0)
    spared = [match.span() for match in _NO_NEGATION.finditer(text, clause, start)]
    for match in _NEGATION.finditer(text, clause, start):
        if not any(a <= match.start() < b for a, b in spared):
            return _word_start(text, match.start(), clause)
    return None


def _word_start(text: str, at: int, least: int) -> int:
    """Return the first character of the word that holds ``at``: of “isn't”, not of “n't”."""
    while at > least and text[at - 1].isalpha():
        at -= 1
    return at


def _plain(words: str) -> str:
    return " ".join(words.split())
