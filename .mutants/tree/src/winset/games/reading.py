"""Game files to games, with everything wrong in a file said at once."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import PurePosixPath
from types import SimpleNamespace
from typing import Any

from pydantic.dataclasses import dataclass

from winset.case.cells import ID_PATTERN, AtLeastZero, Identifier, Quantity, Text
from winset.case.model import Case
from winset.case.parts import STRICT
from winset.case.quantities import parse_quantity
from winset.case.records import BadField, understand
from winset.case.yaml_text import YamlNode as Yaml
from winset.case.yaml_text import parse_yaml
from winset.errors import CaseError, Problem, WinsetError, nearest, shorten
from winset.games.expressions import (
    NAME_PATTERN,
    SIGNATURES,
    Expression,
    ExpressionError,
    parse_expression,
)
from winset.games.fit import misfits
from winset.games.game import End, Formula, Game, GameNode, GamePlace, Parameter, problem_at

MOST_ENTRIES = 500
_FOLDER, _ENDING = "games/", ".yaml"
_SECTIONS = ("parameters", "quantities", "nodes", "ends")


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class _Head:
    title: Text
    players: dict[Identifier, Identifier]
    precision: AtLeastZero
    start: Identifier
    note: Text = ""


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class _Parameter:
    value: Quantity
    note: Text = ""


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class _Formula:
    value: Text
    note: Text = ""


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class _Node:
    player: Identifier
    actions: dict[Identifier, Identifier]
    note: Text = ""


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class _End:
    payoffs: dict[str, Any]
    note: Text = ""


def games_of(case: Case) -> tuple[Game, ...]:
    """Return the games of ``case``, in the order of their names.

    Raises:
        CaseError: with every problem of every game file, and of questions that ask for a move
            which no game has.
    """
    games, problems = _read_games(case)
    problems += _unknown_moves(case, games)
    if problems:
        raise CaseError(problems)
    return tuple(game for game in games.values() if game is not None)


def game_of(case: Case, name: str) -> Game:
    """Return the game ``name`` of ``case``.

    Raises:
        WinsetError: when there is none.
        CaseError: with every problem of its file.
    """
    names = _game_files(case)
    if name not in names:
        raise WinsetError(f"no game “{name}” in this case; {nearest(name, names)}")
    return read_game(name, case.files[names[name]], case)


def read_game(name: str, data: bytes, case: Case) -> Game:
    """Return the game that ``data``, the bytes of ``games/<name>.yaml``, write about ``case``.

    Raises:
        CaseError: with every problem found, each at its line and column.
    """
    file = f"{_FOLDER}{name}{_ENDING}"
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        problem = Problem(
            where=file,
            required="must be UTF-8 text",
            found=f"byte 0x{data[error.start]:02x}",
            remedy="save it as UTF-8",
            file=file,
            line=data.count(b"\n", 0, error.start) + 1,
        )
        raise CaseError([problem]) from None
    reading = _GameReading(name, file, text, parse_yaml(text, file), case)
    if reading.problems:
        raise CaseError(sorted(reading.problems, key=lambda p: (p.line, p.column)))
    return replace(reading.game(), digest=hashlib.sha256(data).hexdigest())


def _game_files(case: Case) -> dict[str, str]:
    """Return the paths of the game files, by the game's name."""
    return {
        PurePosixPath(path).stem: path
        for path in sorted(case.files)
        if path.startswith(_FOLDER) and path.endswith(_ENDING)
    }


def _read_games(case: Case) -> tuple[dict[str, Game | None], list[Problem]]:
    games: dict[str, Game | None] = {}
    problems: list[Problem] = []
    for name, path in _game_files(case).items():
        try:
            games[name] = read_game(name, case.files[path], case)
        except CaseError as error:
            games[name] = None
            problems += error.problems
    return games, problems


