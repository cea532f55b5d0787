"""Forecasts for pages: made on one thread, one after the other, and kept for a while."""

import asyncio
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any, ParamSpec, TypeVar

from winset.case.shipped import open_case
from winset.explain.background import Findings, look_behind, needed
from winset.explain.structural_range import Structure, structural_range
from winset.forecast.forecast import Forecast, make_forecast
from winset.models import make_model, parameters
from winset.models.compiled_code import expect
from winset.web.forecasts.query import ForecastQuery

P = ParamSpec("P")
T = TypeVar("T")
KEPT = 24
# Small, and of the shape that needs most kernels: they are compiled for all cases at once.
WARM_CASE, WARM_MODELS, WARM_DRAWS = "iran-nuclear-2015", ("two-level", "mean"), 32


class ForecastThread:
    """Makes forecasts. Compiled kernels use all cores themselves: one runs at a time."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="winset-forecasts")
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()
        self._warming: threading.Event | None = None

    @property
    def compiling(self) -> bool:
        """Whether the kernels are still being compiled, as on the first start they must."""
        return self._warming is not None and not self._warming.is_set()

    async def run(self, function: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
        """Return what ``function`` returns, computed on the thread for forecasts."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, partial(function, *args, **named))

    def submit(self, function: Callable[[], object]) -> "Future[object]":
        """Put ``function`` into the queue of the thread for forecasts.

        Raises:
            RuntimeError: when the thread is gone.
        """
        return self._thread.submit(function)

    async def forecast(self, question: ForecastQuery) -> Forecast:
        """Return the forecast that ``question`` asks for: what `make_forecast` returns."""
        return await self.run(self.kept_forecast, question)

    async def findings(self, question: ForecastQuery) -> Findings:
        """Return what lies behind it."""
        return await self.run(self._kept_findings, question)

    def kept_forecast(self, question: ForecastQuery) -> Forecast:
        """Return the forecast, on the calling thread, which must be the one for forecasts."""
        return self._keep(
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

    async def structure(self, question: ForecastQuery) -> Structure | None:
        """Return how far its chances move with what nobody can code."""
        return await self.run(self._kept_structure, question)

    def _kept_structure(self, question: ForecastQuery) -> Structure | None:
        return self._keep(
            "structure",
            question,
            lambda: structural_range(question.case, self.kept_forecast(question)),
        )

    def _kept_findings(self, question: ForecastQuery) -> Findings:
        return self._keep(
            "findings",
            question,
            lambda: look_behind(question.case, self.kept_forecast(question)),
        )

    def _keep(self, kind: str, question: ForecastQuery, make: Callable[[], T]) -> T:
        key = (kind, *_key(question))
        if key not in self._kept:
            self._kept[key] = make()
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        value: T = self._kept[key]
        return value

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
        """Let go of the thread once what it is doing is done."""
        self._thread.shutdown(wait=False, cancel_futures=True)


def _key(question: ForecastQuery) -> tuple[Hashable, ...]:
    settings = tuple(sorted((k, str(v)) for k, v in parameters(question.model).items()))
    changes = next((s.changes for s in question.case.scenarios if s.id == question.scenario), ())
    return (
        question.revision, question.scenario, changes, question.model.name, settings,
        question.draws, question.seed,
    )  # fmt: skip


def since(start: float) -> float:
    """Return the milliseconds since ``start``, by `time.perf_counter`."""
    return round(1000.0 * (time.perf_counter() - start), 1)
