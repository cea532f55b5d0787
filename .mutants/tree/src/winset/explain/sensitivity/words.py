"""Every sentence about sensitivity."""

import math

from winset.case.model import Case
from winset.explain.figures import NBSP, percent
from winset.explain.sensitivity.analysis import Index, Sensitivity
from winset.explain.sensitivity.inputs import Input

MOST = 3  # sentences on what to look into


def headline(case: Case, sensitivity: Sensitivity) -> str:
    """Return the number, the model, and over how many draws changes in it are measured."""
    words = sensitivity.summary.words(case)
    sentence = (
        f"Model “{sensitivity.model}”, uncalibrated, puts the {words} at "
        f"{sensitivity.summary.value_words(sensitivity.value, case)}."
    )
    if not sensitivity.varies:
        return f"{sentence} No input moves it in any draw, so there is no variance to explain."
    if sensitivity.draws >= sensitivity.counted:
        return sentence
    return f"{sentence} Changes in it are measured over {sensitivity.draws:,} draws."


def noise_sentence(sensitivity: Sensitivity) -> str:
    """Return how the model's own chance events were treated; empty where it draws none."""
    if not sensitivity.noise:
        return ""
    count = len(sensitivity.noise)
    return (
        f"The model draws chance events of its own ({count} "
        f"{'stream' if count == 1 else 'streams'}). They are the same in the draws that are "
        "compared, and part of the variance that the indices divide up."
    )


def research_sentences(sensitivity: Sensitivity, *, most: int = MOST) -> tuple[str, ...]:
    """Return what to research next, the most useful first; empty where nothing stands out."""
    return tuple(
        f"Research next: {driver.input.label}, coded {coded_range(driver.input)}. "
        f"{_support(driver.input.statements)}, and {share(driver.total)} of the variance would "
        "remain if everything else were known."
        for driver in sensitivity.research()[:most]
        if driver.total is not None
    )


def share(index: Index | None) -> str:
    r"""Return an index in words, with its interval.

    >>> share(Index(value=0.214, low=0.12, high=0.3))
    '21\xa0% (95\xa0% interval 12 to 30\xa0%)'
    """
    if index is None:
        return "nothing"
    low, high = (
        f"{100 * end:.0f}".replace("-", "\N{MINUS SIGN}") for end in (index.low, index.high)
    )
    value = percent(index.value) if index.value >= 0.0 else f"{100 * index.value:.0f}{NBSP}%"
    return f"{value} (95{NBSP}% interval {low} to {high}{NBSP}%)"


def coded_range(entry: Input) -> str:
    """Return the range of an input with its unit."""
    return f"{entry.range}{NBSP}{entry.unit}" if entry.unit else str(entry.range)


def change(value: float, *, chance: bool, width: float = 100.0, sign: bool = True) -> str:
    r"""Return a change of a summary: percentage points of a chance, else the issue's units.

    >>> change(-0.0412, chance=True), change(3.0, chance=False, width=6.0)
    ('−4.1', '+3.00')
    """
    if math.isnan(value):
        return "–"
    decimals = 1 if chance else max(0, math.ceil(2.5 - math.log10(width)))
    text = f"{100 * value if chance else value:{'+' if sign else ''}.{decimals}f}"
    if not text.strip("+-0."):
        text = text.lstrip("+-")
    return text.replace("-", "\N{MINUS SIGN}")


def _support(statements: int) -> str:
    if statements == 0:
        return "No accepted statement supports it"
    return f"{statements} accepted statement{'s support' if statements > 1 else ' supports'} it"
