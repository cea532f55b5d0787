"""How the rounds of a model go: who moves where, who challenges whom, who ends up together."""

from dataclasses import replace

from winset.case.model import Case
from winset.case.scenarios import apply_scenario
from winset.charts.cast import cast
from winset.charts.challenges import challenge_map, challenge_matrix, expected_gains
from winset.charts.coalitions import coalition_matrix, coalition_network
from winset.charts.marks import middle_batch
from winset.charts.power import power_landscape
from winset.charts.trajectories import fan, trajectories
from winset.errors import WinsetError, nearest
from winset.models import Model, has_rounds, make_model, rounds_models
from winset.models.batch import Batch, sample
from winset.web.views.kind import (
    Choice,
    Field,
    Progress,
    Subject,
    ViewKind,
    actor_field,
    issue_field,
    provenance_of,
    sampling_fields,
    scenario_field,
    settled,
)
from winset.web.views.query import ViewQuery
from winset.web.views.result import ViewPart, ViewResult, pictured

DRAWS, MOST = 200, 2_000


def settle(subject: Subject, query: ViewQuery) -> ViewQuery:
    """Return ``query`` with a model that plays rounds and an issue."""
    case = subject.case
    playing = rounds_models()
    filled = settled(case, query, model=playing[0], draws=DRAWS, most=MOST)
    if filled.model not in playing:
        raise WinsetError(
            f"model “{filled.model}” plays no rounds; {nearest(filled.model, playing)}"
        )
    return replace(filled, issue=query.issue or (case.issues[0].id if case.issues else ""))


def fields(subject: Subject, query: ViewQuery) -> tuple[Field, ...]:  # noqa: ARG001
    """Return the fields of the form."""
    case = subject.case
    return (
        Field(name="model", label="Model",
              choices=tuple(Choice(value=name, label=name) for name in rounds_models())),
        issue_field(case),
        actor_field(case, "Seen from", none="the most powerful actor"),
        scenario_field(case),
        *sampling_fields(MOST),
    )  # fmt: skip


def make(subject: Subject, query: ViewQuery, progress: Progress) -> ViewResult:
    """Return how the rounds on one issue go.

    Trajectories and challenges are those of the case with every range at its median; coalitions
    and bands are counted over draws.
    """
    changed, issue = apply_scenario(subject.case, query.scenario), query.issue
    if not changed.stances_on(issue):
        raise WinsetError(f"no actor has a stance on “{issue}” yet")
    model = make_model(query.model)
    assert has_rounds(model)
    middle, drawn = middle_batch(changed), sample(changed, query.draws, seed=query.seed)
    one = model.trace(middle)
    progress(0.2)
    many = model.trace(drawn)
    progress(0.8)
    name = query.model
    paths = trajectories(one, issue, case=changed, batch=middle, model=name)
    parts = [pictured("trajectories", paths)]
    if query.actor:
        bands = fan(many, issue, query.actor, case=changed, batch=drawn, model=name)
        parts.append(pictured("bands", bands))
    near = coalition_network(many, issue, case=changed, batch=drawn, model=name)
    pairs = coalition_matrix(many, issue, case=changed, batch=drawn, model=name)
    parts += [
        pictured("power", power_landscape(changed, issue)),
        *_challenges(model, changed, middle, query),
        pictured("coalitions", near),
        pictured("together", pairs),
    ]
    return ViewResult(
        parts=tuple(parts),
        provenance=provenance_of(
            subject, query, "model", "scenario", "issue", "actor", "draws", "seed"
        ),
    )


def _challenges(model: Model, case: Case, batch: Batch, query: ViewQuery) -> list[ViewPart]:
    gains = expected_gains(model, batch, query.issue)
    if gains is None:
        return []
    actor = query.actor
    if not actor:
        actor = max(cast(case, batch, query.issue), key=lambda player: player.power).id
    return [
        pictured(
            "challenges", challenge_map(gains, query.issue, case=case, batch=batch, actor=actor)
        ),
        pictured("gains", challenge_matrix(gains, query.issue, case=case, batch=batch)),
    ]


KIND = ViewKind(
    name="rounds",
    title="Rounds",
    explains="How a model with rounds reaches its result: who moves, who challenges whom, and who "
    "ends up close to whom.",
    takes=("model", "issue", "actor", "scenario", "draws", "seed"),
    rank=20,
    make=make,
    settle=settle,
    fields=fields,
    draws=DRAWS,
)
