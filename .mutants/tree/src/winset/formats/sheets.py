"""The sheets of a workbook: which columns they have, and what stands in them for a case."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, get_args

from winset.case.draft import HEAD
from winset.case.model import Case
from winset.case.parts import ROLES, BacktestVerdict, ChangeQuantity, StatementKind, Status, TieKind
from winset.case.records import plain
from winset.case.tables import STATEMENTS, TABLE_KINDS, required_columns

Kind = Literal["text", "number", "date"]
RANGE = "40, 30 to 50 or 30..40..60 (low, likeliest, high)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a sheet.

    Attributes:
        name: its header.
        path: the way from the record to the field that it fills.
        note: what it holds, with its unit: the comment on its header.
        kind: as what plain values are written.
        choices: words to choose from, or the name of the sheet whose ids they are.
        others: whether other words are allowed as well.
        required: whether the sheet must have it.
    """

    name: str
    path: tuple[str, ...]
    note: str = ""
    kind: Kind = "text"
    choices: str | tuple[str, ...] = ()
    others: bool = False
    required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A sheet: a table with its columns in order."""

    name: str
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column | None:
        """Return the column called ``name``."""
        return next((column for column in self.columns if column.name == name), None)


def _text(
    name: str,
    note: str = "",
    *path: str,
    choices: str | tuple[str, ...] = (),
    others: bool = False,
    required: bool = False,
) -> Column:
    return Column(
        name=name, path=path or (name,), note=note, choices=choices, others=others,
        required=required,
    )  # fmt: skip


def _number(name: str, note: str, *path: str, required: bool = False) -> Column:
    return Column(name=name, path=path or (name,), note=note, kind="number", required=required)


def _date(name: str, note: str, *path: str) -> Column:
    return Column(name=name, path=path or (name,), note=note, kind="date")


_ID = _text("id", "Short name used everywhere else: letters, digits, - _ .", required=True)
_NOTE = _text("note", "Why, and what would change your mind.")
_CITED = _text("statements", "Ids of the statements that the row rests on, separated by ;")
_OWN = f"In the issue's own units: {RANGE}"

CASE = Sheet(
    name="case",
    columns=(
        _text("key", choices=HEAD, required=True),
        _text("value", "title and as_of (a date such as 2015-02-24) are required.", required=True),
    ),
)
PARTIES = Sheet(
    name="parties",
    columns=(
        _ID,
        _text("name"),
        _number("quota", "Share of its voters' influence that must say yes, 0-1; empty: 0.5"),
        _number("unity", "0 open split in public, 1 one voice; empty: 1"),
        _number("power", "Bargaining power beside the others', a ratio; empty: 1"),
        _NOTE,
    ),
)
ISSUES = Sheet(
    name="issues",
    columns=(
        _ID,
        _text("title", required=True),
        _text("question", "What is asked, in one sentence."),
        _number("scale_low", "Low end of the scale in its own units; empty: 0", "scale", "low"),
        _number("scale_high", "High end of the scale; empty: 100", "scale", "high"),
        _text("unit", "per cent, years, …", "scale", "unit"),
        _number("reversion", f"What holds if talks fail. {_OWN}"),
        _text(
            "requires", "Issue that must be agreed first.", "requires", "issue", choices="issues"
        ),
        _number("at_least", "… at this point or above, in that issue's units.", "requires",
                "at_least"),
        _number("at_most", "… at this point or below.", "requires", "at_most"),
        _text("phrases", "Words by which texts speak of it, separated by ;"),
        _NOTE,
        _number("outcome", f"The outcome. {_OWN}", "outcome", "value"),
        _date("outcome_date", "When it came about.", "outcome", "date"),
        _text("outcome_source", "By whose word.", "outcome", "source"),
        _text("outcome_note", "", "outcome", "note"),
    ),
)  # fmt: skip
LABELS = Sheet(
    name="labels",
    columns=(
        _text("issue", choices="issues", required=True),
        _number("point", "Point of the scale in the issue's own units.", required=True),
        _text("label", "State of the world there, not an adjective.", required=True),
    ),
)
SCENARIOS = Sheet(
    name="scenarios",
    columns=(
        _text("scenario", "Its id; one row a change.", "id", required=True),
        _text("title", "On the first row of the scenario."),
        _text("note", "On the first row of the scenario."),
        _text("quantity", "What changes.", "changes", "quantity", choices=get_args(ChangeQuantity)),
        _text("party", "Whose; empty: all.", "changes", "party", choices="parties"),
        _text("actor", "Whose; empty: all.", "changes", "actor", choices="actors"),
        _text("role", "Whose; empty: all.", "changes", "role", choices=ROLES),
        _text("source", "Of a tie; empty: all.", "changes", "source", choices="actors"),
        _text("target", "Of a tie; empty: all.", "changes", "target", choices="actors"),
        _text("issue", "Empty: all.", "changes", "issue", choices="issues"),
        _number("set", "New value, in the units of the quantity. One of set, add, multiply.",
                "changes", "set"),
        _number("add", "Added, in the units of the quantity.", "changes", "add"),
        _number("multiply", "Factor.", "changes", "multiply"),
        _text("through", "The channel by which the scenario works.", "changes", "through"),
        _text("change_note", "", "changes", "note"),
    ),
)  # fmt: skip
QUESTIONS = Sheet(
    name="questions",
    columns=(
        _ID,
        _text("text", "The question in words.", required=True),
        _text("answer", "agreement(issue), settlement(issue) >= 40, …; or rows in options."),
        _date("horizon", "Day by which it is settled."),
        _NOTE,
        _text("resolution", "How it came out: yes, no or an option.", "resolution", "outcome"),
        _date("resolution_date", "When.", "resolution", "date"),
        _text("resolution_source", "By whose word.", "resolution", "source"),
        _text("resolution_note", "", "resolution", "note"),
    ),
)
OPTIONS = Sheet(
    name="options",
    columns=(
        _text("question", choices="questions", required=True),
        _text("option", "An outcome of the question.", required=True),
        _text("quantity", "settlement(issue) between 40 and 60, …", required=True),
    ),
)
_TABLE_COLUMNS = {
    ("actors", "party"): _text("party", choices="parties"),
    ("actors", "role"): _text("role", f"One or more, separated by ; — {', '.join(ROLES)}",
                              choices=ROLES, others=True),
    ("actors", "aliases"): _text("aliases", "Names by which texts call it, separated by ;"),
    ("stances", "issue"): _text("issue", choices="issues"),
    ("stances", "actor"): _text("actor", choices="actors"),
    ("stances", "if"): _text("if", "Empty, or “other-issue agreed”, “other-issue >= 40”: when the "
                             "cells of this row replace those of the plain row.", "condition"),
    ("stances", "position"): _number("position", f"What it would settle for. {_OWN}"),
    ("stances", "salience"): _number("salience", f"0-100: share of its attention. {RANGE}"),
    ("stances", "influence"): _number(
        "influence", f"Ratio to the strongest actor, who is 100. {RANGE}"),
    ("stances", "price"): _number(
        "price", f"Of no agreement, 0-100 per cent of the scale's width. {RANGE}"),
    ("stances", "red_line_low"): _number(
        "red_line_low", f"Lowest point it said in public that it accepts. {_OWN}"),
    ("stances", "red_line_high"): _number(
        "red_line_high", f"Highest point it said in public that it accepts. {_OWN}"),
    ("stances", "audience_cost"): _number(
        "audience_cost", "Of crossing either, per cent of the scale's width; may be inf."),
    ("stances", "statements"): _CITED,
    ("ties", "source"): _text("source", choices="actors"),
    ("ties", "target"): _text("target", choices="actors"),
    ("ties", "kind"): _text("kind", choices=get_args(TieKind)),
    ("ties", "weight"): _number("weight", f"0-1. {RANGE}"),
    ("ties", "statements"): _CITED,
    ("documents", "published"): _date("published", "Date such as 2015-02-24"),
    ("documents", "sha256"): _text("sha256", "Digest of the document's bytes, 64 digits."),
    ("documents", "file"): _text("file", "Path in the case folder, if the text is kept."),
    ("claims", "statements"): _text("statements", "Ids of those in which it is made, apart by ;"),
    ("claims", "author"): _text("author", "Who made it; empty: the actor who speaks."),
    ("claims", "outlet"): _text("outlet", "Where; empty: the publisher of the document."),
    ("claims", "made"): _date("made", "Empty: the day the document was published."),
    ("claims", "question"): _text("question", "One of question, issue, text.", choices="questions"),
    ("claims", "issue"): _text("issue", "One of question, issue, text.", choices="issues"),
    ("claims", "text"): _text("text", "A question in own words that yes or no answers."),
    ("claims", "condition"): _text("condition", "What it depends on; if that fails, it is void."),
    ("claims", "by"): _date("by", "Day by which it is settled; empty: the question's horizon."),
    ("claims", "outcome"): _text("outcome", "yes, no, or one or several options, apart by ;"),
    ("claims", "value"): _number("value", f"On an issue. {_OWN}"),
    ("claims", "probability"): _number("probability", f"Of outcome, 0-1. {RANGE}"),
    ("claims", "resolution"): _text(
        "resolution", "Of text; a question is resolved itself.", choices=get_args(BacktestVerdict)),
    ("claims", "resolved"): _date("resolved", "When that was known."),
    ("claims", "source"): _text("source", "By whose word."),
    ("statements", "document"): _text("document", choices="documents"),
    ("statements", "start"): _number("start", "First character of the span, from 0."),
    ("statements", "end"): _number("end", "One past the last character of the span."),
    ("statements", "quote_sha256"): _text("quote_sha256", "Digest of the span, 64 digits."),
    ("statements", "speaker"): _text(
        "speaker", "An actor's id, or author, or unresolved.", choices="actors", others=True),
    ("statements", "issue"): _text("issue", choices="issues"),
    ("statements", "kind"): _text("kind", choices=get_args(StatementKind)),
    ("statements", "value"): _number("value", _OWN),
    ("statements", "status"): _text("status", choices=get_args(Status)),
    ("statements", "coded_at"): _text("coded_at", "Moment such as 2015-07-14T12:00:00Z"),
}  # fmt: skip


def _table(name: str) -> Sheet:
    kind = TABLE_KINDS[name]
    names = ("coder", *kind.columns) if kind is STATEMENTS else kind.columns
    required = {*required_columns(kind), *(("coder",) if kind is STATEMENTS else ())}
    columns = []
    for column in names:
        plain_one = _ID if column == "id" else _NOTE if column == "note" else _text(column)
        known = _TABLE_COLUMNS.get((name, column), plain_one)
        columns.append(
            Column(
                name=column, path=(kind.field_of(column),), note=known.note, kind=known.kind,
                choices=known.choices, others=known.others, required=column in required,
            )
        )  # fmt: skip
    return Sheet(name=name, columns=tuple(columns))


RECORD_SHEETS = (PARTIES, ISSUES, QUESTIONS, *map(_table, TABLE_KINDS))
SHEETS: tuple[Sheet, ...] = (
    CASE, PARTIES, ISSUES, LABELS, SCENARIOS, QUESTIONS, OPTIONS, *map(_table, TABLE_KINDS),
)  # fmt: skip


def rows_of(case: Case) -> dict[str, list[dict[str, str]]]:
    """Return what ``case`` says as rows of every sheet, column to canonical text."""
    rows: dict[str, list[dict[str, str]]] = {
        "case": [{"key": key, "value": text} for key in HEAD if (text := str(getattr(case, key)))],
        "labels": [
            {"issue": issue.id, "point": point, "label": label}
            for issue in case.issues
            for point, label in _entries(issue, "labels")
        ],
        "scenarios": [row for scenario in case.scenarios for row in _scenario_rows(scenario)],
        "options": [
            {"question": question.id, "option": option, "quantity": quantity}
            for question in case.questions
            for option, quantity in _entries(question, "options")
        ],
    }
    for sheet in RECORD_SHEETS:
        rows[sheet.name] = [
            {column.name: _at(plain(record), column.path) for column in sheet.columns}
            for record in getattr(case, sheet.name)
        ]
    return rows


def _entries(record: object, field: str) -> Iterator[tuple[str, str]]:
    values: Any = plain(record)
    return iter(values.get(field, {}).items())


def _scenario_rows(scenario: object) -> Iterator[dict[str, str]]:
    values: Any = plain(scenario)
    changes = values.pop("changes") or [{}]
    for k, change in enumerate(changes):
        top = values if k == 0 else {"id": values["id"]}
        yield {
            column.name: _at({**top, "changes": change}, column.path)
            for column in SCENARIOS.columns
        }


def _at(value: Any, path: tuple[str, ...]) -> str:
    for step in path:
        value = value.get(step, "") if value else ""
    return "; ".join(value) if isinstance(value, list) else str(value or "")
