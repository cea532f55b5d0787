"""The form by which a forecast is sealed on a page: what may be sealed, and how."""

import datetime
from dataclasses import dataclass

from winset.case.scenarios import BASE
from winset.models import MODELS, default_model
from winset.models.defaults import DRAWS
from winset.track_record.sealed.sealing import can_seal
from winset.web.forecasts.query import MOST_DRAWS
from winset.web.views.kind import Choice, Subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealable:
    """What may be sealed: an open question or an issue.

    Attributes:
        value: ``question:ID`` or ``issue:ID``.
        horizon: day to come by which it is settled, where the case names one.
    """

    value: str
    text: str
    horizon: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SealForm:
    """What the form for sealing offers.

    Attributes:
        today: the first day by which a question may be settled.
    """

    sealable: tuple[Sealable, ...]
    models: tuple[str, ...]
    default_model: str
    scenarios: tuple[Choice, ...]
    draws: int
    most: int
    today: str


def seal_form(subject: Subject) -> SealForm:
    """Return what may be sealed of the case, and how."""
    case, today = subject.case, datetime.date.today()
    questions = (
        Sealable(
            value=f"question:{q.id}",
            text=q.text,
            horizon=q.horizon.isoformat() if q.horizon and q.horizon >= today else "",
        )
        for q in case.questions
        if can_seal(q)
    )
    issues = (
        Sealable(value=f"issue:{i.id}", text=i.question or i.title, horizon="")
        for i in case.issues
        if i.outcome is None
    )
    named = (Choice(value=s.id, label=s.title or s.id) for s in case.scenarios)
    ready = case.issues and case.stances
    return SealForm(
        sealable=(*questions, *issues) if ready else (),
        models=tuple(MODELS),
        default_model=default_model(case) if ready else "",
        scenarios=(Choice(value=BASE, label="As coded"), *named),
        draws=DRAWS,
        most=MOST_DRAWS,
        today=today.isoformat(),
    )
