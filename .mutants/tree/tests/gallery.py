"""Every kind of picture, of shipped cases and of made-up ones that are hard to draw."""

import math
from dataclasses import replace

import numpy as np

from builders import line_case
from winset.case.parts import Issue, Party, Resolved, Scale
from winset.case.ranges import Range, point
from winset.charts import View, outcome, position_strip
from winset.charts.blame import who_blocks
from winset.charts.cast import cast
from winset.charts.challenges import challenge_map, challenge_matrix, expected_gains
from winset.charts.coalitions import coalition_matrix, coalition_network
from winset.charts.difference import scenario_differences
from winset.charts.intervals import Interval, intervals
from winset.charts.marks import middle_batch
from winset.charts.power import power_landscape
from winset.charts.ratification import ratification
from winset.charts.timeline import timeline
from winset.charts.tornado import tornado
from winset.charts.trajectories import fan, trajectories
from winset.charts.tree import game_tree
from winset.charts.view import ChartTable
from winset.explain.background import look_behind
from winset.explain.sensitivity import measure_sensitivity
from winset.forecast.forecast import make_forecast
from winset.forecast.scenario_effects import compare
from winset.forecast.timeline import make_timeline
from winset.models import ExpectedUtility, Mean
from winset.models.batch import sample

NAMES = (
    "Mohammad Javad Zarif", "The Committee of the Whole for Foreign and Other Affairs", "EU",
    "Бундесминистерство экономики и внешней торговли", "財務省・国際局", "Donaudampfschifffahrts"
    "elektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft", "وزارت امور خارجه",
)  # fmt: skip


def plain(case, *, model=None, draws=60):
    """Return the pictures of ``case`` that need no rounds, by name."""
    forecast = make_forecast(case, model or Mean(), draws=draws)
    behind = look_behind(case, forecast)
    found = {}
    for issue in (issue.id for issue in case.issues):
        if not case.stances_on(issue):
            continue
        found[f"strip {issue}"] = position_strip(case, issue)
        found[f"outcome {issue}"] = outcome(forecast, issue, case=case)
        found[f"power {issue}"] = power_landscape(case, issue)
        if behind.curves is not None:
            found[f"ratification {issue}"] = ratification(behind, issue, case=case)
            found[f"blame {issue}"] = who_blocks(behind, issue, case=case)
    return found | {f"game {name}": game_tree(played) for name, played in behind.games.items()}


def rounds(case, *, draws=8):
    """Return the pictures of the rounds of a model on the first issue of ``case``, by name."""
    model, issue = ExpectedUtility(), case.issues[0].id
    middle, many = middle_batch(case), sample(case, draws)
    one, all_of = model.trace(middle), model.trace(many)
    gains = expected_gains(model, middle, issue)
    first = max(cast(case, middle, issue), key=lambda player: player.power).id
    of = {"case": case, "batch": middle}
    return {
        "trajectories": trajectories(one, issue, **of, model=model.name),
        "fan": fan(all_of, issue, first, case=case, batch=many, model=model.name),
        "camps": coalition_network(all_of, issue, case=case, batch=many, model=model.name),
        "beside whom": coalition_matrix(all_of, issue, case=case, batch=many, model=model.name),
        "challenges of one": challenge_map(gains, issue, **of, actor=first),
        "challenges": challenge_map(gains, issue, **of),
        "challenge matrix": challenge_matrix(gains, issue, **of),
    }


def slow(case, *, model):
    """Return what drives a forecast, and what the scenarios of ``case`` do, by name."""
    found = {}
    cells = [(row.position, row.salience, row.influence) for row in case.stances]
    if any(cell is not None and not cell.certain for row in cells for cell in row):
        found["tornado"] = tornado(measure_sensitivity(case, model, draws=16), case=case)
    if case.scenarios:
        names = ["base", *(scenario.id for scenario in case.scenarios)]
        compared = compare(case, model, names, draws=40)
        for issue in case.issues:
            found[f"difference {issue.id}"] = scenario_differences(compared, issue.id, case=case)
    return found


def over_time(case, model):
    """Return the forecast over time of the first issue of ``case``."""
    course = make_timeline(case, model, draws=20)
    return {"timeline": timeline(course, case.issues[0].id, case=case)}


