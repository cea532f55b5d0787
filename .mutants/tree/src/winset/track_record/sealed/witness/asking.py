"""Asks for witnesses: when a forecast is sealed, or later if they did not answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from winset.case.chain import Chain, Entry, canonical
from winset.errors import WinsetError, nearest
from winset.track_record.sealed.witness import authority, calendar, commits
from winset.track_record.sealed.witness.attested import (
    TITLES,
    Kind,
    SilentWitnessError,
    Trust,
    WitnessError,
)
from winset.track_record.sealed.witness.files import (
    PLACE,
    files_of,
    record_wanted,
    remove_wanted,
    replace_file,
    store_answer,
    store_certificate,
    wanted_of,
)

TIMEOUT = 20.0  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessAnswer:
    """The answer of one witness.

    Attributes:
        entry: that it is about.
        kind: of the witness.
        address: of the witness; empty for git.
        state: ``given``; ``pending``: no answer, or only a promise, yet; ``refused``: an answer
            that cannot be accepted.
        says: the answer in words.
    """

    entry: str
    kind: Kind
    address: str
    state: str
    says: str


def parse_kind(text: str) -> tuple[Kind, str]:
    """Return the kind of a witness and its address, as ``rfc3161=https://tsa.example`` names them.

    Raises:
        WinsetError: when it names none.

    >>> parse_kind("git")
    ('git', '')
    """
    kind, _, address = text.partition("=")
    kinds = get_args(Kind)
    if kind not in kinds:
        raise WinsetError(f"witness: must be one of {', '.join(kinds)}; {nearest(kind, kinds)}")
    if kind == "git" and not address:
        return "git", ""
    if kind == "git" or not address.startswith(("http://", "https://")):
        form = "git" if kind == "git" else f"{kind}=https://…"
        raise WinsetError(f"witness: must be written {form}; found {text!r}")
    return kind, address  # type: ignore[return-value]


def ask(
    folder: Path,
    entry: Entry,
    kinds: Sequence[tuple[Kind, str]],
    trust: Trust | None = None,
    *,
    timeout: float = TIMEOUT,
) -> tuple[WitnessAnswer, ...]:
    """Return the answer of each witness of ``kinds`` about ``entry``; proofs are on disk by then.

    A witness that does not answer is recorded as wanted, and `complete` asks it again.

    Raises:
        WinsetError: when a certificate to trust cannot be read, or a package is missing; then no
            witness is asked.
    """
    trust = trust or Trust()
    check_ready(kinds, trust)
    for kind, address in kinds:
        record_wanted(folder, entry.sha256, kind, address)
    answers = []
    # Git comes last, so that its commit contains the other proofs.
    for kind, address in sorted(kinds, key=lambda pair: pair[0] == "git"):
        answers.append(_ask_one(folder, entry, kind, address, trust, timeout))
    return tuple(answers)


def check_ready(kinds: Sequence[tuple[str, str]], trust: Trust) -> None:
    """Check that witnesses of ``kinds`` can be asked, and their answers checked.

    Raises:
        WinsetError: when a package is missing, or the certificate of an authority.
    """
    certificates = authority.read_certificates(trust.certificates)
    for kind, address in kinds:
        if kind == "rfc3161":
            authority.client()
            if not certificates:
                raise WinsetError(
                    f"{address}: name the certificate of the authority (--trust CA.pem), so that "
                    "its answer can be checked"
                )
        elif kind == "opentimestamps":
            calendar.check_loaded()


def _ask_one(
    folder: Path, entry: Entry, kind: Kind, address: str, trust: Trust, timeout: float
) -> WitnessAnswer:
    def answer(state: str, says: str) -> WitnessAnswer:
        return WitnessAnswer(entry=entry.sha256, kind=kind, address=address, state=state, says=says)

    try:
        if kind == "git":
            remove_wanted(folder, entry.sha256, kind, address)
            commit = commits.sign(folder, entry.sha256, str(entry.body.get("text", entry.kind)))
            return answer("given", f"git: commit {commit[:12]} holds the entry, signed")
        if kind == "rfc3161":
            roots = authority.read_certificates(trust.certificates)
            data = authority.ask(address, text_of(entry), roots, timeout)
            for path in trust.certificates:
                store_certificate(folder, path.read_bytes())
            file = store_answer(folder, entry.sha256, kind, address, data)
            return answer("given", f"{TITLES[kind]}: {file}")
        data = calendar.ask(address, entry.sha256, timeout)
        file = store_answer(folder, entry.sha256, kind, address, data)
        return answer("pending", f"{TITLES[kind]}: {file}; the calendar promises a block")
    except SilentWitnessError as error:
        record_wanted(folder, entry.sha256, kind, address)
        return answer("pending", str(error))
    except WitnessError as error:
        return answer("refused", str(error))


def complete(
    folder: Path, chain: Chain, trust: Trust | None = None, *, timeout: float = TIMEOUT
) -> tuple[WitnessAnswer, ...]:
    """Return the answers of all pending witnesses of the case in ``folder``.

    Raises:
        WinsetError: when the record of pending witnesses cannot be read, or a package is missing.
    """
    trust = trust or Trust()
    entries = {entry.sha256: entry for entry in chain.entries}
    answers = []
    for wish in sorted(wanted_of(folder), key=lambda wish: wish.kind == "git"):
        if wish.entry in entries:
            if wish.kind == "rfc3161" and not trust.certificates:
                answers.append(
                    WitnessAnswer(entry=wish.entry, kind=wish.kind, address=wish.address,
                           state="pending",
                           says=f"{wish.address}: name its certificate with --trust CA.pem")
                )  # fmt: skip
                continue
            entry = entries[wish.entry]
            answers.append(_ask_one(folder, entry, wish.kind, wish.address, trust, timeout))
    for path in files_of(folder):
        if path.suffix == ".ots" and path.name[:64] in entries:
            answer = _upgraded(folder, path, trust, timeout)
            if answer is not None:
                answers.append(answer)
    return tuple(answers)


def _upgraded(folder: Path, path: Path, trust: Trust, timeout: float) -> WitnessAnswer | None:
    file, entry, data = f"{PLACE}/{path.name}", path.name[:64], path.read_bytes()
    before = calendar.check(data, entry, file=file, headers={})
    if before.state != "pending":
        return None
    state, says = "pending", before.says
    try:
        newer, reasons = calendar.upgrade(data, trust.calendars, timeout)
        after = calendar.check(newer, entry, file=file, headers={})
        if newer != data and after.state == "unchecked":
            replace_file(folder, file, newer)
            state, says = "given", f"OpenTimestamps: {file} leads to {after.by}"
        elif reasons:
            says = "; ".join(reasons)
    except WitnessError as error:
        state, says = "refused", str(error)
    return WitnessAnswer(
        entry=entry, kind="opentimestamps", address=before.by, state=state, says=says
    )


def text_of(entry: Entry) -> bytes:
    """Return the bytes whose SHA-256 is the name of ``entry``."""
    return canonical({**entry.body, "kind": entry.kind, "previous": list(entry.previous)}).encode()