def _unknown_moves(case: Case, games: Mapping[str, Game | None]) -> Iterator[Problem]:
    """Yield the questions of ``case`` that ask for a game or an action which does not exist."""
    tree = None
    for question in case.questions:
        answers: list[tuple[tuple[str, ...], str]] = [
            (("options", key), text) for key, text in question.options.items()
        ]
        if question.answer is not None:
            answers.append((("answer",), question.answer))
        for path, text in answers:
            quantity = parse_quantity(text)
            if quantity.kind != "move":
                continue
            game = games.get(quantity.subject)
            if quantity.subject not in games:
                kind, id, known = "game", quantity.subject, list(games)
            elif game is not None and quantity.action not in game.actions:
                kind, id, known = "action of the game", quantity.action, list(game.actions)
            else:
                continue
            if tree is None and "case.yaml" in case.files:
                tree = parse_yaml(case.files["case.yaml"].decode("utf-8"), "case.yaml")
            node = tree.at(("questions", question.id, *path)) if tree else None
            yield Problem(
                where=": ".join((question.id, *path)),
                required=f"must ask for a known {kind}",
                found=shorten(id),
                remedy=nearest(id, known),
                file="case.yaml" if node else "",
                line=node.line if node else 0,
                column=node.column if node else 0,
            )


