"""Who sits at the table on an issue, who ratifies there, and whose gains count.

What the models of two levels read of a case, in its own ids; the same in arrays stands in
`winset.models.two_level.ratifiers`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from winset.case.model import Case
from winset.case.parts import Actor, Role, Stance, Tie
from winset.case.ranges import Range


@dataclass(frozen=True, slots=True, kw_only=True)
class Seating:
    """Who matters on one issue.

    Attributes:
        issue: id.
        present: ids of the actors with a stance.
        negotiators: party at the table to its negotiator.
        ratifiers: ids of the veto players and voters of these parties.
        pressing: ids of the pressure groups of these parties that neither vote nor veto.
    """

    issue: str
    present: frozenset[str]
    negotiators: dict[str, str]
    ratifiers: frozenset[str]
    pressing: frozenset[str]

    @property
    def deciding(self) -> frozenset[str]:
        """Return the ids of those whose consent counts."""
        return self.ratifiers | frozenset(self.negotiators.values())


def has_role(actor: Actor, role: Role) -> bool:
    """Return whether ``actor`` acts as ``role``: who is outside votes nowhere."""
    return role in actor.role and "outside" not in actor.role


def tables(case: Case) -> dict[str, Seating]:
    """Return who matters on each issue of ``case``, by its id."""
    return {issue.id: _table(case, issue.id) for issue in case.issues}


def _table(case: Case, issue: str) -> Seating:
    present = frozenset(stance.actor for stance in case.stances_on(issue))
    negotiators = {
        actor.party: actor.id
        for actor in case.actors
        if actor.party is not None and "negotiator" in actor.role and actor.id in present
    }
    members = [a for a in case.actors if a.party in negotiators and a.id in present]
    deciding = {a.id for a in members if has_role(a, "veto player") or has_role(a, "voter")}
    groups = {a.id for a in members if has_role(a, "pressure group")} - deciding
    return Seating(
        issue=issue,
        present=present,
        negotiators=negotiators,
        ratifiers=frozenset(deciding),
        pressing=frozenset(groups),
    )


def tie_objection(case: Case, tie: Tie, at: dict[str, Seating]) -> str:
    """Return why ``tie`` changes nothing, in words; empty where it changes something.

    Args:
        case: that the tie belongs to.
        tie: one of its ties.
        at: its `tables`.
    """
    if _read_by_a_game(case, tie):
        return ""
    if tie.weight.high == 0.0:
        return "its weight is 0"
    if tie.kind == "authority":
        return "models do not read authority, and no game of the case reads this tie"
    if not any(table.negotiators for table in at.values()):
        return "no party has a negotiator with a stance"
    if tie.kind == "dependence":
        return _dependence_objection(tie, at)
    return _intimidation_objection(case, tie, at)


def _dependence_objection(tie: Tie, at: dict[str, Seating]) -> str:
    # A target without a stance counts as well: what the source lends it, it does not keep.
    if not any(tie.source in table.deciding for table in at.values()):
        return f"{tie.source} neither signs nor ratifies on any issue"
    return ""


def _intimidation_objection(case: Case, tie: Tie, at: dict[str, Seating]) -> str:
    source, target = case.actor(tie.source), case.actor(tie.target)
    if not has_role(source, "pressure group"):
        return f"{source.id} is no pressure group"
    if has_role(source, "voter") or has_role(source, "veto player"):
        return f"{source.id} ratifies, so it refuses instead of pressing"
    if source.party is None or source.party != target.party:
        return f"{source.id} and {target.id} are not in one party"
    ratifying = [table for table in at.values() if target.id in table.ratifiers]
    if not ratifying:
        return f"{target.id} ratifies on no issue, and pressure is felt there alone"
    if not any(source.id in table.pressing for table in ratifying):
        return f"{source.id} has no stance where {target.id} ratifies"
    if case.party(source.party).unity.low == 1.0:
        return f"{source.party} has unity 1, which shields its members"
    return ""


def _read_by_a_game(case: Case, tie: Tie) -> bool:
    """Return whether a game of ``case`` names ``tie``: ``authority(leader, envoy)``."""
    call = re.compile(
        rf"\b{tie.kind}\s*\(\s*{re.escape(tie.source)}\s*,\s*{re.escape(tie.target)}\s*\)"
    )
    return any(
        call.search(data.decode("utf-8", "replace"))
        for path, data in case.files.items()
        if path.startswith("games/")
    )


def line_objections(
    case: Case, stance: Stance, at: dict[str, Seating]
) -> Iterator[tuple[str, str]]:
    """Yield each red line of ``stance`` that changes nothing, and why, in words.

    Args:
        case: that the stance belongs to.
        stance: one without a condition.
        at: its `tables`.
    """
    lines = [n for n in ("red_line_low", "red_line_high") if getattr(stance, n) is not None]
    if not lines:
        return
    table, cost = at[stance.issue], stance.audience_cost
    if reason := _no_say(case, stance.actor, table):
        yield lines[0], reason
        return
    if cost is not None and cost.high == 0.0:
        yield lines[0], "crossing it costs 0"
        return
    if cost is None:
        return  # W305 says so
    scale, signed = case.issue(stance.issue).scale, _signable(case, table)
    for name in lines:
        line: Range = getattr(stance, name)
        low = name == "red_line_low"
        if line.high <= scale.low if low else line.low >= scale.high:
            yield name, f"{line} is the end of the scale, so that nothing lies beyond"
        elif signed is None:
            continue
        elif line.high < signed.low if low else line.low > signed.high:
            yield name, f"{line}; no deal outside {signed} would be signed"


def _no_say(case: Case, actor: str, table: Seating) -> str:
    """Return why what ``actor`` gains is not heard on an issue; empty where it is."""
    if not table.negotiators:
        return "no party has a negotiator with a stance here"
    if actor in table.deciding or actor in table.pressing:
        return ""
    if any(t.kind == "dependence" and t.target == actor and t.source in table.deciding
           for t in case.ties):  # fmt: skip
        return ""
    return f"{actor} neither signs, ratifies nor presses here, and no one who does depends on it"


def _signable(case: Case, table: Seating) -> Range | None:
    """Return the points that every negotiator might sign, ranges at their widest; None for none.

    A negotiator signs nothing that it and everyone it depends on lose by.
    """
    low, high = float("-inf"), float("inf")
    for negotiator in table.negotiators.values():
        leaning = {t.target for t in case.ties if t.kind == "dependence" and t.source == negotiator}
        ends = [
            end
            for stance in case.stances
            if stance.issue == table.issue and stance.actor in {negotiator, *leaning}
            for end in _gaining(case, stance)
        ]
        low, high = max(low, min(ends)), min(high, max(ends))
    scale = case.issue(table.issue).scale
    low, high = max(low, scale.low), min(high, scale.high)
    return Range(low, high) if low <= high else None


def _gaining(case: Case, stance: Stance) -> tuple[float, float]:
    """Return the outermost points at which the actor of ``stance`` may gain over no agreement."""
    issue = case.issue(stance.issue)
    plain = next(s for s in case.stances_on(stance.issue) if s.actor == stance.actor)
    position, price = stance.position or plain.position, stance.price or plain.price
    if issue.reversion is None or position is None:
        return issue.scale.low, issue.scale.high
    spare = 0.0 if price is None else price.high * issue.scale.width / 100.0
    ends = (issue.reversion.low, issue.reversion.high)
    low = position.low - max(abs(end - position.low) for end in ends) - spare
    high = position.high + max(abs(end - position.high) for end in ends) + spare
    return low, high
