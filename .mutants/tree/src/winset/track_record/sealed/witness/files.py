"""The files of witnesses in ``sealed/witness``, named by entry and witness.

The folder does not count for the digest of the case, and no two entries share a file, so merged
copies of a ledger have the witnesses of both.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from winset.case.folder import write_file
from winset.errors import WinsetError
from winset.track_record.sealed.witness.attested import Kind

PLACE = "sealed/witness"
ENDINGS: dict[Kind, str] = {"rfc3161": ".tsr", "opentimestamps": ".ots"}
WANTED = ".wanted"
MOST_BYTES = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedWitness:
    """A witness that was asked for and has not answered yet."""

    entry: str
    kind: Kind
    address: str
    file: str


def _name(entry: str, kind: Kind, address: str) -> str:
    return f"{entry}-{hashlib.sha256(f'{kind} {address}'.encode()).hexdigest()[:8]}"


def store_answer(folder: Path, entry: str, kind: Kind, address: str, data: bytes) -> str:
    """Store the answer ``data`` in place of the record that it is wanted; return its path."""
    name = _name(entry, kind, address)
    file = f"{PLACE}/{name}{ENDINGS[kind]}"
    _write(folder, file, data)
    remove_wanted(folder, entry, kind, address)
    return file


def store_certificate(folder: Path, pem: bytes) -> None:
    """Store a certificate of an authority beside its answers: a hint that need not be trusted."""
    _write(folder, f"{PLACE}/{hashlib.sha256(pem).hexdigest()[:16]}.pem", pem)


def record_wanted(folder: Path, entry: str, kind: Kind, address: str) -> str:
    """Record that a witness is wanted; return the path of the record."""
    file = f"{PLACE}/{_name(entry, kind, address)}{WANTED}"
    content = {"address": address, "entry": entry, "kind": kind}
    _write(folder, file, json.dumps(content, sort_keys=True).encode() + b"\n")
    return file


def remove_wanted(folder: Path, entry: str, kind: Kind, address: str) -> None:
    """Remove the record that a witness is wanted."""
    (folder / PLACE / f"{_name(entry, kind, address)}{WANTED}").unlink(missing_ok=True)


def replace_file(folder: Path, file: str, data: bytes) -> None:
    """Write ``data`` to ``file``, a path inside the case folder."""
    _write(folder, file, data)


def files_of(folder: Path) -> tuple[Path, ...]:
    """Return the answers in the case ``folder``, in the order of their names."""
    return _listed(folder, *ENDINGS.values())


def wanted_of(folder: Path) -> tuple[WantedWitness, ...]:
    """Return the witnesses that are still wanted.

    Raises:
        WinsetError: when a record cannot be read.
    """
    wanted = []
    for path in _listed(folder, WANTED):
        file = f"{PLACE}/{path.name}"
        try:
            content = json.loads(path.read_bytes())
            entry, kind, address = content["entry"], content["kind"], content["address"]
            valid = kind in get_args(Kind) and path.name.startswith(_name(entry, kind, address))
        except (ValueError, KeyError, TypeError):
            valid = False
        if not valid:
            raise WinsetError(f"{file}: must name a wanted witness; delete the file")
        wanted.append(WantedWitness(entry=entry, kind=kind, address=address, file=file))
    return tuple(wanted)


def _listed(folder: Path, *endings: str) -> tuple[Path, ...]:
    place = folder / PLACE
    if not place.is_dir() or not place.resolve().is_relative_to(folder.resolve()):
        return ()
    return tuple(
        path
        for path in sorted(place.iterdir())
        if path.suffix in endings
        and not path.is_symlink()
        and path.is_file()
        and path.stat().st_size <= MOST_BYTES
    )


def _write(folder: Path, file: str, data: bytes) -> None:
    path = folder / file
    if not path.resolve().is_relative_to(folder.resolve()):
        raise WinsetError(f"{path}: leads out of the case folder; remove the link")
    write_file(path, data)
