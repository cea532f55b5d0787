"""Commands about sealed forecasts: seal, verify, resolve."""

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from winset.cli.case import CASE
from winset.cli.coding import read_day, writable
from winset.cli.forecast import DRAWS, SEED, SET
from winset.cli.witness import (
    TRUST,
    WITNESS,
    answers_of,
    headers_of,
    ledger_folder,
    print_answers,
    ready,
    refuse,
)
from winset.errors import CaseError

if TYPE_CHECKING:
    from winset.track_record.claims import Rate
    from winset.track_record.sealed import Check, RunningRecord, Score, Sealed, Verified


# Where the library finds fault, and the option that mends it.
_OPTIONS = {
    "question": "--question",
    "issue": "--issue",
    "rule": "--rule",
    "no_rule": "--no-rule",
    "resolve_by": "--resolve-by",
    "outcome": "--outcome",
    "date": "--date",
}
_REMEDIES = {"rule": "--rule TEXT says it; to seal without a rule, give the reason: --no-rule WHY"}


@contextmanager
def _options_named() -> Iterator[None]:
    """Name the option in every problem that an option mends."""
    try:
        yield
    except CaseError as error:
        raise CaseError(
            replace(
                problem,
                where=_OPTIONS.get(problem.where, problem.where),
                remedy=_REMEDIES.get(problem.where, problem.remedy),
            )
            for problem in error.problems
        ) from None


@click.command()
@CASE
@click.option("--question", metavar="ID", help="The question that the forecast answers.")
@click.option("--issue", metavar="ID", help="Or an issue: its agreement and settlement.")
@click.option(
    "--resolve-by",
    "day",
    callback=read_day,
    metavar="DATE",
    help="When it is settled; the question's horizon unless given.",
)
@click.option("--rule", default="", metavar="TEXT", help="How the outcome will be judged.")
@click.option("--no-rule", default="", metavar="WHY", help="Seal without a rule, and say why.")
@click.option("--note", default="", metavar="TEXT")
@click.option("--model", "name", metavar="NAME", help="Model; by default what fits.")
@SET
@DRAWS
@SEED
@click.option("--scenario", metavar="NAME", help="A scenario of the case.")
@WITNESS
@TRUST
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def seal(
    case: str,
    question: str | None,
    issue: str | None,
    day: datetime.date | None,
    rule: str,
    no_rule: str,
    note: str,
    name: str | None,
    settings: tuple[str, ...],
    draws: int,
    seed: int,
    scenario: str | None,
    witnesses: tuple[str, ...],
    certificates: tuple[Path, ...],
    as_json: bool,
) -> None:
    """Seal a forecast of CASE in its ledger, before anybody knows how the question comes out.

    The ledger only grows. A copy of the case's numbers is put beside it, in sealed/, so that
    `winset verify` can make the forecast again however the case is edited. Dates are your own word
    unless a witness attests them: the seal stands whether or not it answers.
    """  # fmt: skip
    from winset.cli.choosing import chosen_model
    from winset.cli.forecast import settings_of
    from winset.cli.printing import print_json, say
    from winset.track_record.sealed import ForecastToSeal
    from winset.track_record.sealed import seal as sealed_in
    from winset.track_record.sealed.witness import Trust, parse_kind

    opened_case, folder = writable(case)
    kinds, trust = [parse_kind(text) for text in witnesses], Trust(certificates=certificates)
    ready(kinds, trust)
    with _options_named():
        done = sealed_in(
            opened_case,
            ForecastToSeal(
                question=question,
                issue=issue,
                resolve_by=day,
                rule=rule,
                no_rule=no_rule,
                note=note,
                model=chosen_model(opened_case, name, settings_of(settings)),
                draws=draws,
                seed=seed,
                scenario=scenario,
            ),
        )
    answers = answers_of(folder, done.id, kinds, trust)
    if as_json:
        print_json({"id": done.id, "line": done.line, "seal": done.seal, "witnesses": answers})
        refuse(answers)
        return
    say(f"{done.seal.text}")
    say(_forecast(done), indent="  ")
    say(f"Sealed as {done.id[:12]}, to be settled by {done.seal.resolve_by}.")
    if no_rule:
        say(f"Sealed without a rule: {no_rule}")
    print_answers(answers)
    if not kinds:
        say("The date is your own word until a witness attests it (--witness).")
    say(
        f"Ledger: {folder / 'ledger.jsonl'}, line {done.line}. Publish its last digest to prove "
        f"the day to others:"
    )
    click.echo(done.id)
    refuse(answers)


