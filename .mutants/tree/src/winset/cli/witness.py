"""The command about witnesses, and the options by which others ask for them."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from winset.cli.case import CASE
from winset.errors import WinsetError

if TYPE_CHECKING:
    from winset.track_record.sealed.witness import Trust
    from winset.track_record.sealed.witness.asking import WitnessAnswer

WITNESS = click.option(
    "--witness",
    "witnesses",
    multiple=True,
    envvar="WINSET_WITNESS",
    metavar="KIND",
    help="Who shall attest the date: rfc3161=URL, opentimestamps=URL or git. More than one may.",
)
TRUST = click.option(
    "--trust",
    "certificates",
    multiple=True,
    envvar="WINSET_TRUST",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="CA.pem",
    help="Certificate of a time-stamp authority that you trust.",
)


@click.command()
@CASE
@click.option("--entry", metavar="DIGEST", help="Which entry; by default the last ones.")
@WITNESS
@TRUST
@click.option(
    "--calendar",
    "calendars",
    multiple=True,
    metavar="URL",
    help="A calendar of OpenTimestamps to ask, beside the public ones.",
)
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def witness(
    case: str,
    entry: str | None,
    witnesses: tuple[str, ...],
    certificates: tuple[Path, ...],
    calendars: tuple[str, ...],
    as_json: bool,
) -> None:
    """Ask again for the witnesses of CASE that are pending, or for new ones.

    With --witness, new ones of the last entry: it names every entry before it, so that they are
    witnessed with it. Exit status 1 if an answer cannot be accepted.
    """
    from winset.cli.printing import print_json, say
    from winset.track_record.sealed import read_ledger
    from winset.track_record.sealed.witness import Trust, complete, parse_kind

    folder = ledger_folder(case)
    chain = read_ledger(folder).chain
    if not chain.entries:
        raise WinsetError(f"{folder}: nothing is sealed there; `winset seal` does")
    kinds, trust = [parse_kind(t) for t in witnesses], Trust(certificates=certificates,
                                                             calendars=calendars)  # fmt: skip
    ready(kinds, trust)
    answers = list(complete(folder, chain, trust))
    names = chain.heads if entry is None else [entry]
    for name in names if kinds else []:
        answers += answers_of(folder, name, kinds, trust)
    if as_json:
        print_json({"witnesses": answers})
    elif answers:
        print_answers(answers)
    else:
        say("No witness is pending; --witness asks for one.")
    refuse(answers)


def ledger_folder(case: str) -> Path:
    """Return the folder of ``case``, which may be one that cannot be read for its ledger."""
    from winset.case.shipped import shipped_cases

    shipped = shipped_cases()
    return shipped[case] if not Path(case).exists() and case in shipped else Path(case)


def ready(kinds: Sequence[tuple[str, str]], trust: "Trust") -> None:
    """Do nothing if witnesses of ``kinds`` can be asked and checked here.

    Raises:
        WinsetError: otherwise; nothing is sealed then.
    """
    from winset.track_record.sealed.witness.asking import check_ready

    check_ready(kinds, trust)


def answers_of(
    folder: Path, name: str, kinds: Sequence[tuple[str, str]], trust: "Trust"
) -> tuple["WitnessAnswer", ...]:
    """Return what each witness answers about the one entry whose name begins with ``name``."""
    from winset.track_record.sealed import read_ledger
    from winset.track_record.sealed.witness import ask

    if not kinds:
        return ()
    entries = read_ledger(folder).chain.entries
    hits = [e for e in entries if len(name) >= 4 and e.sha256.startswith(name.lower())]
    if len(hits) != 1:
        raise WinsetError(f"--entry: must be the beginning of one digest; {len(hits)} begin so")
    return ask(folder, hits[0], kinds, trust)  # type: ignore[arg-type]


def print_answers(answers: Sequence["WitnessAnswer"]) -> None:
    """Print what became of each witness."""
    from winset.cli.printing import say

    words = {"given": "Witnessed", "pending": "Pending", "refused": "REFUSED"}
    for answer in answers:
        say(f"{words[answer.state]}: {answer.says}")
    if any(answer.state == "pending" for answer in answers):
        say("`winset witness CASE` asks again for what is pending.")


def refuse(answers: Sequence["WitnessAnswer"]) -> None:
    """End with exit status 1 if an answer could not be accepted."""
    if any(answer.state == "refused" for answer in answers):
        raise SystemExit(1)


def headers_of(blocks: Sequence[str]) -> dict[int, str]:
    """Return the headers of blocks as ``HEIGHT=HEX`` names them, by height.

    Raises:
        WinsetError: when one is not written so.
    """
    headers = {}
    for text in blocks:
        height, _, header = text.partition("=")
        if not height.isdigit() or not header:
            raise WinsetError(f"--block: must be HEIGHT=HEX; found {text[:40]!r}")
        headers[int(height)] = header
    return headers
