"""Numbers that say how sure they are: `40`, `30 to 50`, `30..40..60`.

The pages read them in `web/static/js/ranges.js`; `tests/ranges.json` holds both to one grammar.
"""

import math
import re
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

NUMBER = r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?"
# Letters one by one: `re.IGNORECASE` takes a dotless i (U+0131) for one, and `float` does not.
_POINT = re.compile(rf"({NUMBER}|[+-]?[iI][nN][fF])")
_UNIFORM = re.compile(rf"({NUMBER})\s+[tT][oO]\s+({NUMBER})")
# Two dots separate the parts, so a part may not end in a bare dot there ("1...2" is refused).
_PART = r"[+-]?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?"
_TRIANGULAR = re.compile(rf"({_PART})\s*\.\.\s*({_PART})\s*\.\.\s*({_PART})")
FORMS = "a number such as 40, 30 to 50, or 30..40..60"


@dataclass(frozen=True, slots=True)
class Range:
    """A number, or what is known of it.

    Attributes:
        low: least believable value.
        high: greatest believable value.
        mode: likeliest value of a triangular range; None for a uniform one.
    """

    low: float
    high: float
    mode: float | None = None

    def __post_init__(self) -> None:
        mode = self.low if self.mode is None else self.mode
        if math.isnan(self.low) or math.isnan(self.high) or math.isnan(mode):
            raise ValueError("a range has no NaN")
        if not self.low <= mode <= self.high:
            raise ValueError("low <= mode <= high")
        if self.low != self.high and not (math.isfinite(self.low) and math.isfinite(self.high)):
            raise ValueError("only a single number may be infinite")
        if self.low == self.high:
            object.__setattr__(self, "mode", self.low)

    @property
    def certain(self) -> bool:
        """Whether it is a single number."""
        return self.low == self.high

    @property
    def middle(self) -> float:
        """Its median: half of the belief lies on either side.

        >>> parse_range("30 to 50").middle
        40.0
        """
        return float(self.quantile(np.array(0.5)))

    @property
    def likeliest(self) -> float:
        """Its mode; its middle where all of it is as likely.

        >>> parse_range("30..35..60").likeliest
        35.0
        """
        return self.middle if self.mode is None else self.mode

    def quantile(self, share: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the values below which ``share`` (in [0, 1]) of the belief lies.

        Triangular on (low, mode, high) or uniform on (low, high), by inverting the distribution
        function, so that equal shares give comparable values before and after a change.
        """
        if self.certain:
            return np.full_like(share, self.low)
        width = self.high - self.low
        if self.mode is None:
            return np.clip(self.low + share * width, self.low, self.high)
        cut = (self.mode - self.low) / width
        left = self.low + np.sqrt(share * width * (self.mode - self.low))
        right = self.high - np.sqrt((1.0 - share) * width * (self.high - self.mode))
        return np.clip(np.where(share < cut, left, right), self.low, self.high)

    def moved(self, *, add: float = 0.0, multiply: float = 1.0) -> "Range":
        """Return the range times ``multiply`` plus ``add``, its shape kept.

        >>> str(parse_range("30..40..60").moved(add=10))
        '40..50..70'
        """
        ends = (self.low * multiply + add, self.high * multiply + add)
        mode = None if self.mode is None else self.mode * multiply + add
        return Range(min(ends), max(ends), mode)

    def on_scale(self, low: float, width: float) -> "Range":
        """Return the range as shares of a scale that begins at ``low``: division, not a product.

        >>> parse_range("63.03").on_scale(0, 100).low == 63.03 / 100
        True
        """
        mode = None if self.mode is None else (self.mode - low) / width
        return Range((self.low - low) / width, (self.high - low) / width, mode)

    def clipped(self, low: float, high: float) -> "Range":
        """Return the range with every part brought inside [low, high]."""
        inside = [min(max(v, low), high) for v in (self.low, self.high)]
        mode = None if self.mode is None else min(max(self.mode, low), high)
        return Range(inside[0], inside[1], mode)

    def __str__(self) -> str:
        return _text(self)


@lru_cache(maxsize=10_000)
def _text(value: Range) -> str:
    if value.certain:
        return number_text(value.low)
    if value.mode is None:
        return f"{number_text(value.low)} to {number_text(value.high)}"
    return "..".join(number_text(v) for v in (value.low, value.mode, value.high))


def point(value: float) -> Range:
    """Return the range that is the single number ``value``."""
    return Range(value, value, value)


def number_text(value: float) -> str:
    """Return the shortest text that reads back as ``value``.

    >>> number_text(40.0), number_text(0.1)
    ('40', '0.1')
    """
    whole = math.isfinite(value) and value == int(value) and abs(value) < 1e15
    return str(int(value)) if whole else repr(float(value))


def parse_range(text: str) -> Range:
    """Return the range that ``text`` writes.

    Raises:
        ValueError: with what is wrong, when ``text`` is none of the three forms, a number is too
            large to hold, or its parts do not ascend.

    >>> parse_range("30..40..60")
    Range(low=30.0, high=60.0, mode=40.0)
    """
    text = text.strip()
    if match := _POINT.fullmatch(text):
        value = float(match[1])
        if math.isinf(value) and "inf" not in text.lower():
            raise ValueError("a number that a computer can hold")
        return point(value)
    if match := _UNIFORM.fullmatch(text):
        low, high = float(match[1]), float(match[2])
        mode = None
    elif match := _TRIANGULAR.fullmatch(text):
        low, mode, high = float(match[1]), float(match[2]), float(match[3])
    else:
        raise ValueError(FORMS)
    if not (math.isfinite(low) and math.isfinite(high)):
        raise ValueError("a range with finite ends")
    if not low <= (low if mode is None else mode) <= high:
        raise ValueError("a range whose numbers ascend (low, mode, high)")
    return Range(low, high, mode)
