"""What every format keeps, whatever it holds."""

import dataclasses
import random
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from winset.case.model import Case
from winset.case.shipped import open_case, shipped_cases
from winset.errors import WinsetError
from winset.formats.registry import Format, WrittenFormat

DAMAGES = 24  # damaged copies of a file that are tried


@cache
def _cases() -> tuple[Case, ...]:
    return tuple(open_case(name) for name in shipped_cases())


def _written(promised_format: Format) -> list[tuple[Case, WrittenFormat]]:
    """Return the shipped cases that the format can hold; the others it refuses in words."""
    written = []
    for case in _cases():
        try:
            written.append((case, promised_format.written(case)))
        except WinsetError as error:
            assert str(error)
    return written


def test_a_format_says_what_it_is_called_and_what_it_cannot_carry(promised_format: Any) -> None:
    """In words, for the command line and the pages."""
    entry = promised_format
    assert isinstance(entry, Format)
    assert entry.name and entry.title and entry.noun and entry.explains and entry.media_type
    assert entry.suffixes and entry.file.endswith(entry.suffixes)
    assert all(entry.cannot_carry)
    assert entry.write or entry.read or entry.merge


def test_a_file_that_it_writes_is_recognised_as_its_own(promised_format: Any) -> None:
    """By its ending and its first bytes."""
    if not promised_format.write:
        pytest.skip("only comes in")
    written = _written(promised_format)
    assert written, "no shipped case can be written"
    for _, file in written:
        assert promised_format.fits(promised_format.file, file.data)


def test_every_shipped_case_comes_back_with_all_that_the_format_keeps(
    promised_format: Any, tmp_path: Path
) -> None:
    """Out and in again, by the file or into the case without its statements."""
    entry = promised_format
    if not (entry.write and entry.kept):
        pytest.skip("does not come in again")
    for case, file in _written(entry):
        if entry.read:
            path = tmp_path / entry.file
            path.write_bytes(file.data)
            back = entry.case_in(path, as_of=case.as_of).case
        else:
            bare = dataclasses.replace(case, statements=(), stances=(), ties=(), claims=())
            bare = dataclasses.replace(bare, questions=(), scenarios=())
            merged = entry.merged(file.data.decode(), bare, coder=None)
            assert merged.lost == ()
            back = merged.case
        assert entry.keeps(back) == entry.keeps(case), case.title


def test_a_damaged_file_is_refused_in_words(promised_format: Any, tmp_path: Path) -> None:
    """Nothing but a `WinsetError` leaves the reader, whatever lies in the file."""
    entry = promised_format
    if not (entry.read or entry.merge):
        pytest.skip("only goes out")
    case = _cases()[0]
    whole = [file.data for _, file in _written(entry)[:1]] if entry.write else []
    chance = random.Random(0)  # noqa: S311 # damages, no secrets
    hostile = [b"", b"\0" * 2_000, b"\xff\xfe garbage \x80", *entry.magic, *_damaged(whole, chance)]
    for k, data in enumerate(hostile):
        path = tmp_path / f"{k}{entry.suffixes[0]}"
        path.write_bytes(data)
        try:
            if entry.read:
                entry.case_in(path, as_of=case.as_of)
            else:
                entry.merged(data.decode("utf-8", "replace"), case, coder=None)
        except WinsetError as error:
            assert str(error), f"{data[:40]!r} is refused without a word"


def _damaged(files: list[bytes], chance: random.Random) -> list[bytes]:
    damaged = []
    for data in files:
        for _ in range(DAMAGES):
            changed = bytearray(data[: chance.randrange(1, len(data) + 1)])
            for _ in range(chance.randrange(4)):
                changed[chance.randrange(len(changed))] = chance.randrange(256)
            damaged.append(bytes(changed))
    return damaged