def interval_views():
    """Return pictures of numbers with intervals: at the ends, without a value, with long words."""
    rows = [
        Interval(name=f"{name} agrees to put the whole of it before the assembly", value=value,
                 low=low, high=high, text=text, before=0.66)
        for name, value, low, high, text in zip(
            NAMES,
            (0.0, 1.0, 0.5, 0.02, 0.98, math.nan, 0.5),
            (0.0, 0.9, 0.0, 0.0, math.nan, math.nan, 0.45),
            (0.1, 1.0, 1.0, 1.0, math.nan, math.nan, 0.55),
            ("under 1 %", "over 99 %, came out yes", "50 %, 12 settled, 3 without a score", "2 %",
             "98 %, came out no", "no score, none settled", ""),
            strict=True,
        )
    ]  # fmt: skip
    drawn = {
        "chances": intervals(rows, low=0.0, high=1.0, unit="chance in the model",
                             guides={"always even odds": 0.25, "counts as reached": 0.98}),
        "units": intervals(rows[:3], low=-4e7, high=2e7, guides={"without an agreement": -4e7},
                           unit="cubic metres a year through the western pipeline, all included"),
        "small": intervals(rows[:3], low=0.0, high=3e-5, unit=""),
    }  # fmt: skip
    table = ChartTable(columns=("x",), rows=(("",),))
    return {
        name: View(title=name, caption="", draw=draw, table=table, description="")
        for name, draw in drawn.items()
    }


def hard(seed, *, count=35, model=None):
    """Return a made-up case that is hard to draw: long names, odd scales, zones at the ends."""
    rng = np.random.default_rng(seed)
    low, width, unit = (
        (0.0, 100.0, "points"), (-4e7, 6e7, "cubic metres a year"), (0.0, 2e-5, "grams"),
        (1990.0, 40.0, ""), (0.0, 1e6, "centrifuges of the first generation, installed or not"),
    )[seed % 5]  # fmt: skip
    end = seed % 3  # where the parties can agree: at the low end, the high one, or nowhere
    rows = []
    for k in range(count):
        party = "ab"[k % 2]
        centre = {0: 0.05, 1: 0.95, 2: 0.04 if party == "a" else 0.96}[end]
        at = float(np.clip(centre + rng.normal(0.0, 0.08), 0.0, 1.0))
        spread = float(rng.uniform(0.0, 0.1))
        ends = [low + width * max(0.0, at - spread), low + width * min(1.0, at + spread)]
        rows.append((f"a{k}", " to ".join(repr(e) for e in ends), int(rng.integers(20, 100)),
                     int(rng.integers(1, 100))))  # fmt: skip
    plain_rows = [(id, 50, salience, influence) for id, _, salience, influence in rows]
    case = line_case(plain_rows)
    old = case.issues[0]
    labels = {low + width * share: f"{NAMES[k % 7]} decides what is left of it all"
              for k, share in enumerate((0.0, 0.04, 0.1, 0.5, 0.96, 1.0))}  # fmt: skip
    issue = Issue(
        id=old.id, title="Whether and on which conditions the western pipeline stays open at all",
        scale=Scale(low=low, high=low + width, unit=unit), labels=labels if seed % 2 else {},
        reversion=Range(low, low + 0.1 * width) if end else point(low + width),
        outcome=Resolved(value=point(low + width * (0.97, 0.02)[seed % 2])),
    )  # fmt: skip
    roles = ("negotiator", *["veto player"] * 3, *["pressure group"] * count)
    actors = tuple(
        replace(actor, name=f"{NAMES[k % 7]} {k}", party="ab"[k % 2],
                role=(roles[k // 2],))
        for k, actor in enumerate(case.actors)
    )  # fmt: skip
    stances = tuple(
        replace(stance, position=_range(position), price=point(30.0) if k < 8 else None)
        for k, (stance, (_, position, _, _)) in enumerate(zip(case.stances, rows, strict=True))
    )
    parties = (Party(id="a", name=f"{NAMES[1]} and its allies"), Party(id="b", name=NAMES[5]))
    return replace(case, issues=(issue,), actors=actors, stances=stances, parties=parties)


def _range(text):
    low, _, high = text.partition(" to ")
    return Range(float(low), float(high))


SHIPPED = ("china-cnpc-2014", "emission-standards", "iran-nuclear-2015", "iran-syria-2015")
