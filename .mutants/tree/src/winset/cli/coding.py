"""Commands from statements to stances: code, agreement, derive, trace, reanchor."""

import datetime
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from winset.cli.case import CASE
from winset.errors import WinsetError

if TYPE_CHECKING:
    from winset.case.model import Case
    from winset.case.parts import Issue, Statement
    from winset.case.ranges import Range
    from winset.evidence.coding.derive import Derivation
    from winset.evidence.coding.endings import Ending
    from winset.evidence.coding.trace import Sentence, Trace

_KEYS = "[a]ccept  [e]dit  [r]eject  [s]kip  [u]ndo  [q]uit"


def read_day(
    _context: click.Context, _parameter: click.Parameter, value: str | None
) -> datetime.date | None:
    """Return the date that ``value`` writes."""
    try:
        return None if value is None else datetime.date.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(f"{value} is no date such as 2015-07-14") from None


AS_OF = click.option(
    "--as-of", "day", callback=read_day, metavar="DATE", help="Hide what was published later."
)


def opened(case: str, day: datetime.date | None = None) -> "Case":
    """Return the case, as of ``day`` if one is given."""
    from winset.case.shipped import open_case
    from winset.evidence.coding.asof import as_of

    opened_case = open_case(case)
    return opened_case if day is None else as_of(opened_case, day)


def writable(case: str) -> "tuple[Case, Path]":
    """Return the case and its folder, which must not be the package's own."""
    from winset.case.lock import write_lock
    from winset.case.shipped import open_case, shipped_cases

    opened_case = open_case(case)
    if opened_case.folder is None or any(
        opened_case.folder == p.resolve() for p in shipped_cases().values()
    ):
        raise WinsetError(f"{case} comes with winset; `winset new FOLDER --from {case}` copies it")
    with write_lock(opened_case.folder):
        pass  # a folder that cannot be written is refused before the work, not after it
    return opened_case, opened_case.folder


@click.command()
@CASE
@click.option("--coder", required=True, metavar="NAME", help="Whose decisions these are.")
def code(case: str, coder: str) -> None:
    """Walk the proposed statements of CASE: accept, edit, reject, skip, undo.

    Every decision is written to statements/NAME.csv at once; begin again at any time. Keys: a e r
    s u q, without Enter.
    """
    from winset.evidence.coding.decisions import coder_file
    from winset.evidence.disposable import only_session

    _, folder = writable(case)
    coder_file(folder, coder)
    with only_session(folder, coder):
        # Read again under the lock: another session may have ended in between.
        _decide(opened(case), folder, coder, case)


def _decide(current: "Case", folder: Path, coder: str, name: str) -> None:
    """Show one proposal after the other until none is left or the coder stops."""
    from winset.evidence.coding.decisions import (
        accepted,
        drop_decision,
        last_decision,
        rejected,
        save_decision,
        undecided,
        with_decision,
        without_decision,
    )

    skipped: set[str] = set()
    returning = ""
    while True:
        left = undecided(current, coder)
        waiting = [row for row in left if row.id not in skipped]
        waiting.sort(key=lambda row: row.id != returning)
        if not waiting:
            break
        row = waiting[0]
        _show(current, row, f"{len(left)} to decide")
        key = _key()
        now = datetime.datetime.now(datetime.UTC)
        if key in ("q", ""):
            break
        if key == "s":
            skipped.add(row.id)
        elif key == "u":
            last = last_decision(current, coder)
            if last is None:
                click.echo("nothing to undo")
                continue
            drop_decision(folder, last)
            current, returning = without_decision(current, last), last.id
            skipped.discard(last.id)
            click.echo(f"undone {last.id}")
        elif key in ("a", "e", "r"):
            try:
                changes = _edit(current, row) if key == "e" else {}
                decision = (
                    rejected(row, coder, now) if key == "r" else accepted(row, coder, now, changes)
                )
                current = with_decision(current, decision)
            except WinsetError as error:
                click.echo(str(error))
                continue
            save_decision(folder, decision)
            click.echo(f"{decision.status} {decision.id}")
            if decision.status == "accepted" and decision.value and not decision.issue:
                click.echo("(on no issue: its value makes no number; [u]ndo to name one)")
    _end(current, coder, name)


