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
    "Nothing to show yet: the case needs an issue, and at least one actor with a stance on it."
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
        kind: ``choose``, ``text``, ``number`` or ``tick``.
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
            raise WinsetError("this is no view of a case")
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
    """

    name: str
    title: str
    explains: str
    takes: tuple[str, ...]
    make: Callable[[Subject, ViewQuery, Progress], ViewResult]
    settle: Callable[[Subject, ViewQuery], ViewQuery]
    fields: Callable[[Subject, ViewQuery], tuple[Field, ...]]
    missing: Callable[[Subject, ViewQuery], str] = lambda subject, asked: ""  # noqa: ARG005
    stamp: Callable[[Subject], str] | None = None
    draws: int = 0
    needs_stances: bool = True
    template: str = "view.html.j2"
    core: Callable[[ViewQuery], ViewQuery] = lambda asked: asked
    finish: Callable[[Subject, ViewQuery, ViewResult], ViewResult] = lambda _, __, result: result
    beside: Callable[[Subject], Any] = lambda subject: None  # noqa: ARG005


def settled(
    case: Case, asked: ViewQuery, *, model: str = "", draws: int = 0, most: int = 0
) -> ViewQuery:
    """Return ``asked`` with model, scenario and draws filled in, and all names checked.

    Args:
        case: whose names they are.
        asked: what stands in the address.
        model: where none is asked for; empty for the one that fits the case.
        draws: where none are asked for.
        most: draws that may be asked for.

    Raises:
        WinsetError: for a name that the case or the package does not have, with the nearest one.
    """
    if asked.draws > most > 0:
        raise WinsetError(f"draws: at most {most:,} here; found {asked.draws:,}")
    said: dict[str, Any] = {"model": asked.model or model or default_model(case)}
    make_model(said["model"])
    said["scenario"] = asked.scenario or BASE
    if said["scenario"] != BASE:
        case.scenario(said["scenario"])
    if asked.issue:
        case.issue(asked.issue)
    if asked.actor:
        case.actor(asked.actor)
    said["draws"] = asked.draws or draws
    return dataclasses.replace(asked, **said)


def model_field(asked: ViewQuery) -> Field:
    """Return the field that chooses a model."""
    names = tuple(MODELS)
    listed = names if asked.model in names or not asked.model else (*names, asked.model)
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


def luck_fields(most: int) -> tuple[Field, ...]:
    """Return the fields for draws and seed."""
    return (
        Field(name="draws", label="Draws", kind="number", least=1, most=most, step=1, fine=True),
        Field(name="seed", label="Seed", kind="number", least=0, step=1, fine=True,
              note="The same seed gives the same numbers."),
    )  # fmt: skip


def made_of(subject: Subject, asked: ViewQuery, *names: str) -> dict[str, Any]:
    """Return how a view of a case was made: the case, and what was asked."""
    case = subject.case
    said = {"case": case.title, "as_of": case.as_of.isoformat(), "digest": case.digest}
    return {**said, **{name: getattr(asked, name) for name in names}}


def no_fields(subject: Subject, asked: ViewQuery) -> tuple[Field, ...]:  # noqa: ARG001
    """Return no fields."""
    return ()
