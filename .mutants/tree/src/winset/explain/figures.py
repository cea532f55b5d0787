"""Numbers for a reader: per cent, values with their unit, ranges, lists of names."""

import math
from collections.abc import Sequence

from winset.case.parts import Scale
from winset.case.ranges import Range, number_text

NBSP = "\N{NO-BREAK SPACE}"


def percent(share: float) -> str:
    r"""Return ``share`` in whole per cent, never rounded to certainty.

    >>> percent(0.624), percent(0.0004), percent(1.0)
    ('62\xa0%', 'under 1\xa0%', '100\xa0%')
    """
    if 0.0 < share < 0.005:
        return f"under 1{NBSP}%"
    if 0.995 <= share < 1.0:
        return f"over 99{NBSP}%"
    return f"{share:.0%}".replace("%", f"{NBSP}%")


def chance_range(low: float, high: float) -> str:
    r"""Return a range of chances in whole per cent.

    >>> chance_range(0.451, 0.82), chance_range(0.0, 0.031)
    ('45–82\xa0%', '0–3\xa0%')
    """
    return f"{100 * low:.0f}–{100 * high:.0f}{NBSP}%"


def figure(value: float, scale: Scale) -> str:
    """Return ``value`` with as many digits as a hundredth of the scale is worth.

    >>> figure(8.8333, Scale(low=4, high=10)), figure(46.2, Scale())
    ('8.8', '46')
    """
    decimals = max(0, math.ceil(1.5 - math.log10(scale.width)))
    text = f"{value:,.{decimals}f}"
    return text[1:] if text.startswith("-") and not text.strip("-0.,") else text


def measure(value: float, scale: Scale) -> str:
    r"""Return ``value`` with its unit.

    >>> measure(46.2, Scale(unit="points"))
    '46\xa0points'
    """
    return NBSP.join(filter(None, (figure(value, scale), scale.unit)))


def coded(value: float, scale: Scale) -> str:
    """Return a number of the case with its unit and all its digits."""
    return NBSP.join(filter(None, (number_text(value), scale.unit)))


def spread(value: Range, scale: Scale) -> str:
    """Return a coded number with its unit and, if it has one, its range.

    >>> spread(Range(3, 25, 12), Scale()), spread(Range(10, 10), Scale(low=4, high=10))
    ('13 (3 to 25)', '10')
    """
    if value.certain:
        return coded(value.low, scale)
    between = f"{number_text(value.low)} to {number_text(value.high)}"
    return f"{measure(value.middle, scale)} ({between})"


def bounds(low: float, high: float, scale: Scale) -> str:
    r"""Return where a settlement lies that is between ``low`` and ``high``, either one infinite.

    >>> bounds(40, math.inf, Scale()), bounds(40, 60, Scale(unit="days"))
    ('at 40 or more', 'between 40 and 60\xa0days')
    """
    if math.isinf(high):
        return f"at {coded(low, scale)} or more"
    if math.isinf(low):
        return f"at {coded(high, scale)} or less"
    return f"between {number_text(low)} and {coded(high, scale)}"


def listed(names: Sequence[str]) -> str:
    """Return ``names`` as a list in a sentence.

    >>> listed(["one", "two", "three"])
    'one, two and three'
    """
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def capital(clause: str) -> str:
    """Return ``clause`` as the beginning of a sentence."""
    return clause[0].upper() + clause[1:]
