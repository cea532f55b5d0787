"""The tables of the findings page, made from a backtest: the prose around them is left alone.

`python research/findings.py TABLE PAGE` runs the backtest of TABLE and writes each table of PAGE
anew, between the lines `<!-- table: NAME -->` and `<!-- end -->`.
"""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from winset.errors import Problem, WinsetError, nearest

if TYPE_CHECKING:
    from ablation import Ablation
    from winset.forecast.calibration import Fitted
    from winset.formats.decisions import Decisions
    from winset.track_record.backtest import Backtest
    from winset.track_record.model_table import Standing

BLOCK = re.compile(
    r"^<!-- table: (?P<name>[\w-]+) -->\n(?P<text>.*?)^<!-- end -->$", re.DOTALL | re.MULTILINE
)
LADDERS = ("mean", "median")  # models whose calibration is taken apart


def refreshed(page: str, tables: dict[str, str]) -> str:
    """Return ``page`` with every marked table as in ``tables``.

    Raises:
        WinsetError: when the page asks for a table that is not made, or leaves one out.
    """
    marked = [match["name"] for match in BLOCK.finditer(page)]
    problems = [
        str(Problem(where=f"table {name}", required="must be one that is made", found="another",
                    remedy=nearest(name, tables)))
        for name in marked if name not in tables
    ]  # fmt: skip
    problems += [f"table {name}: must stand in the page; found none" for name in tables
                 if name not in marked]  # fmt: skip
    if problems:
        raise WinsetError("\n".join(problems))
    return BLOCK.sub(
        lambda m: f"<!-- table: {m['name']} -->\n{tables[m['name']]}<!-- end -->", page
    )


def findings_tables(run: "Backtest", decisions: "Decisions", fitted: "Fitted") -> dict[str, str]:
    """Return name to Markdown of every table.

    Args:
        run: a backtest of ``decisions`` with all models.
        decisions: what it was run on.
        fitted: the calibrations it used.
    """
    from ablation import by_actors, by_rule, by_spread
    from mixture import NO_MIXTURE, fit_mixture, mixture_sentence
    from winset.track_record.backtest_words import (
        interval_coverage,
        share,
        verdict,
    )
    from winset.track_record.model_table import standings

    mixture = fit_mixture(run)
    judgement = verdict(run)
    if judgement is None:
        raise WinsetError(f"{run.name}: no model settled anything, so nothing was found")
    best = judgement.best.model
    levels = interval_coverage(run, best)
    mixture_line = mixture_sentence(mixture) if mixture else NO_MIXTURE
    return {
        "collection": _list(
            [f"{len(decisions.decisions)} decisions in {len(decisions.groups)} groups",
             *decisions.notes]
        ),
        "verdict": _list(judgement.sentences),
        "raw": _standings(standings(run, "raw"), calibrated=False),
        "calibrated": _standings(standings(run, "calibrated"), calibrated=True),
        "left-out": _list(
            f"`{model}`, {times} decisions: {why}"
            for model, reasons in run.left_out.items()
            for why, times in reasons.items()
        ),
        "duels": _duels(run, best),
        "ensemble": f"{mixture_line}\n",
        "coverage": _markdown(
            ("interval", "outcomes inside (95 %)"),
            [(f"{level:.0%}".replace("%", " %"), share(e)) for level, e in levels],
        ),
        "parts": _parts(fitted),
        **{f"ladder-{model}": _ladder(model, decisions) for model in LADDERS},
        "by-spread": _kinds("spread, points", by_spread(run, decisions, best)),
        "by-actors": _kinds("actors", by_actors(run, decisions, best)),
        "by-rule": _kinds("voting rule", by_rule(run, decisions, best)),
    }  # fmt: skip


