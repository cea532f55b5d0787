"""Two numbers against each other: room for the words of both axes, however narrow the picture."""

from collections.abc import Callable, Sequence
from typing import Any

import altair as alt

from winset.charts.canvas import EDGE, sheet
from winset.charts.metrics import width_of
from winset.charts.placing import number, wrapped
from winset.charts.theme import SMALL_SIZE

RIGHT, LINE = 24.0, 14.0
LEAST, MOST, SHAPE = 220.0, 380.0, 0.75  # of the panel's height: in pixels, and of its width


class Square:
    """A panel with two axes, `wide` by `high` pixels.

    Attributes:
        across: the channel across.
        upwards: the channel upwards.
    """

    def __init__(
        self,
        width: float,
        *,
        across: tuple[str, str],
        upwards: tuple[str, str],
        scales: tuple[alt.Scale, alt.Scale],
        values: tuple[Sequence[float], Sequence[float]],
        form: tuple[Callable[[float], str], Callable[[float], str]] = (number, number),
        grid: tuple[bool, bool] = (True, True),
    ) -> None:
        """Begin a picture of ``width`` pixels.

        Args:
            width: of the whole picture.
            across: the field and the title of the axis across.
            upwards: likewise upwards.
            scales: of both.
            values: where both have numbers.
            form: how the numbers are written.
            grid: whether lines lead from them.
        """
        labels = max(width_of(form[1](value), SMALL_SIZE) for value in values[1])
        ends = [width_of(form[0](value), SMALL_SIZE) / 2 for value in values[0]]
        self._right = max(RIGHT, max(ends) + 4.0)
        rest = width - 2 * EDGE - labels - 16.0 - self._right
        self._down = min(MOST, max(LEAST, SHAPE * rest))
        upward = wrapped(upwards[1], self._down, SMALL_SIZE)
        self._left = labels + 16.0 + LINE * len(upward)
        self._wide = width - 2 * EDGE - self._left - self._right
        title = wrapped(across[1], self._wide, SMALL_SIZE)
        self._below = 30.0 + LINE * len(title)
        self.across = alt.X(
            f"{across[0]}:Q",
            title=title,
            scale=scales[0],
            axis=_axis(values[0], form[0], grid=grid[0]),
        )
        self.upwards = alt.Y(
            f"{upwards[0]}:Q",
            title=upward,
            scale=scales[1],
            axis=_axis(values[1], form[1], grid=grid[1]),
        )

    def chart(self, layers: Sequence[Any], description: str = "") -> alt.LayerChart:
        """Return ``layers`` as one chart."""
        drawn = sheet(
            layers,
            across=self._wide,
            down=self._down,
            left=EDGE + self._left,
            right=EDGE + self._right,
            description=description,
        )
        drawn.padding = {**drawn.padding, "bottom": EDGE + self._below}
        return drawn


def share(value: float) -> str:
    """Return ``value`` in per cent, for a tick."""
    return f"{100.0 * value:.0f}\N{NO-BREAK SPACE}%"


def _axis(values: Sequence[float], form: Callable[[float], str], *, grid: bool) -> alt.Axis:
    texts = [form(value) for value in values]
    # Ticks are written here, so that no format of the browser's can turn them into powers of ten.
    choices = " : ".join(
        f"abs(datum.value - {value!r}) < 1e-9 ? '{text}'"
        for value, text in zip(values, texts, strict=True)
    )
    return alt.Axis(
        values=list(values), labelExpr=f"{choices} : ''", grid=grid, titlePadding=6,
        labelOverlap=False, labelFlush=False, labelBound=False,
    )  # fmt: skip
