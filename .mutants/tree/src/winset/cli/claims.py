"""The command about what others forecast: who said what would come, and who was right."""

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from winset.cli.coding import AS_OF, read_day

if TYPE_CHECKING:
    from winset.explain.likelihood_words import Suggestion
    from winset.track_record.claims import ClaimCount, Rate, ScoredClaim

_NOTE = (
    "Brier: 0 is best, 1 worst, .25 for always saying .5. Log: minus the natural logarithm of the "
    "probability given to what happened. CRPS: share of the scale. Intervals are 95 %: of what was "
    "right Wilson's, of scores by drawing whole questions anew."
)


@click.command()
@click.argument("cases", nargs=-1, metavar="CASE...")
@click.option(
    "--least",
    type=click.IntRange(1),
    default=5,
    show_default=True,
    help="Mark records with fewer settled claims as thin.",
)
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True)
@AS_OF
@click.option("--today", callback=read_day, metavar="DATE", help="When overdue is judged.")
@click.option("--words", metavar="TEXT", help="Only say what yardsticks make of words in TEXT.")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def claims(
    cases: tuple[str, ...],
    least: int,
    seed: int,
    day: datetime.date | None,
    today: datetime.date | None,
    words: str | None,
    as_json: bool,
) -> None:
    """List the claims of each CASE, how they came out, and the records of authors and outlets.

    CASE may be a folder of cases as well. Forecasts without a claim are listed last.
    """  # fmt: skip
    from winset.cli.printing import print_json
    from winset.evidence.coding.asof import as_of
    from winset.evidence.coding.trace import sentence
    from winset.explain.likelihood_words import suggestions
    from winset.track_record.claims import claims_of, open_cases, tallies, uncoded

    if words is not None:
        suggested = suggestions(words)
        if as_json:
            print_json(suggested)
        else:
            _print_words(suggested)
        return
    if not cases:
        raise click.UsageError("Missing argument 'CASE...'.")
    opened = open_cases(cases)
    if day is not None:
        opened = {name: as_of(case, day) for name, case in opened.items()}
    scored = [row for name, case in opened.items() for row in claims_of(
        case, name=name, today=today)]  # fmt: skip
    waiting = [
        {
            "case": name,
            "statement": row.id,
            "note": row.note,
            "suggestions": suggestions(sentence(case, row).words),
        }
        for name, case in opened.items()
        for row in uncoded(case)
    ]
    records = {
        "by_author": tallies(scored, "author", least=least, seed=seed),
        "by_outlet": tallies(scored, "outlet", least=least, seed=seed),
    }
    if as_json:
        print_json({"claims": scored, **records, "uncoded": waiting})
        return
    _print(scored, records, waiting, least)


def _print(
    scored: "Sequence[ScoredClaim]",
    records: "dict[str, tuple[ClaimCount, ...]]",
    waiting: Sequence[dict[str, Any]],
    least: int,
) -> None:
    from winset.cli.printing import heading, say

    for k, row in enumerate(scored):
        if k == 0 or row.case != scored[k - 1].case:
            click.echo() if k else None
            heading(row.case)
        _print_claim(row)
    if scored:
        for name, title in (("by_author", "By author"), ("by_outlet", "By outlet")):
            click.echo()
            _print_records(title, records[name])
        click.echo()
        if any(tally.thin for tally in records["by_author"] + records["by_outlet"]):
            say(f"thin: fewer than {least} settled claims; says next to nothing of who is good.")
        say(_NOTE)
    else:
        click.echo("no claims")
    for entry in waiting:
        line = f"{entry['case']}: {entry['statement']} is a forecast without a claim"
        line += f": {entry['note']}" if entry["note"] else ""
        for suggestion in entry["suggestions"]:
            line += f" [{_suggested(suggestion)}]"
        say(line)


def _print_claim(row: "ScoredClaim") -> None:
    from winset.cli.printing import say

    date = "" if row.made_on is None else row.made_on.isoformat()
    who = ", ".join(filter(None, (row.author or "unnamed", row.outlet, date)))
    say(f"{row.claim.id} · {who}: {row.question}", indent="  ")
    sure = "" if row.claim.probability is None else f", probability {row.claim.probability}"
    if_so = f" (if: {row.claim.condition})" if row.claim.condition else ""
    say(f"says {row.predicted}{sure}{if_so}", indent="     ")
    say(_state_text(row), indent="     ")


def _state_text(row: "ScoredClaim") -> str:
    when = "" if row.resolved is None else f" on {row.resolved}"
    if row.state == "void":
        return f"void{when}: counts for nothing"
    if row.state == "overdue":
        return f"OVERDUE: was to be settled by {row.by}; say how it came out"
    if row.state == "open":
        return f"open until {row.by}" if row.by else "open, without a day by which it is settled"
    text = f"{row.state}{when}" + (f" at {row.outcome}" if row.state == "settled" else "")
    if row.brier is not None:
        text += f"; Brier {row.brier:.2f}"
        if row.brier_low != row.brier_high:
            text += f" ({row.brier_low:.2f} to {row.brier_high:.2f} over the coded range)"
    if row.crps is not None:
        text += f"; CRPS {row.crps:.3f} of the scale"
    return text


def _print_records(title: str, rows: "tuple[ClaimCount, ...]") -> None:
    from winset.cli.printing import heading, say

    heading(title)
    for row in rows:
        counts = [f"{row.settled} settled"]
        for count, name in ((row.open, "open"), (row.overdue, "overdue"), (row.void, "void")):
            if count:
                counts.append(f"{count} {name}")
        scores = [
            f"{name} {_rate(rate, digits)}"
            for name, rate, digits in (
                ("right", row.hits, 2),
                ("Brier", row.brier, 2),
                ("log", row.log_score, 2),
                ("CRPS", row.crps, 3),
            )
            if rate is not None
        ]
        thin = " (thin)" if row.thin else ""
        say(f"{row.name}{thin}: {', '.join(counts)}", indent="  ")
        if scores:
            say("; ".join(scores), indent="     ")


def _rate(rate: "Rate", digits: int) -> str:
    value, low, high = (
        "" if end is None else f"{end:.{digits}f}".removeprefix("0")
        for end in (rate.value, rate.low, rate.high)
    )
    return f"{value} [{low}, {high}]" if low else value


def _print_words(suggested: "tuple[Suggestion, ...]") -> None:
    from winset.cli.printing import say

    if not suggested:
        click.echo("no words of likelihood")
    for one in suggested:
        say(_suggested(one, source=True))


def _suggested(one: "Suggestion", *, source: bool = False) -> str:
    if one.wording is None:
        return f"“{one.words}”: no number, since {one.reason}"
    yardstick = one.wording.yardstick
    text = f"“{one.words}”: {one.wording.probability} by {yardstick.name}"
    return f"{text} ({yardstick.source})" if source else text