def _markdown(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [columns, ["---", *["---:"] * (len(columns) - 1)], *rows]
    return "\n".join(["", *(f"| {' | '.join(str(c) for c in row)} |" for row in lines), "", ""])


def _list(lines: Iterable[str]) -> str:
    return "\n".join(["", *(f"- {line.removesuffix('.')}." for line in lines), "", ""])


def _standings(rows: "Sequence[Standing]", *, calibrated: bool) -> str:
    from winset.track_record.backtest_words import EIGHTY, points, share

    columns = ("model", "decisions", "error (95 %)", "within 10 points", "CRPS (95 %)")
    more = ("inside 80 %", "width of 80 %")
    return _markdown(
        (*columns, *(more if calibrated else ())),
        [
            (f"`{s.model}`", s.decisions, points(s.error), f"{100 * s.hits.value:.0f} %",
             points(s.crps),
             *((share(s.coverage[EIGHTY]), f"{s.width[EIGHTY]:.0f}") if calibrated else ()))
            for s in rows
        ],
    )  # fmt: skip


def _duels(run: "Backtest", against: str) -> str:
    from winset.track_record.backtest_words import signed
    from winset.track_record.model_table import duels

    return _markdown(
        (f"beside `{against}`", "decisions", "score", "difference (95 %)", "resolvable"),
        [
            (f"`{d.model}`", d.decisions, "CRPS" if d.score == "crps" else "error",
             signed(d.difference), f"{d.resolvable:.1f}")
            for d in duels(run, "calibrated", against=against)
        ],
    )  # fmt: skip


def _parts(fitted: "Fitted") -> str:
    return _markdown(
        ("model", "slope", "somebody has his way", "the case tells nothing", "median error"),
        [
            (f"`{name}`", f"{c.slope:.2f}", f"{100 * c.positions:.0f} %",
             f"{100 * c.climatology:.0f} %", f"{c.errors[len(c.errors) // 2]:.2f}")
            for name, c in fitted.calibrations.items()
        ],
    )  # fmt: skip


def _ladder(model: str, decisions: "Decisions") -> str:
    from ablation import ladder
    from winset.models import make_model
    from winset.track_record.backtest import settlements
    from winset.track_record.backtest_words import points, share, signed

    settled = settlements(decisions, [make_model(model)])[model]
    return _markdown(
        (f"`{model}`", "CRPS (95 %)", "gained", "inside 80 %", "width of 80 %"),
        [
            (rung.name, points(rung.crps), signed(rung.gained) if rung.gained else "",
             share(rung.inside), f"{rung.width:.0f}")
            for rung in ladder(model, decisions, settled)
        ],
    )  # fmt: skip


def _kinds(heading: str, kinds: "Sequence[Ablation]") -> str:
    from winset.track_record.backtest_words import points, share

    if not kinds:
        return "\nThe table does not say.\n\n"
    return _markdown(
        (heading, "decisions", "groups", "error (95 %)", "CRPS (95 %)", "inside 80 %", "width"),
        [
            (kind.name, kind.decisions, kind.groups, points(kind.error), points(kind.crps),
             share(kind.inside), f"{kind.width:.0f}")
            for kind in kinds
        ],
    )  # fmt: skip


def tables_from(table: Path) -> dict[str, str]:
    """Return the tables of the decisions in ``table``, all models with their usual parameters."""
    from winset.forecast.calibration import shipped
    from winset.formats.decisions import read_decisions
    from winset.models import MODELS, make_model
    from winset.track_record.backtest import run_backtest

    decisions = read_decisions(table)
    run = run_backtest(decisions, [make_model(name) for name in MODELS], fitted=shipped())
    return findings_tables(run, decisions, shipped())


@click.command()
@click.argument("table", type=click.Path(path_type=Path))
@click.argument("page", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def findings(table: Path, page: Path) -> None:
    """Write every marked table of PAGE anew from the decisions in TABLE."""
    from winset.case.folder import write_file

    try:
        before = page.read_text("utf-8")
        write_file(page, refreshed(before, tables_from(table)).encode())
    except WinsetError as error:
        raise click.ClickException(str(error)) from None


if __name__ == "__main__":
    findings()
