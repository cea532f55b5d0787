"""What a witness attests about an entry, and what a reader trusts in order to check it."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from winset.case.chain import Entry
from winset.errors import WinsetError

Kind = Literal["rfc3161", "opentimestamps", "git"]
State = Literal["checked", "unchecked", "pending", "wrong"]
TITLES: Mapping[Kind, str] = {
    "rfc3161": "time-stamp authority (RFC 3161)",
    "opentimestamps": "OpenTimestamps",
    "git": "git",
}
# Clocks differ, and the time in the header of a Bitcoin block may be two hours off.
LEEWAY = datetime.timedelta(hours=2)


class WitnessError(WinsetError):
    """A witness gave an answer that cannot be accepted."""


class SilentWitnessError(WinsetError):
    """A witness could not be reached, or has no proof yet; it can be asked again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """One witness of an entry.

    Attributes:
        entry: name of the entry.
        kind: of the witness.
        state: ``checked`` against what the reader trusts; ``unchecked``: consistent, but based on
            something that was not checked here; ``pending``: asked, not answered yet; ``wrong``:
            not what it claims to be.
        by: who attests.
        time: the entry existed by then; None while pending.
        says: what was checked and what was not, in words.
        file: its path in the case folder, or the commit or tag.
    """

    entry: str
    kind: Kind
    state: State
    by: str
    time: datetime.datetime | None
    says: str
    file: str

    @property
    def words(self) -> str:
        """The whole witness in one line."""
        named = ", ".join(filter(None, (TITLES[self.kind], self.by)))
        return f"{named}: {self.state}: {self.says}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """What a reader trusts.

    Attributes:
        certificates: PEM files with the certificates of time-stamp authorities.
        signers: file of the ssh keys that may sign, as git's ``gpg.ssh.allowedSignersFile``; None
            for the one of the reader's own git configuration.
        headers: height of a Bitcoin block to its header in 160 hexadecimal digits, from a source
            that the reader trusts, such as a node of their own.
        calendars: addresses of OpenTimestamps calendars that may be asked, beside the public ones.
    """

    certificates: tuple[Path, ...] = ()
    signers: Path | None = None
    headers: Mapping[int, str] = field(default_factory=dict)
    calendars: tuple[str, ...] = ()


def existed_by(entries: Sequence[Entry], witnesses: Iterable[Witness]) -> dict[str, Witness]:
    """Return the earliest checked witness of each entry, its own or that of one that follows it."""
    earliest: dict[str, Witness] = {}

    def note(entry: str, witness: Witness) -> None:
        before = earliest.get(entry)
        if witness.time is None:
            return
        if before is None or before.time is None or witness.time < before.time:
            earliest[entry] = witness

    for witness in witnesses:
        if witness.state == "checked":
            note(witness.entry, witness)
    for entry in reversed(entries):
        if entry.sha256 in earliest:
            for name in entry.previous:
                note(name, earliest[entry.sha256])
    return earliest
