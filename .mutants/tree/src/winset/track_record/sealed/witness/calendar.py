"""OpenTimestamps: a calendar gathers digests and puts their root into a block of Bitcoin.

At once the calendar gives a promise; hours later it has the path to a block. The path is recomputed
here. Only a Bitcoin node can tell whether the block is genuine; a reader who has its header from a
node can name it.
"""

import datetime
import os
from collections.abc import Mapping, Sequence
from typing import Any

from winset.errors import WinsetError
from winset.track_record.sealed.witness.attested import SilentWitnessError, Witness, WitnessError

MISSING = "needs the package opentimestamps (the extra “witness”)"
HEADER_BYTES = 80


def ask(url: str, entry: str, timeout: float) -> bytes:
    """Return the promise of the calendar at ``url`` for ``entry``, as an ``.ots`` file.

    Raises:
        SilentWitnessError: when there is no answer.
        WitnessError: when the answer is no time stamp.
    """
    check_loaded()
    from opentimestamps.core.op import OpAppend, OpSHA256
    from opentimestamps.core.timestamp import DetachedTimestampFile, Timestamp

    if not url.startswith(("http://", "https://")):
        raise WinsetError(f"{url}: must be an address such as https://calendar.example")
    stamp = Timestamp(bytes.fromhex(entry))
    # The calendar sees a digest that it cannot recognise.
    commitment = stamp.ops.add(OpAppend(os.urandom(16))).ops.add(OpSHA256())
    commitment.merge(_called(url, "submit", commitment.msg, timeout))
    return _bytes(DetachedTimestampFile(OpSHA256(), stamp))


def upgrade(data: bytes, calendars: Sequence[str], timeout: float) -> tuple[bytes, tuple[str, ...]]:
    """Return the ``.ots`` file ``data`` with the proofs that its calendars have now, or reasons.

    Only public calendars and those in ``calendars`` are asked, since the file names the addresses.

    Raises:
        WitnessError: when ``data`` is no ``.ots`` file, or an answer is no time stamp.
    """
    check_loaded()
    from opentimestamps.calendar import DEFAULT_CALENDAR_WHITELIST
    from opentimestamps.core.notary import PendingAttestation

    file = _parsed(data)
    own = {calendar.rstrip("/") for calendar in calendars}
    reasons = []
    for node in _nodes(file.timestamp):
        for attestation in list(node.attestations):
            if not isinstance(attestation, PendingAttestation):
                continue
            url = attestation.uri
            allowed = url.startswith(("http://", "https://")) and (
                url.rstrip("/") in own or url.rstrip("/") in DEFAULT_CALENDAR_WHITELIST
            )
            if not allowed:
                reasons.append(
                    f"{url}: not asked, as it is no public calendar; --calendar names it"
                )
                continue
            try:
                node.merge(_called(url, "get_timestamp", node.msg, timeout))
            except SilentWitnessError as error:
                reasons.append(str(error))
    return _bytes(file), tuple(reasons)


def check(data: bytes, entry: str, *, file: str, headers: Mapping[int, str]) -> Witness:
    """Return what the ``.ots`` file ``data`` attests about ``entry``.

    Args:
        data: of the file.
        entry: name of the entry.
        file: its path.
        headers: of Bitcoin blocks that the reader trusts, by height, in hexadecimal digits.
    """

    def witness(
        state: Any, says: str, by: str = "", time: datetime.datetime | None = None
    ) -> Witness:
        return Witness(entry=entry, kind="opentimestamps", state=state, by=by, time=time,
                       says=says, file=file)  # fmt: skip

    try:
        check_loaded()
    except WinsetError as error:
        return witness("unchecked", f"not checked: {error}")
    from opentimestamps.core.notary import BitcoinBlockHeaderAttestation, PendingAttestation

    try:
        stamp = _parsed(data)
    except WitnessError as error:
        return witness("wrong", str(error))
    if stamp.file_digest != bytes.fromhex(entry):
        return witness("wrong", "is of another digest")
    attested = list(stamp.timestamp.all_attestations())
    blocks = sorted(
        ((a.height, root) for root, a in attested if isinstance(a, BitcoinBlockHeaderAttestation)),
    )
    for height, root in blocks:
        if height in headers:
            return witness(*_against(headers[height], height, root))
    if blocks:
        height, root = blocks[0]
        says = (
            f"its path leads to the Merkle root {root[::-1].hex()}; whether that is the root of "
            f"Bitcoin's block {height} was not checked: compare it in a node, or name the header "
            f"with `winset verify CASE --block {height}=HEX`"
        )
        return witness("unchecked", says, f"Bitcoin block {height}")
    waiting = sorted(a.uri for _, a in attested if isinstance(a, PendingAttestation))
    if waiting:
        says = "the calendar promises a block; `winset witness CASE` asks for it"
        return witness("pending", says, ", ".join(waiting))
    return witness("unchecked", "has no attestation of a known kind")


