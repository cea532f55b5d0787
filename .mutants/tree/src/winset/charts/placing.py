"""Where words go so that none is cut off and no two overlap."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from winset.charts.metrics import width_of
from winset.charts.text import shown

MINUS = "\N{MINUS SIGN}"
CUT = "…"
NBSP = "\N{NO-BREAK SPACE}"
Align = Literal["left", "right"]


class Box(NamedTuple):
    """A rectangle in pixels, down from the top."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: "Box") -> bool:
        """Return whether the two have any area in common."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )


@dataclass(frozen=True, slots=True)
class LabelPlace:
    """Where words stand beside a mark.

    Attributes:
        at: pixels across, where the words begin or end.
        align: whether they begin there (``left``) or end there (``right``).
        below: whether neither side has room, so that they need a line of their own.
    """

    at: float
    align: Align
    below: bool


def beside(mark: tuple[float, float], wide: float, *, room: tuple[float, float]) -> LabelPlace:
    """Return where words of ``wide`` pixels stand beside ``mark``, its left and right end.

    After the mark, else before it, else on a line of their own that ends with the room.

    >>> beside((10.0, 40.0), 30.0, room=(0.0, 100.0))
    LabelPlace(at=40.0, align='left', below=False)
    >>> beside((60.0, 90.0), 30.0, room=(0.0, 100.0))
    LabelPlace(at=60.0, align='right', below=False)
    >>> beside((10.0, 90.0), 30.0, room=(0.0, 100.0))
    LabelPlace(at=100.0, align='right', below=True)
    """
    (begin, end), (left, right) = mark, room
    if end + wide <= right:
        return LabelPlace(end, "left", below=False)
    if begin - wide >= left:
        return LabelPlace(begin, "right", below=False)
    return LabelPlace(right, "right", below=True)


def inside(begin: float, wide: float, *, room: tuple[float, float]) -> float:
    """Return where words of ``wide`` pixels begin, as near to ``begin`` as the room allows.

    >>> inside(90.0, 30.0, room=(0.0, 100.0))
    70.0
    """
    return max(room[0], min(begin, room[1] - wide))


def fitted(text: str, wide: float, size: float, *, bold: bool = False) -> str:
    """Return ``text`` on one line of at most ``wide`` pixels, cut with “…” where it is longer.

    >>> fitted("a one-year breakout", 80.0, 12.0)
    'a one-year…'
    """
    text = " ".join(shown(text).split())
    if width_of(text, size, bold=bold) <= wide:
        return text
    while text and width_of(text + CUT, size, bold=bold) > wide:
        text = text[:-1]
    return text.rstrip() + CUT


def wrapped(text: str, wide: float, size: float, *, most: int = 9, bold: bool = False) -> list[str]:
    """Return ``text`` as at most ``most`` lines of at most ``wide`` pixels, the last one cut.

    A word that is wider than a line is broken.

    >>> wrapped("a one-year breakout for about ten years", 70.0, 12.0, most=2)
    ['a one-year', 'breakout…']
    """
    text = shown(text).replace(" %", f"{NBSP}%")
    words = [
        piece
        for word in text.split(" ")
        for part in _parts(word, wide, size, bold=bold)
        for piece in _pieces(part, wide, size, bold=bold)
    ]
    rows = [""]
    for at, word in enumerate(words):
        longer = f"{rows[-1]} {word}" if rows[-1] else word
        if width_of(longer, size, bold=bold) <= wide:
            rows[-1] = longer
        elif len(rows) < most:
            rows.append(word)
        else:
            rest = " ".join([rows[-1], *words[at:]])
            rows[-1] = fitted(rest, wide, size, bold=bold)
            break
    return rows


def _parts(word: str, wide: float, size: float, *, bold: bool) -> list[str]:
    """Return what a no-break space keeps together, unless no line can hold it."""
    whole = width_of(word, size, bold=bold) <= wide
    return [part for part in ([word] if whole else word.split(NBSP)) if part]


def _pieces(word: str, wide: float, size: float, *, bold: bool) -> list[str]:
    pieces = []
    while width_of(word, size, bold=bold) > wide and len(word) > 1:
        fits = next(
            (k for k in range(len(word) - 1, 1, -1) if width_of(word[:k], size, bold=bold) <= wide),
            1,
        )
        pieces.append(word[:fits])
        word = word[fits:]
    return [*pieces, word]


def balanced(text: str, wide: float, size: float) -> list[str]:
    """Return ``text`` as lines of about equal length, as few as `wrapped` would need."""
    few = wrapped(text, wide, size)
    while wide > 60.0 and len(closer := wrapped(text, wide - 6.0, size)) == len(few):
        few, wide = closer, wide - 6.0
    return few


def apart(ideal: Sequence[float], gap: float, *, low: float, high: float) -> list[float]:
    """Return the places nearest to ``ideal`` that are ``gap`` apart or more, in the same order.

    Least squares, by isotonic regression of what is left once the gaps are taken off. Places stay
    from ``low`` to ``high`` unless there is too little room: then they run on past ``high``.

    >>> apart([5.0, 5.0, 40.0], 10.0, low=0.0, high=100.0)
    [0.0, 10.0, 40.0]
    """
    from scipy.optimize import isotonic_regression

    if not len(ideal):
        return []
    order = np.argsort(ideal, kind="stable")
    steps = gap * np.arange(len(ideal))
    free = isotonic_regression(np.asarray(ideal, float)[order] - steps).x
    places = np.empty(len(ideal))
    places[order] = np.clip(free, low, max(low, high - steps[-1])) + steps
    return [float(place) for place in places]


def spaced(
    places: Sequence[float],
    words: Sequence[str],
    size: float,
    *,
    room: tuple[float, float] = (-math.inf, math.inf),
    even: bool = True,
) -> list[tuple[int, float]]:
    """Return which of ``words`` have room beside one another, and where each begins.

    Each is centred at its place, which ascend, or as near to that as the room allows.

    Args:
        places: pixels across.
        words: what is written at each.
        size: of the font.
        room: from the leftmost pixel to the rightmost one.
        even: whether every second or third is left out where not all have room, so that equal
            steps stay equal; else only those that would touch the one before.

    >>> spaced([0.0, 25.0, 50.0, 75.0, 100.0], ["100"] * 5, 12.0)
    [(0, -11.52), (2, 38.48), (4, 88.48)]
    >>> spaced([0.0, 50.0], ["100", "200"], 12.0, room=(0.0, 50.0))
    [(0, 0.0)]
    """
    wide = [width_of(word, size) for word in words]
    starts = [
        round(inside(place - w / 2, w, room=room), 2) for place, w in zip(places, wide, strict=True)
    ]

    def clear(a: int, b: int) -> bool:
        return starts[b] - starts[a] >= wide[a] + 8.0

    if not even:
        chosen: list[int] = []
        for k in range(len(starts)):
            if not chosen or clear(chosen[-1], k):
                chosen.append(k)
        return [(k, starts[k]) for k in chosen]
    for step in range(1, len(starts) + 1):
        every = range(0, len(starts), step)
        if all(clear(a, b) for a, b in itertools.pairwise(every)):
            return [(k, starts[k]) for k in every]
    return []


def number(value: float, *, signed: bool = False, step: float = 0.0) -> str:
    """Return ``value`` to four digits, never in scientific notation, with a true minus sign.

    Args:
        value: the number.
        signed: whether a plus sign is written, too.
        step: from one tick to the next, where its digits are needed to tell them apart.

    >>> number(-40.0), number(40.0, signed=True), number(1_250_000.0), number(0.00001234)
    ('−40', '+40', '1,250,000', '0.00001234')
    >>> number(12345.2, step=0.2)
    '12,345.2'
    """
    if value == 0.0 or math.isnan(value):
        return "–" if math.isnan(value) else "0"
    finest = min(abs(value) / 1e3, step) if step > 0.0 else abs(value) / 1e3
    places = max(0, math.ceil(-math.log10(finest) - 1e-9))
    text = f"{round(abs(value), places):,.{places}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    sign = MINUS if value < 0 else "+" if signed else ""
    return sign + text


def ticks(low: float, high: float, *, about: int = 5) -> list[float]:
    """Return round numbers from ``low`` to ``high``, about so many of them.

    >>> ticks(0.0, 1.0)
    [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
    """
    rough = (high - low) / about
    if not rough > 0.0:
        return [low]
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(k * power for k in (1, 2, 5, 10) if k * power >= rough * 0.999)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [float(f"{k * step:.12g}") for k in range(first, last + 1)]