def _key() -> str:
    """Return one key; from a pipe the next character, empty at its end."""
    click.echo(_KEYS)
    if sys.stdin.isatty():
        return click.getchar().lower()
    while (key := sys.stdin.read(1)) in ("\n", "\r"):
        pass
    return key.lower()


def _edit(case: "Case", row: "Statement") -> dict[str, str]:
    """Ask for each field until it can be understood: Enter keeps it, a single “-” empties it."""
    from winset.case.tables import STATEMENTS, cells_of
    from winset.cli.printing import say, visible
    from winset.evidence.coding.decisions import EDITABLE, KINDS, accepted, with_decision

    cells = cells_of(STATEMENTS, row) | {"speaker": row.speaker}
    click.echo("Enter keeps, - empties")
    say(f"speakers: {', '.join([a.id for a in case.actors] + ['author', 'unresolved'])}")
    say(f"issues: {', '.join(issue.id for issue in case.issues)}; kinds: {', '.join(KINDS)}")
    changes: dict[str, str] = {}
    now = datetime.datetime.now(datetime.UTC)
    for name in EDITABLE:
        present = visible(cells[name]).replace("\n", " ")
        while typed := click.prompt(
            f"  {name} [{present}]", default="", show_default=False
        ).strip():
            change = {name: "" if typed == "-" else typed}
            try:
                with_decision(case, accepted(row, row.coder, now, change))
            except WinsetError as error:
                say(str(error), indent="  ")
                continue
            changes |= change
            break
    return changes


def _show(case: "Case", row: "Statement", progress: str) -> None:
    from winset.cli.printing import say
    from winset.evidence.coding.trace import sentence

    context = sentence(case, row)
    click.echo()
    click.echo(click.style(f"{row.id} · {progress}", bold=True))
    _print_sentence(context)
    actors = {actor.id: actor.name for actor in case.actors}
    issues = {issue.id: issue.title for issue in case.issues}
    for name, value, title in (
        ("speaker", row.speaker, actors.get(row.speaker, "")),
        ("issue", row.issue, issues.get(row.issue or "", "")),
        ("kind", row.kind, ""),
        ("value", row.value, ""),
        ("condition", row.condition, ""),
        ("note", row.note, ""),
    ):
        if value:
            say(f"{name:9} {value}" + (f" ({title})" if title and title != value else ""))
        if name == "issue" and row.issue in issues:
            say(_scale(case.issue(row.issue)), indent=" " * 10)


def _scale(issue: "Issue") -> str:
    """Return what the points of an issue mean, so that a value can be given."""
    low, high = issue.scale.low, issue.scale.high
    labels = {low: "", high: "", **issue.labels}
    points = ", ".join(
        f"{point:g}{f' {label}' if label else ''}" for point, label in sorted(labels.items())
    )
    return f"{points}{f' ({issue.scale.unit})' if issue.scale.unit else ''}"


def _print_sentence(context: "Sentence") -> None:
    from winset.cli.printing import say

    row, document = context.statement, context.document
    source = " · ".join(
        str(part) for part in (document.title or document.id, document.publisher,
                               document.published) if part
    )  # fmt: skip
    say(source, indent="  ")
    if not context.intact:
        say("(the text has changed there: `winset reanchor`)", indent="  ")
    if context.words:
        text = f"{context.before}»{context.words}«{context.after}"
        say(" ".join(text.split()), indent="  ")
    else:
        say(f"(text not kept: characters {row.start} to {row.end})", indent="  ")


