"""Computing for pages: what is quick on one thread, what is slow in a process of its own.

See `docs/decisions/0017-who-computes.md`.
"""

import asyncio
import threading
import time
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

from winset.case.shipped import open_case
from winset.explain.background import Findings, look_behind, needed
from winset.explain.structural_range import Structure, structural_range
from winset.forecast.forecast import Forecast, make_forecast
from winset.models import make_model, parameters
from winset.models.compiled_code import expect
from winset.web.forecasts.jobs import Jobs
from winset.web.forecasts.query import ForecastQuery
from winset.web.server.revision_cache import RevisionCache

P = ParamSpec("P")
T = TypeVar("T")
# Small, and of the shape that needs most kernels: they are compiled for all cases at once.
WARM_CASE, WARM_MODELS, WARM_DRAWS = "iran-nuclear-2015", ("two-level", "mean"), 32


class Compute:
    """Computes what pages ask for, and holds it: nothing is computed twice.

    Kernels use all cores themselves, so quick queries run on one thread, one after the other.
    Slow ones are jobs, and the slowest of them run in another process.

    Args:
        cache: what was computed before.
    """

    def __init__(self, cache: RevisionCache | None = None) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="winset-forecasts")
        self._warming: threading.Event | None = None
        self.cache = cache or RevisionCache()
        self.jobs = Jobs(self.submit, self.cache)

    @property
    def compiling(self) -> bool:
        """Whether the kernels are still being compiled, as on the first start they must."""
        return self._warming is not None and not self._warming.is_set()

    async def run(self, function: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
        """Return what ``function`` returns, computed on the thread for quick queries."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, partial(function, *args, **named))

    def submit(self, function: Callable[[], object]) -> "Future[object]":
        """Put ``function`` into the queue of the thread for quick queries.

        Raises:
            RuntimeError: when the thread is gone.
        """
        return self._thread.submit(function)

    async def forecast(self, question: ForecastQuery) -> Forecast:
        """Return the forecast that ``question`` asks for: what `make_forecast` returns."""
        return await self.run(self.forecast_here, question)

    async def findings(self, question: ForecastQuery) -> Findings:
        """Return what lies behind it."""
        return await self.run(self._findings, question)

    async def structure(self, question: ForecastQuery) -> Structure | None:
        """Return how far its chances move with what cannot be coded."""
        (structure,) = await self.run(self._structure, question)
        return structure

    def forecast_here(self, question: ForecastQuery) -> Forecast:
        """Return the forecast, on the calling thread, which must be the one for quick queries."""
        return self._once(
            "forecast",
            question,
            lambda: make_forecast(
                question.case,
                question.model,
                draws=question.draws,
                seed=question.seed,
                scenario=question.scenario,
            ),
        )

    def _structure(self, question: ForecastQuery) -> tuple[Structure | None]:
        return self._once(
            "structure",
            question,
            lambda: (structural_range(question.case, self.forecast_here(question)),),
        )

    def _findings(self, question: ForecastQuery) -> Findings:
        return self._once(
            "findings",
            question,
            lambda: look_behind(question.case, self.forecast_here(question)),
        )

    def _once(self, kind: str, question: ForecastQuery, make: Callable[[], T]) -> T:
        return self.cache.find_or_make(question.revision, (kind, *_key(question)), make)

    def warm(self) -> None:
        """Compile in the background what the first forecast would wait for."""
        if self._warming is None:
            self._warming = threading.Event()
            self._thread.submit(self._compile)

    def _compile(self) -> None:
        assert self._warming is not None
        try:
            case = open_case(WARM_CASE)
            expect(needed(make_model(name) for name in WARM_MODELS))
            for name in WARM_MODELS:
                look_behind(case, make_forecast(case, make_model(name), draws=WARM_DRAWS))
        finally:
            self._warming.set()

    def close(self) -> None:
        """End all jobs, and the thread once what it is doing is done."""
        self.jobs.close()
        self._thread.shutdown(wait=False, cancel_futures=True)


def _key(question: ForecastQuery) -> tuple[Hashable, ...]:
    settings = tuple(sorted((k, str(v)) for k, v in parameters(question.model).items()))
    changes = next((s.changes for s in question.case.scenarios if s.id == question.scenario), ())
    return (
        question.scenario, changes, question.model.name, settings, question.draws, question.seed,
    )  # fmt: skip


def since(start: float) -> float:
    """Return the milliseconds since ``start``, by `time.perf_counter`."""
    return round(1000.0 * (time.perf_counter() - start), 1)