@click.command()
@CASE
@click.argument("entry")
@click.option(
    "--outcome",
    required=True,
    metavar="OUTCOME",
    help="yes, no, an option, void; of an issue a number, or none.",
)
@click.option("--date", "day", callback=read_day, metavar="DATE", help="When it came about.")
@click.option("--source", default="", metavar="TEXT", help="By whose word.")
@click.option("--note", default="", metavar="TEXT")
@click.option("--amend", is_flag=True, help="Put it beside an earlier resolution; both stay.")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def resolve(
    case: str,
    entry: str,
    outcome: str,
    day: datetime.date | None,
    source: str,
    note: str,
    amend: bool,
    as_json: bool,
) -> None:
    """Write below a sealed forecast of CASE how its question came out, and score it.

    ENTRY is the beginning of its digest, or the id of its question or issue. Nothing is edited.
    """  # fmt: skip
    from winset.cli.printing import print_json, say
    from winset.track_record.sealed import read_ledger, record, score
    from winset.track_record.sealed import resolve as resolved
    from winset.track_record.sealed.witness import existed_by, witnesses_of

    folder = ledger_folder(case)
    with _options_named():
        done = resolved(folder, entry, outcome, date=day, source=source, note=note, amend=amend)
    ledger = read_ledger(folder)
    entries = ledger.chain.entries
    earliest = existed_by(entries, witnesses_of(folder, entries))
    scored, running = score(done), record(ledger.sealed, earliest)
    if as_json:
        print_json({"sealed": done, "score": scored, "record": running})
        return
    say(f"{done.seal.text}")
    say(f"Sealed on {done.seal.at.date()}: {_forecast(done)}", indent="  ")
    say(f"Came out: {outcome}. {_scores(scored)}", indent="  ")
    click.echo()
    _print_record(running)


@click.command()
@CASE
@click.option("--head", metavar="DIGEST", help="A digest that the ledger must hold.")
@click.option("--chain-only", is_flag=True, help="Do not make the forecasts again.")
@click.option("--repair", is_flag=True, help="Set aside a write that was cut off at the end.")
@TRUST
@click.option(
    "--signers",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="The ssh keys that may sign commits and tags, as git's gpg.ssh.allowedSignersFile.",
)
@click.option(
    "--block",
    "blocks",
    multiple=True,
    metavar="HEIGHT=HEX",
    help="The header of a Bitcoin block, from a node that you trust.",
)
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def verify(
    case: str,
    head: str | None,
    chain_only: bool,
    repair: bool,
    certificates: tuple[Path, ...],
    signers: Path | None,
    blocks: tuple[str, ...],
    as_json: bool,
) -> None:
    """Check the ledger of CASE and its witnesses, and make every sealed forecast again.

    Exit status 1 if the ledger is not whole, a witness speaks against it, or a forecast does not
    come out as it was sealed.
    """
    from winset.case.appending import repair as repaired
    from winset.case.chain import LEDGER
    from winset.cli.printing import print_json
    from winset.track_record.sealed import verify as verified
    from winset.track_record.sealed.witness import Trust

    folder = ledger_folder(case)
    if repair:
        done = repaired(folder / LEDGER)
        click.echo(
            {
                "nothing": "nothing to repair at the end",
                "completed": "the last entry was whole but for its line end, which it now has",
                "set aside": "what was cut off at the end now stands in ledger.torn",
            }[done],
            err=as_json,
        )
    trust = Trust(certificates=certificates, signers=signers, headers=headers_of(blocks))
    result = verified(folder, head=head, again=not chain_only, trust=trust)
    if as_json:
        print_json({"sound": result.sound, "verified": result})
    else:
        _print_verified(result)
    if not result.sound:
        raise SystemExit(1)


def _print_verified(result: "Verified") -> None:
    from winset.cli.printing import say

    count = f"{result.entries} entr{'y' if result.entries == 1 else 'ies'}"
    bad = len(result.problems)
    whole = f"{bad} problem{'' if bad == 1 else 's'}" if bad else "whole"
    say(f"Ledger: {count}, {whole}; ends in {', '.join(h[:12] for h in result.heads) or 'nothing'}")
    for problem in result.problems:
        say(str(problem), indent="  ")
    for fork in result.forks:
        say(fork, indent="  ")
    if result.case_problems:
        say(f"The case itself cannot be read now: {result.case_problems[0]}", indent="  ")
    for check in result.checks:
        click.echo()
        _print_check(check)
    if result.checks:
        click.echo()
        _print_record(result.record)