def _end(case: "Case", coder: str, name: str) -> None:
    """Say what was decided, and what comes next."""
    from winset.evidence.coding.decisions import proposals, undecided

    if not proposals(case):
        raise WinsetError(
            f"{name}: must have proposed statements to decide on; found none; `winset add {name} "
            "FILES` puts documents into it and proposes"
        )
    own = [row.status for row in case.statements if row.coder == coder]
    left = len(undecided(case, coder))
    click.echo(
        f"{own.count('accepted')} accepted, {own.count('rejected')} rejected, "
        f"{left} to decide: statements/{coder}.csv"
    )
    valued = any(
        row.coder == coder and row.status == "accepted" and row.value is not None
        for row in case.statements
    )
    if valued:
        click.echo(f"next: `winset derive {name}` says what numbers the accepted ones give")
    elif "accepted" in own:
        click.echo("no accepted one has a value, and only values make numbers: [e]dit gives one")


@click.command()
@CASE
@click.option("--coder", "coders", multiple=True, metavar="NAME", help="Only these (repeat it).")
@click.option("--resamples", type=click.IntRange(1, 100_000), default=1_000, show_default=True)
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def agreement(case: str, coders: tuple[str, ...], resamples: int, seed: int, as_json: bool) -> None:
    """Print how far the coders of CASE agree (Krippendorff's alpha), and where they differ."""
    from winset.cli.printing import number, print_json, say, table
    from winset.evidence.coding.agreement import agreement as measured

    result = measured(opened(case), coders, resamples=resamples, seed=seed)
    if as_json:
        print_json(result)
        return
    click.echo(f"{' and '.join(result.coders)}; read by one of them only: {result.alone}")
    table(
        ["field", "alpha", "95 % from", "to", "statements", "alike", "documents"],
        [
            [
                f.field, number(f.alpha, 2), number(f.low, 2), number(f.high, 2), str(f.units),
                str(f.alike), str(f.documents),
            ]
            for f in result.fields
        ],
        align="lrrrrrr",
    )  # fmt: skip
    for d in result.disagreements:
        values = "; ".join(f"{coder}: {value}" for coder, value in d.readings.items())
        say(f"{d.document} {d.start}–{d.end} {d.statement}: {d.field}: {values}")


@click.command()
@CASE
@click.option("--write", is_flag=True, help="Write the derived numbers into stances.csv.")
@click.option("--salience", metavar="RANGE", help="For stances that the table lacks, 0-100.")
@click.option("--influence", metavar="RANGE", help="Likewise.")
def derive(case: str, write: bool, salience: str | None, influence: str | None) -> None:
    """Derive positions and red lines of CASE from its accepted statements.

    A number coded by hand stays. Without --write, only says what would change. Accepted statements
    that give no number are listed, each with the reason and with what would make it count.
    """
    from winset.case.folder import write_case
    from winset.case.ranges import parse_range
    from winset.cli.printing import table
    from winset.evidence.coding.derive import derive_stances
    from winset.evidence.coding.endings import idle

    def read(text: str | None) -> "Range | None":
        try:
            return None if text is None else parse_range(text)
        except ValueError as error:
            raise WinsetError(f"{text}: must be {error}") from None

    opened_case, folder = writable(case) if write else (opened(case), None)
    result = derive_stances(opened_case, salience=read(salience), influence=read(influence))
    rows = [
        [
            n.issue, n.actor, n.quantity, str(n.value), str(sum(s.weight > 0 for s in n.support)),
            _what(result, (n.issue, n.actor, n.quantity)),
        ]
        for n in result.derived
    ]  # fmt: skip
    left_out = idle(result.case)
    if not rows and not left_out:
        raise WinsetError(
            f"{case}: must have accepted statements that give a value; found none; `winset code "
            f"{case} --coder YOU` accepts them, its [e] gives values"
        )
    if rows:
        table(["issue", "actor", "number", "derived", "from", ""], rows, align="llllrl")
    _print_idle(left_out, result)
    if folder is not None:
        write_case(result.case, folder)
        click.echo(f"wrote {len(result.changed)} numbers to {folder / 'stances.csv'}")


