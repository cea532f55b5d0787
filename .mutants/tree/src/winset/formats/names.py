"""Ids for what other programs call by any name."""

import re
from collections.abc import Sequence

from winset.case.cells import ID_PATTERN


def identifiers(names: Sequence[str], otherwise: str) -> tuple[str, ...]:
    """Return an id for each name: the name where it may serve, or what is left of it that may.

    >>> identifiers(["fr", "West Germany", "West-Germany", "??"], "actor")
    ('fr', 'West-Germany', 'West-Germany-2', 'actor')
    """
    ids: dict[str, None] = {}
    for name in names:
        words = name if re.fullmatch(ID_PATTERN, name) else re.sub(r"[^A-Za-z0-9]+", "-", name)
        stem = words.strip("-")[:70] or otherwise
        count = 1
        while (id := stem if count == 1 else f"{stem}-{count}") in ids:
            count += 1
        ids[id] = None
    return tuple(ids)
