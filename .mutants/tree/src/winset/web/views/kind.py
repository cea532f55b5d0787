"""What every view is made of: what it takes, how it is filled in, and how it is made."""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from winset.case.model import Case
from winset.case.scenarios import BASE
from winset.errors import WinsetError
from winset.models import MODELS, default_model, make_model
from winset.web.cases.store import OpenedCase, Store
from winset.web.views.query import ViewQuery
from winset.web.views.result import ViewResult

Progress = Callable[[float], None]
NOTHING = (
    "There is nothing to show yet. The case needs an issue and at least one actor with a stance "
    "on it."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A value that a field offers."""

    value: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A field of a view's form.

    Attributes:
        name: of the question that it asks.
        kind: ``choose``, ``text``, ``number`` or ``date``.
        choices: of ``choose``; proposals for ``text``.
        note: below it.
        hint: in ``text`` while nothing stands there.
        fine: whether it stands among the finer settings.
        least: of a number.
        most: likewise.
        step: likewise.
    """

    name: str
    label: str
    kind: str = "choose"
    choices: tuple[Choice, ...] = ()
    note: str = ""
    hint: str = ""
    fine: bool = False
    least: float | None = None
    most: float | None = None
    step: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a view is of.

    Attributes:
        store: the cases of the workbench.
        opened: the case; None for a view of the folder.
    """

    store: Store
    opened: OpenedCase | None = None

    @property
    def case(self) -> Case:
        """The case.

        Raises:
            WinsetError: for a view of the folder.
        """
        if self.opened is None:
            raise WinsetError("this view is not of a case")
        return self.opened.case


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewKind:
    """A view.

    Attributes:
        name: in its address.
        title: on its page.
        explains: what it is for, in a sentence.
        takes: what may be asked.
        draws: as many as it takes by itself.
        settle: fills in what the address leaves open and refuses what makes no sense.
        missing: what must be asked still before there is anything to show, in words; empty if
            nothing.
        fields: of the form, for a question settled as far as it goes.
        make: makes the view on the thread for forecasts; it is given a function to say how far it
            is, after which others have their turn.
        stamp: what else the view hangs on, beside the files of the case and what is asked.
        needs_stances: whether a case without any has nothing to show.
        template: of its page.
        core: what is asked of ``make``; the rest only chooses from what it made.
        finish: puts in what the rest of the question chooses.
        beside: what the page needs besides what is shown, also where there is nothing to show.
        of_folder: whether it is of the whole folder and not of a case.
        rank: views of a lower one are listed first.
    """

    name: str
    title: str
    explains: str
    takes: tuple[str, ...]
    make: Callable[[Subject, ViewQuery, Progress], ViewResult]
    settle: Callable[[Subject, ViewQuery], ViewQuery] = lambda _, query: query
    fields: Callable[[Subject, ViewQuery], tuple[Field, ...]] = lambda _, __: ()
    missing: Callable[[Subject, ViewQuery], str] = lambda subject, query: ""  # noqa: ARG005
    stamp: Callable[[Subject], str] | None = None
    draws: int = 0
    needs_stances: bool = True
    template: str = "view.html.j2"
    core: Callable[[ViewQuery], ViewQuery] = lambda query: query
    finish: Callable[[Subject, ViewQuery, ViewResult], ViewResult] = lambda _, __, result: result
    beside: Callable[[Subject], Any] = lambda subject: None  # noqa: ARG005
    of_folder: bool = False
    rank: int = 50


def settled(
    case: Case, query: ViewQuery, *, model: str = "", draws: int = 0, most: int = 0
) -> ViewQuery:
    """Return ``query`` with model, scenario and draws filled in, and all names checked.

    Args:
        case: whose names they are.
        query: what stands in the address.
        model: where none is asked for; empty for the one that fits the case.
        draws: where none are asked for.
        most: draws that may be asked for.

    Raises:
        WinsetError: for a name that the case or the package does not have, with the nearest one.
    """
    if query.draws > most > 0:
        raise WinsetError(f"draws: at most {most:,} here; found {query.draws:,}")
    filled: dict[str, Any] = {"model": query.model or model or default_model(case)}
    make_model(filled["model"])
    filled["scenario"] = query.scenario or BASE
    if filled["scenario"] != BASE:
        case.scenario(filled["scenario"])
    if query.issue:
        case.issue(query.issue)
    if query.actor:
        case.actor(query.actor)
    filled["draws"] = query.draws or draws
    return dataclasses.replace(query, **filled)


def model_field(query: ViewQuery) -> Field:
    """Return the field that chooses a model."""
    names = tuple(MODELS)
    listed = names if query.model in names or not query.model else (*names, query.model)
    return Field(
        name="model", label="Model", choices=tuple(Choice(value=n, label=n) for n in listed)
    )


def scenario_field(case: Case) -> Field:
    """Return the field that chooses a scenario."""
    named = (Choice(value=s.id, label=s.title or s.id) for s in case.scenarios)
    return Field(
        name="scenario", label="Scenario", choices=(Choice(value=BASE, label="As coded"), *named)
    )


def issue_field(case: Case) -> Field:
    """Return the field that chooses an issue."""
    return Field(
        name="issue",
        label="Issue",
        choices=tuple(Choice(value=issue.id, label=issue.title) for issue in case.issues),
    )


def actor_field(case: Case, label: str, *, none: str = "") -> Field:
    """Return the field that chooses an actor, or none where ``none`` says so."""
    nobody = (Choice(value="", label=none),) if none else ()
    actors = (Choice(value=actor.id, label=actor.name) for actor in case.actors)
    return Field(name="actor", label=label, choices=(*nobody, *actors))


def sampling_fields(most: int) -> tuple[Field, ...]:
    """Return the fields for draws and seed."""
    return (
        Field(name="draws", label="Draws", kind="number", least=1, most=most, step=1, fine=True),
        Field(name="seed", label="Seed", kind="number", least=0, step=1, fine=True,
              note="The same seed gives the same numbers."),
    )  # fmt: skip


def provenance_of(subject: Subject, query: ViewQuery, *names: str) -> dict[str, Any]:
    """Return how a view of a case was made: the case, and what was asked."""
    case = subject.case
    provenance = {"case": case.title, "as_of": case.as_of.isoformat(), "digest": case.digest}
    return {**provenance, **{name: getattr(query, name) for name in names}}
