"""Long runs: parts gathered in the order of their chunks, and the state to resume from."""

import hashlib
import io
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from winset.case.folder import write_file
from winset.errors import WinsetError, shorten
from winset.forecast.histogram import Tally, read_tally
from winset.forecast.saved_arrays import DRAW_SHAPES, MAY_LACK, check_arrays, read_arrays
from winset.forecast.tasks import ALL_DRAWN, DrawsPart, Task, Workers
from winset.models.base import Outcome

EVERY = 5.0  # seconds between two states
_DRAWN, _TALLY = "drawn_", "tally_"


@dataclass(slots=True)
class GatheredParts:
    """The parts of a run so far, chunk after chunk.

    Attributes:
        chunks: how many of them.
        draws: how many they hold.
        outcomes: of the draws that are kept, in order.
        tally: of all draws; None where all are kept, or before the first chunk.
    """

    chunks: int = 0
    draws: int = 0
    outcomes: list[Outcome] = field(default_factory=list)
    tally: Tally | None = None

    def add(self, part: DrawsPart) -> None:
        """Put in the part of the next chunk.

        Sums of floating-point numbers depend on their order, so it is always that of the chunks.
        """
        self.chunks += 1
        self.draws += part.draws
        if part.drawn is not None:
            self.outcomes.append(part.drawn)
        if part.tally is not None:
            self.tally = part.tally if self.tally is None else self.tally.plus(part.tally)

    def joined(self) -> dict[str, NDArray[Any] | None]:
        """Return each of `ALL_DRAWN` over all draws that are kept."""
        arrays = {name: [getattr(o, name) for o in self.outcomes] for name in ALL_DRAWN}
        return {
            name: None if values[0] is None else np.concatenate(values)
            for name, values in arrays.items()
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class RunState:
    """The file in which a run saves its progress, so that a killed run can be resumed.

    Attributes:
        path: of the file.
        run: what the run depends on, in JSON's own types.
    """

    path: Path
    run: dict[str, Any]

    def load(self) -> GatheredParts:
        """Return what an earlier process has left; nothing gathered if there was none.

        Raises:
            WinsetError: when the file belongs to another run or is something else.
        """
        if not self.path.exists():
            return GatheredParts()
        try:
            header, values = read_arrays(self.path)
            run, chunks = header["run"], int(header["chunks"])
            drawn, sizes = _named(values, _DRAWN), dict[str, int]()
            check_arrays(drawn, DRAW_SHAPES, sizes, optional=MAY_LACK)
            outcomes = Outcome(**drawn)
            tally = read_tally(_named(values, _TALLY), {"issue": sizes["issue"]})
            if not isinstance(run, dict) or chunks < 1:
                raise ValueError("no run that has begun")
        except (OSError, ValueError, KeyError, TypeError):
            raise WinsetError(
                f"{self.path}: must be the state of a run; found another file; name one that "
                "does not exist yet"
            ) from None
        self._check(run)
        return GatheredParts(chunks=chunks, draws=tally.draws, outcomes=[outcomes], tally=tally)

    def _check(self, run: dict[str, Any]) -> None:
        other = [
            f"{name} {shorten(run.get(name))} rather than {shorten(wanted)}"
            for name, wanted in self.run.items()
            if run.get(name) != wanted
        ]
        if other:
            raise WinsetError(
                f"{self.path}: holds another run, with {'; '.join(other)}; finish that one by its "
                "own command, name another file, or delete this one to start again"
            )

    def keep(self, gathered: GatheredParts) -> None:
        """Replace the file as a whole."""
        if gathered.tally is None:
            return
        header = {"run": self.run, "chunks": gathered.chunks}
        arrays: dict[str, Any] = {"said": np.array(json.dumps(header, sort_keys=True))}
        drawn = gathered.joined().items()
        arrays |= {_DRAWN + name: values for name, values in drawn if values is not None}
        arrays |= {_TALLY + f.name: getattr(gathered.tally, f.name) for f in fields(Tally)}
        out = io.BytesIO()
        np.savez(out, **arrays)
        write_file(self.path, out.getvalue())

    def drop(self) -> None:
        """Remove the file."""
        self.path.unlink(missing_ok=True)


def _named(values: dict[str, Any], prefix: str) -> dict[str, Any]:
    return {
        name.removeprefix(prefix): value
        for name, value in values.items()
        if name.startswith(prefix)
    }


def state_of(path: Path, run: dict[str, Any]) -> RunState:
    """Return where ``run`` keeps its state: the file ``path``, or its own file in that folder."""
    run = json.loads(json.dumps(run))
    if path.is_dir():
        word = hashlib.sha256(json.dumps(run, sort_keys=True).encode()).hexdigest()
        path = path / f"{word[:32]}.part"
    return RunState(path=path, run=run)


def gather(
    task: Task,
    workers: Workers,
    *,
    state: RunState | None = None,
    progress: Callable[[int], None] | None = None,
) -> GatheredParts:
    """Return all parts of ``task``, going on from ``state`` if it holds any.

    What is done is kept every few seconds and at the end, whether the run is done or something has
    stopped it: an error, Ctrl-C, a cluster gone. After ``kill -9`` a few seconds are done again.
    """
    gathered = GatheredParts() if state is None else state.load()
    saved, saved_at = gathered.chunks, time.monotonic()
    if progress is not None and gathered.draws:
        progress(gathered.draws)
    try:
        for part in workers.parts(task, range(gathered.chunks, task.chunks)):
            gathered.add(part)
            if progress is not None:
                progress(gathered.draws)
            if state is not None and time.monotonic() - saved_at >= EVERY:
                state.keep(gathered)
                saved, saved_at = gathered.chunks, time.monotonic()
    finally:
        if state is not None and gathered.chunks > saved:
            state.keep(gathered)
    return gathered