def _print_check(check: "Check") -> None:
    from winset.cli.printing import say

    sealed, seal = check.sealed, check.sealed.seal
    say(f"{sealed.id[:12]}, sealed {seal.at.date()} (line {sealed.line}): {seal.text}")
    say(_forecast(sealed), indent="  ")
    verdict = {
        "same bytes": f"made again by {check.code}: the same, draw by draw",
        "same numbers": f"made again by {check.code}: what was sealed is the same",
        "other numbers": f"MADE AGAIN BY {check.code.upper()}: OTHER NUMBERS",
        "cannot be made again": "CANNOT BE MADE AGAIN",
        "not made": "",
    }[check.verdict]
    if check.difference:
        verdict += f", apart by up to {check.difference:.3g}"
        if check.errors is not None:
            verdict += f" ({check.errors:.1f} Monte Carlo errors)"
    for line in filter(None, (verdict, *check.harm, *check.changes)):
        say(line, indent="  ")
    say(check.dates, indent="  ")
    for witness in check.witnesses:
        if witness is not check.witnessed:
            say(witness.words, indent="  ")
    if seal.rule:
        say(f"judged by: {seal.rule}", indent="  ")
    elif seal.no_rule:
        say(f"without a rule: {seal.no_rule}", indent="  ")
    resolution = sealed.resolution
    if resolution is None:
        late = seal.resolve_by < datetime.date.today()
        say(f"{'OVERDUE since' if late else 'open until'} {seal.resolve_by}", indent="  ")
    else:
        behind = ", ".join(filter(None, (str(resolution.date or ""), resolution.source)))
        amended = f", amended {len(sealed.resolutions) - 1}×" * (len(sealed.resolutions) > 1)
        say(f"came out {resolution.outcome}" + (f" ({behind})" if behind else "") + amended
            + f". {_scores(check.score)}", indent="  ")  # fmt: skip


def _forecast(sealed: "Sealed") -> str:
    """Return what was sealed, in words."""
    from winset.cli.printing import number, share

    seal = sealed.seal
    chances = [c for c in seal.chances if not (c.outcome == "no" and len(seal.chances) == 2)]
    parts = []
    for chance in chances:
        error = "" if not chance.error or chance.error < 5e-4 else f" ± {chance.error:.3f}"
        parts.append(f"{chance.outcome} {share(chance.probability)}{error}")
    settled = seal.settlement
    if settled is not None and settled.quantiles:
        low, middle, high = (settled.quantiles[k * len(settled.quantiles) // 10] for k in (1, 5, 9))
        parts.append(
            f"settlement {number(middle)} ({number(low)} to {number(high)}) {settled.unit}".strip()
        )
    provenance = seal.made
    origin = (
        f"{provenance.get('model')}, scenario {provenance.get('scenario')}, {seal.draws:,} draws"
    )
    return f"{'; '.join(parts) or 'no agreement in any draw'} ({origin})"


def _scores(result: "Score | None") -> str:
    if result is None:
        return ""
    parts = []
    for name, value in (("Brier", result.brier), ("log", result.log_score)):
        if value is not None:
            parts.append(f"{name} {value:.3f}")
    if result.crps is not None:
        parts.append(f"CRPS {result.crps:.3g}, {result.crps_share:.3f} of the scale")
    text = "; ".join(parts)
    return (
        text if result.counts else f"Does not count: {result.why_not}" + f" ({text})" * bool(text)
    )


def _print_record(running: "RunningRecord") -> None:
    from winset.cli.printing import say

    parts = [
        f"{name} {_rate(rate)}"
        for name, rate in (
            ("Brier", running.brier), ("log", running.log_score), ("CRPS", running.crps_share)
        )
        if rate is not None
    ]  # fmt: skip
    say(
        f"Record: {running.sealed} sealed, {running.resolved} resolved, {running.counted} counted"
        + "".join(f"; {part}" for part in parts)
        + (
            ". Means and 95 % intervals, whole questions drawn anew; CRPS as a share of the scale."
            if parts
            else "."
        )
    )
    say(running.dates)


def _rate(rate: "Rate") -> str:
    if rate.low is None or rate.high is None:
        return f"{rate.value:.3f}"
    return f"{rate.value:.3f} [{rate.low:.3f}, {rate.high:.3f}]"