def _print_idle(left_out: "tuple[Ending, ...]", result: "Derivation") -> None:
    """Print which accepted statements give no number of the case, and what would change that."""
    from winset.cli.printing import say
    from winset.evidence.coding.endings import by_reason, in_words

    for reason, own in by_reason(left_out):
        click.echo()
        say(f"Accepted, and counted nowhere, since {reason}:")
        remedies: dict[str, list[str]] = {}
        for ending in own:
            row = ending.statement
            remedies.setdefault(ending.remedy, []).append(f"{row.id} ({in_words(row)})")
        for remedy, names in remedies.items():
            say(f"{'; '.join(dict.fromkeys(names))}. {remedy}", indent="  ")
    if result.rowless:
        pairs = "; ".join(f"{actor} on {issue}" for issue, actor in result.rowless)
        say(f"With --salience and --influence, --write adds the stances of {pairs}.", indent="  ")


def _what(result: "Derivation", key: tuple[str, str, str]) -> str:
    if key in result.by_hand:
        return "coded by hand: stays"
    if key[:2] in result.rowless:
        return "no stance yet"
    return "new" if key in result.changed else "as it is"


@click.command()
@CASE
@click.argument("issue")
@click.argument("actor")
@AS_OF
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def trace(case: str, issue: str, actor: str, day: datetime.date | None, as_json: bool) -> None:
    """Walk from each number of ACTOR on ISSUE to the sentences that it rests on."""
    from winset.cli.printing import print_json, say
    from winset.evidence.coding.trace import trace as traced

    opened_case = opened(case, day)
    result = traced(opened_case, issue, actor)
    if as_json:
        print_json(result)
        return
    click.echo(
        click.style(
            f"{opened_case.actor(actor).name} on {opened_case.issue(issue).title}", bold=True
        )
    )
    _print_cells(result)
    if result.stance.note:
        say(f"note: {result.stance.note}")
    for one in result.sentences:
        row = one.statement
        value = "" if row.value is None else f" {row.value}"
        click.echo()
        say(f"{row.id} · {row.kind}{value} · {row.status} by {row.coder}")
        _print_sentence(one)


def _print_cells(result: "Trace") -> None:
    from winset.cli.printing import say

    for cell in result.cells:
        if cell.value is None and cell.derived is None:
            continue
        text = f"{cell.quantity}: {cell.value or 'none'}, {cell.origin}"
        if cell.derived is not None:
            weighed = ", ".join(
                f"{' / '.join(dict.fromkeys(r.id for r in s.readings))} (weight {s.weight:.2f})"
                for s in cell.derived.support
            )
            same = cell.origin == "derived" and cell.value == cell.derived.value
            text += f" from {weighed}" if same else f"; statements give {cell.derived.value}"
            text += "" if same else f" from {weighed}"
        say(text)


@click.command()
@CASE
@click.option("--write", is_flag=True, help="Write the new places into the case.")
def reanchor(case: str, write: bool) -> None:
    """Find the statements of CASE again in documents whose text has changed.

    By their words, never by a guess: what cannot be told is listed and left as it is.
    """
    from winset.case.folder import write_case
    from winset.cli.printing import say
    from winset.evidence.anchors import reanchor as anchored

    opened_case, folder = writable(case) if write else (opened(case), None)
    result = anchored(opened_case)
    for old, new in result.moved:
        say(f"{old.coder} {old.id}: {old.start}–{old.end} is now {new.start}–{new.end}")
    for row, reason in result.lost:
        say(f"{row.coder} {row.id}: lost: {reason}")
    if folder is not None:
        write_case(result.case, folder)
    done = "written" if folder is not None else "nothing written; --write does"
    click.echo(f"{len(result.moved)} moved, {len(result.lost)} lost; {done}")