def _against(header: str, height: int, root: bytes) -> tuple[Any, ...]:
    """Return state, words, witness and time of a path that leads to ``root``."""
    data = read_header(header)
    by = f"Bitcoin block {height}"
    if data[36:68] != root:
        return (
            "wrong",
            f"its path does not lead to the root of the block {height} that you named",
            by,
        )
    moment = datetime.datetime.fromtimestamp(int.from_bytes(data[68:72], "little"), datetime.UTC)
    says = (
        f"attests that the entry existed by {moment.isoformat()}, the time of the block; its path "
        "leads to the root in the header that you named"
    )
    return "checked", says, by, moment


def read_header(text: str) -> bytes:
    """Return the header of a Bitcoin block written in hexadecimal digits.

    Raises:
        WinsetError: when it is none.
    """
    try:
        data = bytes.fromhex(text.strip())
    except ValueError:
        data = b""
    if len(data) != HEADER_BYTES:
        raise WinsetError("the header of a block must be 160 hexadecimal digits")
    return data


def check_loaded() -> None:
    """Check that the library for OpenTimestamps is installed.

    Raises:
        WinsetError: when it is not.
    """
    try:
        import opentimestamps.calendar
        import opentimestamps.core.timestamp  # noqa: F401
    except ImportError:
        raise WinsetError(f"OpenTimestamps {MISSING}") from None


def _called(url: str, name: str, digest: bytes, timeout: float) -> Any:
    """Return what the calendar at ``url`` answers about ``digest``."""
    from opentimestamps.calendar import CommitmentNotFoundError, RemoteCalendar
    from opentimestamps.core.serialize import DeserializationError

    calendar = RemoteCalendar(f"{url.rstrip('/')}/", user_agent="winset")
    try:
        return getattr(calendar, name)(digest, timeout=timeout)
    except CommitmentNotFoundError as error:
        raise SilentWitnessError(f"{url}: no block yet ({error.reason})") from None
    except DeserializationError as error:
        raise WitnessError(f"{url}: the answer is no time stamp ({error})") from None
    except (OSError, ValueError) as error:
        why = getattr(error, "reason", None) or error
        raise SilentWitnessError(f"{url}: no answer ({why})") from None


def _parsed(data: bytes) -> Any:
    from opentimestamps.core.serialize import BytesDeserializationContext, DeserializationError
    from opentimestamps.core.timestamp import DetachedTimestampFile

    try:
        return DetachedTimestampFile.deserialize(BytesDeserializationContext(data))
    except (DeserializationError, ValueError) as error:
        raise WitnessError(f"no time stamp of OpenTimestamps ({error})") from None


def _bytes(file: Any) -> bytes:
    from opentimestamps.core.serialize import BytesSerializationContext

    context = BytesSerializationContext()
    file.serialize(context)
    data: bytes = context.getbytes()
    return data


def _nodes(stamp: Any) -> list[Any]:
    """Return ``stamp`` and every time stamp below it."""
    nodes, rest = [], [stamp]
    while rest:
        node = rest.pop()
        nodes.append(node)
        rest += node.ops.values()
    return nodes