class _GameReading:
    """One pass over a file: records as they stand there, and what is wrong with them.

    A record with a bad field is kept with None in its place, so that nothing wrong elsewhere stays
    hidden behind it.
    """

    def __init__(self, name: str, file: str, text: str, tree: Yaml, case: Case) -> None:
        self.problems: list[Problem] = []
        self._name, self._file, self._text, self._case = name, file, text, case
        self._tree = tree
        content = tree.plain()
        if not re.fullmatch(ID_PATTERN, name) or len(name) > 80:
            self._say((), "game", "its file must have an id for a name", shorten(name),
                      "use letters, digits, “-”, “_” and “.”")  # fmt: skip
        head = {key: value for key, value in content.items() if key not in _SECTIONS}
        self._head = self._record(_Head, head, (), "game")
        self._players: Mapping[str, str] = self._head.players or {}
        self._records = {section: self._section(section, content) for section in _SECTIONS}
        self._check_players()
        self._names = self._check_names()
        self._quantities: dict[str, Formula] = {}
        for name in self._records["quantities"]:
            formula = self._formula(("quantities", name), name, self._records["quantities"][name])
            if formula is not None:
                self._quantities[name] = formula
            self._names.add(name)
        self._payoffs = {id: self._payoffs_of(id) for id in self._records["ends"]}
        self._order = self._check_tree()

    def game(self) -> Game:
        """Return the game, once nothing is wrong."""
        nodes, ends = self._records["nodes"], self._records["ends"]
        return Game(
            name=self._name,
            title=self._head.title,
            note=self._head.note,
            players=dict(self._players),
            precision=self._head.precision,
            parameters=tuple(
                Parameter(name=name, value=record.value, note=record.note)
                for name, record in self._records["parameters"].items()
            ),
            quantities=self._quantities,
            nodes=tuple(
                GameNode(
                    id=id, player=nodes[id].player, actions=nodes[id].actions, note=nodes[id].note
                )
                for id in self._order
            ),
            ends=tuple(
                End(id=id, payoffs=self._payoffs[id], note=record.note)
                for id, record in ends.items()
            ),
        )

    # What stands there.

    def _say(
        self, path: tuple[str | int, ...], where: str, required: str, actual: str, remedy: str = ""
    ) -> None:
        node = self._tree.at(path) if path else None
        self.problems.append(
            Problem(
                where=where,
                required=required,
                found=actual,
                remedy=remedy,
                file=self._file,
                line=node.line if node else 0,
                column=node.column if node else 0,
            )
        )

    def _section(self, section: str, content: Mapping[str, Any]) -> dict[str, Any]:
        members = content.get(section) or {}
        if not isinstance(members, dict):
            self._say((section,), section, "must be a mapping of names to entries",
                      "something else", "indent one entry a line under it")  # fmt: skip
            return {}
        if len(members) > MOST_ENTRIES:
            self._say((section,), section, f"must have at most {MOST_ENTRIES} entries",
                      f"{len(members):,}", "leave out what hardly matters")  # fmt: skip
            return {}
        kind = {"parameters": _Parameter, "quantities": _Formula, "nodes": _Node, "ends": _End}
        records = {}
        for name, values in members.items():
            pattern = ID_PATTERN if section in ("nodes", "ends") else NAME_PATTERN
            if not re.fullmatch(pattern, name) or len(name) > 80:
                self._say(
                    (section, name),
                    section,
                    "must have a name of letters, digits, “-”, “_” or “.”, at most 80 long"
                    + ("" if pattern is ID_PATTERN else ", that begins with a letter"),
                    shorten(name),
                )
            records[name] = self._record(kind[section], values, (section, name), name)
        return records

    def _record(self, kind: Any, values: Any, path: tuple[str, ...], where: str) -> Any:
        if not isinstance(values, dict):
            keys = ", ".join(f"{key}: …" for key in kind.__annotations__)
            actual = "nothing" if values is None else shorten(values)
            self._say(path, where, "must be a mapping of keys to values", actual,
                      f"write {{{keys}}}")  # fmt: skip
            return SimpleNamespace(**dict.fromkeys(kind.__annotations__))
        # A key without a value means the default.
        values = {key: value for key, value in values.items() if value is not None}
        record, bad = understand(kind, values)
        for field in bad:
            if field.path[0] in values and field.path[0] not in kind.__annotations__:
                known = (*kind.__annotations__, *(_SECTIONS if kind is _Head else ()))
                field = BadField(path=field.path, required="no such key here", found=field.found,
                                 remedy=nearest(str(field.path[0]), known))  # fmt: skip
            steps = [str(step) for step in field.path if step != "[key]"]
            self._say((*path, *field.path), ": ".join([where, *steps]), field.required, field.found,
                      field.remedy)  # fmt: skip
        return record

    # Names.

    def _check_players(self) -> None:
        actors = [actor.id for actor in self._case.actors]
        if self._head.players is not None and not self._players:
            self._say(("players",), "players", "must name at least one player", "none",
                      "write {player: actor}")  # fmt: skip
        for player, actor in self._players.items():
            if actor not in actors:
                self._say(("players", player), f"players: {player}", "must be an actor of the case",
                          shorten(actor), nearest(actor, actors))  # fmt: skip

    def _check_names(self) -> set[str]:
        """Return the names of the parameters; say which names stand for two things."""
        for name in (*self._records["parameters"], *self._records["quantities"]):
            if name in SIGNATURES:
                section = "parameters" if name in self._records["parameters"] else "quantities"
                self._say((section, name), name, "must not be the name of a function",
                          shorten(name), "give it another name")  # fmt: skip
        for one, other in (("parameters", "quantities"), ("nodes", "ends")):
            for name in self._records[one].keys() & self._records[other].keys():
                self._say((other, name), name, f"must stand once in {one} and {other}",
                          "a second one", "give it another name")  # fmt: skip
        return set(self._records["parameters"])

    # Expressions.

    def _payoffs_of(self, id: str) -> dict[str, Formula]:
        terms = self._records["ends"][id].payoffs
        if terms is None:
            return {}
        payoffs = {}
        for player in terms:
            path = ("ends", id, "payoffs", player)
            where = f"{id}: payoff of {player}"
            if player not in self._players and self._players:
                self._say(path, where, "must be a player", shorten(player),
                          nearest(player, self._players))  # fmt: skip
            formula = self._formula(path, where, self._record(_Formula, terms[player], path, where))
            if formula is not None:
                payoffs[player] = formula
        for player in self._players:
            if player not in terms:
                self._say(("ends", id, "payoffs"), f"{id}: payoffs",
                          f"must have one for the player “{player}”", "none",
                          f"add {player}: {{value: …, note: …}}")  # fmt: skip
        return payoffs

    def _formula(self, path: tuple[str, ...], where: str, record: Any) -> Formula | None:
        if record.value is None:
            return None
        place = self._place((*path, "value"), record.value)
        try:
            expression = parse_expression(record.value)
        except ExpressionError as error:
            self.problems.append(problem_at(where, place, error))
            return None
        self.problems += [
            problem_at(where, place, error)
            for error in (*self._unknown_names(expression), *misfits(expression, self._case))
        ]
        return Formula(expression=expression, where=where, place=place, note=record.note or "")

    def _place(self, path: tuple[str, ...], text: str) -> GamePlace:
        node = self._tree.at(path)
        line, column = node.line, node.column
        raw = self._text[node.start : node.end]
        before = raw.find(text)
        if before < 0:
            return GamePlace(file=self._file, line=line, column=column)
        breaks = raw.count("\n", 0, before)
        column = before - raw.rfind("\n", 0, before) if breaks else column + before
        return GamePlace(file=self._file, line=line + breaks, column=column, exact=True)

    def _unknown_names(self, expression: Expression) -> Iterator[ExpressionError]:
        for term in expression.names():
            if term.name in self._names:
                continue
            remedy = nearest(term.name, self._names)
            head = next((n for n in self._names if term.name.startswith(f"{n}-")), None)
            if term.name in self._records["quantities"]:
                remedy = "a quantity may use only those that stand above it"
            elif term.name in SIGNATURES:
                remedy = f"write {term.name}{SIGNATURES[term.name]}"
            elif head is not None:
                remedy = f"to subtract, put a blank after “{head}”: a name may hold a hyphen"
            yield ExpressionError(
                "must be a parameter or an earlier quantity",
                shorten(term.name),
                remedy=remedy,
                at=term.start,
            )

    # The tree.

    def _check_tree(self) -> list[str]:
        """Return the nodes, each after the one that leads to it; say what makes them no tree."""
        nodes, ends = self._records["nodes"], self._records["ends"]
        start = self._head.start
        if start is not None and start not in nodes:
            self._say(("start",), "start", "must be a node", shorten(start), nearest(start, nodes))
        before = len(self.problems)
        entered: dict[str, str] = {}
        for id, node in nodes.items():
            self._check_node(id, node)
            for action, target in (node.actions or {}).items():
                path, where = ("nodes", id, "actions", action), f"{id}: {action}"
                if target not in nodes and target not in ends:
                    self._say(path, where, "must lead to a node or an end", shorten(target),
                              nearest(target, [*nodes, *ends]))  # fmt: skip
                elif target in nodes and (target == start or target in entered):
                    ancestors = _ancestors(id, entered)
                    self._say(
                        path,
                        where,
                        "no node may lead back to itself"
                        if target in ancestors
                        else "a node must be entered from one place: a game is a tree",
                        f"“{target}”, "
                        + (f"entered from {entered[target]}" if target in entered else "the start"),
                        "write the node once for each way into it (an end may be shared)",
                    )
                elif target in nodes:
                    entered[target] = id
        order = [start] if start in nodes else []
        reached = set(order)
        for id in order:
            targets = list((nodes[id].actions or {}).values())
            order += [target for target in targets if target in nodes and target not in reached]
            reached.update(targets)
        if order and len(self.problems) == before and not self._incomplete():
            for section in ("nodes", "ends"):
                for id in self._records[section]:
                    if id not in reached:
                        self._say((section, id), id, "must be reached from the start",
                                  "no way to it", "lead an action to it, or delete it")  # fmt: skip
        return order

    def _incomplete(self) -> bool:
        return any(node.actions is None for node in self._records["nodes"].values())

    def _check_node(self, id: str, node: Any) -> None:
        if node.player is not None and self._players and node.player not in self._players:
            self._say(("nodes", id, "player"), f"{id}: player", "must be a player of the game",
                      shorten(node.player), nearest(node.player, self._players))  # fmt: skip
        if node.actions is not None and not node.actions:
            self._say(("nodes", id, "actions"), f"{id}: actions", "must have at least one action",
                      "none", "make it an end if nobody moves there")  # fmt: skip


def _ancestors(id: str, entered: Mapping[str, str]) -> set[str]:
    ancestors = {id}
    while id in entered and entered[id] not in ancestors:
        id = entered[id]
        ancestors.add(id)
    return ancestors
