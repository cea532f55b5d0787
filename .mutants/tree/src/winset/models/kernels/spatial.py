"""Runs of the spatial model on arrays: Wise, Lester and Efird (2015), step 10 and the outcome.

A draw is a run of turns. Draws share nothing and their sums run in index order, so a run depends
neither on threads nor on how draws are cut into batches.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from winset.models.kernels.arrays import (
    Bool1,
    Float1,
    Float2,
    Float3,
    Float4,
    Int1,
    Int2,
    Int4,
    Natural1,
    Span,
)
from winset.models.kernels.compiling import compiled, door
from winset.models.kernels.condorcet import elect
from winset.models.kernels.spatial_turn import (
    TurnRoom,
    TurnRules,
    TurnState,
    appraise,
    choose,
    gains,
    make_room,
    move,
    propose,
    survey,
    utility,
)

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

STEP = 16  # draws that a thread takes at a time
SAME = 1e-3  # positions nearer than this are one


class SpatialRecord(NamedTuple):
    """The record of a run; the caller makes the arrays and :func:`play` writes them.

    The last three have no rounds where only the result is wanted.
    """

    settlement: Float2  # (draw, issue)
    probability: Float2  # (draw, actor) 0 before
    position: Float3  # (draw, actor, issue) first positions before
    rounds: Int1  # (draw,) turns played
    converged: Bool1  # (draw,) whether the last turn changed almost nothing
    path: Float4  # (draw, round, actor, issue) first positions before
    moved_by: Int4  # (draw, round, actor, issue) -1 before
    forecasts: Float3  # (draw, round, issue)


@door
def play(
    draws: Span,
    position: Float3,
    salience: Float3,
    influence: Float2,
    present: Bool1,
    key: Natural1,
    interdependence: Float2,
    rules: TurnRules,
    record: SpatialRecord,
) -> None:
    """Play some draws and write how they end.

    Args:
        draws: the first of them and one past the last.
        position: ``(draw, actor, issue)``, share of the scale.
        salience: ``(draw, actor, issue)`` in [0, 1], summing to at most 1 over issues.
        influence: ``(draw, actor)``, 0 or more.
        present: ``(actor,)``, whether the actor has a stance at all.
        key: ``(draw,)``, seed of the stochastic vote of a draw.
        interdependence: ``(actor, actor)`` A, or without entries for the identity.
        rules: the options.
        record: what is written.
    """
    for draw in range(draws[0], draws[1]):
        state = _make_state(position[draw], salience[draw], influence[draw], present)
        _play_draw(draw, state, key[draw], interdependence, rules, record)


@door
def first_gains(
    position: Float3,
    salience: Float3,
    influence: Float2,
    present: Bool1,
    rules: TurnRules,
    gain: Float3,
) -> None:
    """Write ``(draw, i, j)``: what i expects from challenging j in the first turn.

    Arguments are those of :func:`play`; nothing is written for actors who take no part.
    """
    for draw in range(position.shape[0]):
        state = _make_state(position[draw], salience[draw], influence[draw], present)
        n = state.capability.size
        room = make_room(n, position.shape[2], rules)
        survey(state, rules, room)
        for i in range(n):
            gains(i, state, rules, room)
            for j in range(n):
                gain[draw, state.place[i], state.place[j]] = room.gain[j]


@compiled
def _play_draw(
    draw: int,
    state: TurnState,
    key: np.uint64,
    interdependence: Float2,
    rules: TurnRules,
    record: SpatialRecord,
) -> None:
    n, issues = state.position.shape
    room = make_room(n, issues, rules)
    recorded = record.path.shape[1]
    turn, settled, first = 0, True, 0.0
    for i in range(n):  # no actor moves where none cares
        settled = settled and state.commitment[i] == 0.0
    survey(state, rules, room)
    while True:
        if turn < recorded:
            _conclude(state, room, record.forecasts[draw, turn], record.probability[draw])
            _write_positions(state, record.path[draw, turn])
        if settled or turn == rules.max_turns:
            break
        turn += 1
        propose(state, rules, room)
        appraise(state, room)
        choose(turn, key, state, rules, room)
        if turn < recorded:
            _write_movers(state, room, record.moved_by[draw, turn])
        length = move(state, interdependence, room)
        survey(state, rules, room)
        if turn == 1:
            first = length
        settled = turn >= 2 and length / (first + 1e-4) < rules.stop  # step 10
    _conclude(state, room, record.settlement[draw], record.probability[draw])
    _write_positions(state, record.position[draw])
    record.rounds[draw], record.converged[draw] = turn, settled
    for later in range(turn + 1, recorded):
        _write_positions(state, record.path[draw, later])
        for k in range(issues):
            record.forecasts[draw, later, k] = record.settlement[draw, k]


@compiled
def _make_state(position: Float2, salience: Float2, influence: Float1, present: Bool1) -> TurnState:
    """Return one draw's active actors: those present who care about something.

    Where none cares, all who are present stay, without capability.
    """
    active = _active(salience, present)
    n, issues = active.size, position.shape[1]
    state = TurnState(
        active,
        np.empty((n, issues)),
        np.zeros(n),
        np.empty(n),
        np.empty(n),
        np.empty((n, issues)),
        np.empty((n, issues)),
        np.empty((n, n)),
        np.empty(n),
    )
    for i in range(n):
        for k in range(issues):
            state.salience[i, k] = salience[active[i], k]
            state.commitment[i] += salience[active[i], k]
            state.position[i, k] = position[active[i], k]
            state.ideal[i, k] = position[active[i], k]
        state.capability[i] = influence[active[i]] if state.commitment[i] > 0.0 else 0.0
        state.weight[i] = state.commitment[i] * state.capability[i]
    return state


@compiled
def _active(salience: Float2, present: Bool1) -> Int1:
    """Return the places of those present who care, or of all present where none does."""
    active = np.empty(present.size, np.int64)
    for care in (True, False):
        n = 0
        for i in range(present.size):
            total = 0.0
            for k in range(salience.shape[1]):
                total += salience[i, k]
            if present[i] and (total > 0.0 or not care):
                active[n] = i
                n += 1
        if n > 0:
            break
    return active[:n]


@compiled
def _conclude(state: TurnState, room: TurnRoom, settlement: Float1, probability: Float1) -> None:
    """Write the mean (issue,) over distinct positions, and the probability of each actor's.

    An actor is distinct if no earlier distinct actor is nearer than ``SAME``. One that is near to
    several counts with the last, as in the reference program.
    """
    n, issues = state.position.shape
    booth, distinct = room.booth, room.queue
    options = _tell_apart(state.position, distinct)
    for i in range(n):
        for a in range(options):
            booth.worth[i, a] = utility(state.distance[i, distinct[a]], state.risk[i])
    elect(options, state.capability, booth)
    for k in range(issues):
        settlement[k] = 0.0
        for a in range(options):
            settlement[k] += booth.chance[a] * state.position[distinct[a], k]
    for i in range(n):
        near = _last_near(i, options, state.position, distinct)
        probability[state.place[i]] = booth.chance[near]


@compiled
def _tell_apart(position: Float2, distinct: Int1) -> int:
    """Write the first actor at each distinct position; return how many there are."""
    options = 0
    for i in range(position.shape[0]):
        if _last_near(i, options, position, distinct) < 0:
            distinct[options] = i
            options += 1
    return options


@compiled
def _last_near(i: int, options: int, position: Float2, distinct: Int1) -> int:
    """Return the last distinct position that is the same as i's, or -1."""
    for a in range(options - 1, -1, -1):
        total = 0.0
        for k in range(position.shape[1]):
            gap = position[i, k] - position[distinct[a], k]
            total += gap * gap
        if math.sqrt(total) < SAME:
            return a
    return -1


@compiled
def _write_positions(state: TurnState, position: Float2) -> None:
    """Write where the active actors stand into an array of all of them."""
    for i in range(state.place.size):
        for k in range(position.shape[1]):
            position[state.place[i], k] = state.position[i, k]


@compiled
def _write_movers(state: TurnState, room: TurnRoom, movers: Int2) -> None:
    """Write whose bargain is about to move each actor on each issue."""
    for i in range(state.place.size):
        for k in range(movers.shape[1]):
            if room.moved[i, k] != state.position[i, k]:
                movers[state.place[i], k] = state.place[room.moved_by[i]]
