"""What a view is asked: the query of its address, read and checked."""

import dataclasses
import datetime
from collections.abc import Iterable, Sequence
from typing import Annotated, Any
from urllib.parse import urlencode

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as checked

from winset.errors import CaseError, Problem, nearest, shorten

STRICT = ConfigDict(extra="forbid")
LONGEST = 300
Short = Annotated[str, Field(max_length=LONGEST)]


@checked(frozen=True, slots=True, kw_only=True, config=STRICT)
class ViewQuery:
    """What a view is asked. A view takes some of these; text left empty means what fits.

    Attributes:
        model: name.
        scenario: of the case; ``base`` is the case as coded.
        issue: id.
        actor: id.
        game: name.
        of: what sensitivity looks at: ``settlement(ISSUE) >= 40``, or the id of a question.
        goal: what a lever is to reach, written likewise.
        reach: chance at which the goal counts as reached.
        beyond: per cent of each scale by which levers go beyond what is coded.
        draws: how many; 0 for as many as the view takes by itself.
        seed: of the random streams.
        again: whether sealed forecasts are made again.
        table: name of a table of decisions, as the workbench lists it.
        models: names with commas between them; empty for all.
        decision: id.
        since: day; earlier ones are left out.
        set: changes of coded numbers, each as the address of the case page has it:
            ``position:ann:pie:60``.
    """

    model: Short = ""
    scenario: Short = ""
    issue: Short = ""
    actor: Short = ""
    game: Short = ""
    of: Short = ""
    goal: Short = ""
    reach: Annotated[float, Field(gt=0.0, le=1.0)] = 0.5
    beyond: Annotated[float, Field(ge=0.0, le=100.0)] = 0.0
    draws: Annotated[int, Field(ge=0, le=20_000)] = 0
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0
    again: bool = False
    table: Short = ""
    models: Short = ""
    decision: Short = ""
    since: datetime.date | None = None
    set: Annotated[tuple[Short, ...], Field(max_length=500)] = ()


DEFAULTS = ViewQuery()
REPEATED = ("set",)  # may stand in an address more than once
NAMES = tuple(field.name for field in dataclasses.fields(DEFAULTS))
_ADAPTER: TypeAdapter[ViewQuery] = TypeAdapter(ViewQuery)


def read_query(pairs: Iterable[tuple[str, str]], takes: Sequence[str]) -> ViewQuery:
    """Return what the ``pairs`` of a query ask of a view that ``takes`` these names.

    What is empty is taken as not given, as a form sends it.

    Raises:
        CaseError: with everything that is wrong with it.
    """
    values: dict[str, Any] = {}
    problems = []
    for name, text in pairs:
        if name not in takes:
            problems.append(
                Problem(
                    where="address",
                    required="must name a setting of this view",
                    found=shorten(name),
                    remedy=nearest(name, takes),
                )
            )
        elif name in REPEATED:
            values[name] = (*values.get(name, ()), text.strip())
        elif name in values:
            problems.append(Problem(where=name, required="must be given once", found=shorten(text)))
        else:
            values[name] = text.strip()
    if problems:
        raise CaseError(problems)
    return understand({name: text for name, text in values.items() if text})


def understand(values: dict[str, Any]) -> ViewQuery:
    """Return ``given`` as what a view is asked.

    Raises:
        CaseError: with everything that is wrong with it.
    """
    try:
        return _ADAPTER.validate_python(values)
    except ValidationError as error:
        raise CaseError(
            Problem(
                where=".".join(map(str, detail["loc"])),
                required=detail["msg"][0].lower() + detail["msg"][1:],
                found=shorten(detail["input"]),
            )
            for detail in error.errors(include_url=False)
        ) from None


def query_of(query: ViewQuery) -> str:
    """Return the query that asks it, without what goes without saying; in one order always."""
    pairs = [
        (name, _text(one))
        for name in NAMES
        if (value := getattr(query, name)) != getattr(DEFAULTS, name)
        for one in (value if name in REPEATED else (value,))
    ]
    return f"?{urlencode(pairs)}" if pairs else ""


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)
