"""The copy of a case's numbers beside the ledger, from which a forecast can be made again."""

import hashlib
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from winset.case.atomic import sync_folder, write_file
from winset.case.chain import canonical
from winset.case.folder import parse_case, read_case, render_case
from winset.case.lock import unwritable, write_lock
from winset.case.model import Case
from winset.errors import CaseError, WinsetError
from winset.track_record.sealed.records import Archive

SEALED = "sealed"
_NEW = ".new-"  # begins the name of a folder that is being filled
_NUMBER_FILES = ("case.yaml", "actors.csv", "stances.csv", "ties.csv")


def digests(files: Mapping[str, bytes]) -> dict[str, str]:
    """Return the SHA-256 of each of ``files``, by path."""
    return {name: hashlib.sha256(data).hexdigest() for name, data in sorted(files.items())}


def numbers_of(case: Case) -> Case:
    """Return the numbers from which forecasts of ``case`` are made, read back from files.

    Documents, statements and claims are left out, and so are citations of them.
    """
    numbers_only = replace(
        case,
        documents=(),
        statements=(),
        claims=(),
        stances=tuple(replace(stance, statements=()) for stance in case.stances),
        ties=tuple(replace(tie, statements=()) for tie in case.ties),
        folder=None,
    )
    games = {name: data for name, data in case.files.items() if name.startswith("games/")}
    for source_files in (case.files, games):
        rendered = render_case(replace(numbers_only, files=dict(source_files)))
        files = {
            n: data for n, data in rendered.items() if n in _NUMBER_FILES or n.startswith("games/")
        }
        numbers = parse_case(files)
        if numbers == numbers_only:
            return numbers
    raise WinsetError("the case cannot be written to files and read back unchanged")


def archive_of(numbers: Case) -> Archive:
    """Return where ``numbers`` are stored by `store`."""
    files = digests(numbers.files)
    name = hashlib.sha256(canonical(files).encode()).hexdigest()[:16]
    return Archive(folder=f"{SEALED}/{name}", files=files)


def store(numbers: Case, folder: Path) -> Archive:
    """Store ``numbers`` in the case ``folder``, whole or not at all, and return where.

    Raises:
        WinsetError: when something else is there.
    """
    archive = archive_of(numbers)
    place = folder / archive.folder
    if not place.resolve().is_relative_to(folder.resolve()):
        raise WinsetError(f"{place}: leads out of the case folder; remove the link")
    with write_lock(folder):
        for leftover in place.parent.glob(f"{_NEW}*"):  # from an interrupted seal
            shutil.rmtree(leftover, ignore_errors=True)
        if not place.exists():
            _store(numbers, place)
    if changed := changes(archive, folder):
        raise WinsetError(f"{'; '.join(changed)}; restore it from a copy, such as git's")
    return archive


def _store(numbers: Case, place: Path) -> None:
    temporary = place.with_name(f"{_NEW}{place.name}")
    try:
        temporary.mkdir(parents=True)
        for name, data in numbers.files.items():
            write_file(temporary / name, data)
        temporary.replace(place)
        sync_folder(place.parent)
    except OSError as error:
        raise unwritable(place, error) from None
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def changes(archive: Archive, folder: Path) -> tuple[str, ...]:
    """Return what has changed in the case ``folder`` since ``archive`` was stored, in words."""
    differences = []
    for name, digest in archive.files.items():
        path = folder / archive.folder / name
        label = f"{archive.folder}/{name}"
        if not path.resolve().is_relative_to(folder.resolve()):
            differences.append(f"{label} leads out of the folder")
        elif not path.is_file():
            differences.append(f"{label} is missing")
        elif hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            differences.append(f"{label} was changed")
    return tuple(differences)


def restore(archive: Archive, folder: Path) -> Case:
    """Return the numbers stored in the case ``folder``.

    Where the copy is missing or changed, the case itself is used if its numbers are still the same.

    Raises:
        WinsetError: when neither has the numbers.
    """
    changed = changes(archive, folder)
    if not changed:
        place = folder / archive.folder
        return parse_case({name: (place / name).read_bytes() for name in archive.files})
    try:
        numbers = numbers_of(read_case(folder, ledger=False))
    except CaseError:
        numbers = None
    if numbers is not None and archive_of(numbers) == archive:
        return numbers
    raise WinsetError("; ".join(changed))
