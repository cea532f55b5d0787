"""All witnesses of a ledger's entries, checked against what the reader trusts."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from winset.case.chain import Entry
from winset.errors import WinsetError
from winset.track_record.sealed.witness import authority, calendar, commits
from winset.track_record.sealed.witness.attested import Trust, Witness
from winset.track_record.sealed.witness.files import PLACE, files_of, wanted_of


def witnesses_of(
    folder: Path, entries: Sequence[Entry], trust: Trust | None = None, *, git: bool = True
) -> tuple[Witness, ...]:
    """Return every witness of ``entries``, the ledger of the case in ``folder``, in their order.

    Args:
        folder: of the case.
        entries: of the ledger.
        trust: what the reader trusts.
        git: whether the repository around the folder is searched too.

    Raises:
        WinsetError: when a certificate or header that the reader trusts cannot be read.
    """
    trust = trust or Trust()
    for header in trust.headers.values():
        calendar.read_header(header)
    trusted = authority.read_certificates(trust.certificates)
    files = files_of(folder)
    beside: tuple[Any, ...] = ()
    if any(path.suffix == ".tsr" for path in files):
        try:
            beside = authority.read_certificates(sorted((folder / PLACE).glob("*.pem")))
        except WinsetError:
            beside = ()  # the writer's certificates are only a hint
    witnesses = []
    names = {entry.sha256: k for k, entry in enumerate(entries)}
    for path in files:
        entry = path.name[:64]
        if entry not in names:
            continue
        data, file = path.read_bytes(), f"{PLACE}/{path.name}"
        if path.suffix == ".tsr":
            witness = authority.check(data, entry, file=file, trusted=trusted, beside=beside)
        else:
            witness = calendar.check(data, entry, file=file, headers=trust.headers)
        witnesses.append(witness)
    for want in wanted_of(folder):
        if want.entry in names:
            witnesses.append(
                Witness(entry=want.entry, kind=want.kind, state="pending", by=want.address,
                        time=None, says="no answer yet; `winset witness CASE` asks again",
                        file=want.file)
            )  # fmt: skip
    if git:
        witnesses += commits.witnesses(folder, entries, trust.signers)
    return tuple(sorted(witnesses, key=lambda witness: names[witness.entry]))
