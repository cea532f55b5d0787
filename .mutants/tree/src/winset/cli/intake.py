"""Commands that put documents into a case and propose statements: add, propose."""

import datetime
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from winset.cli.case import CASE
from winset.cli.coding import opened, read_day, writable
from winset.cli.workers import WORKERS
from winset.errors import WinsetError

if TYPE_CHECKING:
    from winset.case.model import Case
    from winset.case.parts import Document
    from winset.evidence.coding.renewal import Renewal
    from winset.evidence.intake import Intake, Proposed
    from winset.evidence.llm.coder import ModelProposed
    from winset.evidence.reading.ahead import ReadTask
    from winset.evidence.reading.reader import DocumentReading


@click.command()
@CASE
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--published", callback=read_day, metavar="DATE", help="When they were published.")
@click.option("--publisher", default="", metavar="NAME", help="Who published them.")
@click.option("--title", default="", help="Of a single file.")
@click.option("--url", default="", help="Of a single file.")
@click.option("--encoding", metavar="NAME", help="Of the texts, where it is not UTF-8.")
@click.option("--no-keep", is_flag=True, help="Register the digest; do not keep the text.")
@click.option("--no-propose", is_flag=True, help="Do not let the rules propose statements.")
@WORKERS
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def add(
    case: str,
    files: tuple[Path, ...],
    published: datetime.date | None,
    publisher: str,
    title: str,
    url: str,
    encoding: str | None,
    no_keep: bool,
    no_propose: bool,
    workers: str | None,
    as_json: bool,
) -> None:
    """Put FILES into CASE and propose the statements in them.

    FILES are text, Markdown, HTML, PDF, or folders of them. Their text is kept in documents/, their
    entry in documents.csv, what the rules find in statements/machine.csv, to be decided on by
    `winset code`. A file that the case has already is passed over. One that cannot be read is
    reported, and the others are done.
    """
    from winset.evidence.coding.propose import CODER
    from winset.evidence.disposable import only_session
    from winset.evidence.intake import save_intake, take_in
    from winset.evidence.reading.ahead import ReadTask, known_of
    from winset.evidence.reading.apart import shared
    from winset.evidence.reading.documents import document_files, read_bytes

    paths, failed = _listed(files, document_files)
    if len(paths) > 1 and (title or url):
        raise WinsetError(
            f"--title and --url go with a single file; found {len(paths)}; add it alone"
        )
    if not no_propose:
        _check_rules(shared().ready)
    _, folder = writable(case)
    report = _Report(as_json)
    with only_session(folder, CODER):
        opened_case = opened(case)
        known = known_of(opened_case)
        tasks = [
            ReadTask(name=str(path), path=path, encoding=encoding, rules=not no_propose, case=known)
            for path in paths
        ]
        for path, reading in zip(paths, _readings(tasks, workers), strict=True):
            try:
                opened_case = opened(case)  # again each time: others may have written since
                intake = take_in(
                    opened_case, read_bytes(path), str(path), keep=not no_keep,
                    rules=not no_propose, encoding=encoding, title=title, publisher=publisher,
                    published=published, url=url, reading=reading,
                )  # fmt: skip
                save_intake(folder, intake)
            except WinsetError as error:
                failed.append(str(error))
                continue
            opened_case = intake.case
            report.took(path, intake)
    report.end(opened_case, case)
    _fail(failed, "file", "could not be added")


@click.command()
@CASE
@click.argument("documents", nargs=-1, metavar="[DOCUMENT]…")
@click.option("--llm", is_flag=True, help="Ask a language model instead of the rules.")
@click.option("--model", metavar="NAME", help="Which one (with --llm).")
@click.option(
    "--endpoint",
    default="",
    metavar="URL",
    help="Of an API like OpenAI's, such as http://localhost:11434/v1 (with --llm).",
)
@click.option("--coder", default="", metavar="NAME", help="Under whose name the model proposes.")
@click.option(
    "--timeout",
    default=120.0,
    show_default=True,
    type=click.FloatRange(min=0.0, min_open=True),
    help="Seconds for an answer of the model.",
)
@click.option("--offline", is_flag=True, help="Use stored answers of the model only.")
@WORKERS
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def propose(
    case: str,
    documents: tuple[str, ...],
    llm: bool,
    model: str | None,
    endpoint: str,
    coder: str,
    timeout: float,
    offline: bool,
    workers: str | None,
    as_json: bool,
) -> None:
    """Propose the statements of CASE again: all that it keeps, or DOCUMENTs by their ids.

    For when actors, aliases or phrases of issues were added. Proposals keep their ids; those that
    somebody has decided on stay as they are.

    With --llm a language model proposes, under a name of its own, beside the rules. Its key is
    taken from WINSET_LLM_KEY or, for OpenAI's own endpoint, OPENAI_API_KEY. What it quotes must
    stand in the document; nothing that it says counts before somebody accepts it.
    """
    if not llm:
        if model or endpoint or coder or offline:
            raise WinsetError("--model, --endpoint, --coder and --offline go with --llm")
        _propose_by_rules(case, documents, as_json, workers=workers)
        return
    if workers is not None:
        raise WinsetError("--workers goes with the rules: a language model is asked one by one")
    if not model:
        raise WinsetError("--llm needs --model NAME: which language model is asked")
    from winset.evidence.llm.coder import coder_of, propose_by_model
    from winset.evidence.llm.endpoint import endpoint as endpoint_of

    answers = None if offline else endpoint_of(model, url=endpoint, timeout=timeout)

    def one(read: "Case", document: "Document", report: "_Report") -> "Proposed":
        answer = propose_by_model(read, document, model=model, answers=answers, coder=coder)
        report.answered(answer)
        return answer.proposed

    _propose(case, documents, as_json, coder=coder or coder_of(model), one=one)


def _propose_by_rules(
    case: str, documents: tuple[str, ...], as_json: bool, *, workers: str | None
) -> None:
    from winset.evidence.coding.propose import CODER
    from winset.evidence.intake import propose_again
    from winset.evidence.reading.apart import shared

    _check_rules(shared().ready)
    found = opened(case)
    readings = _readings([_task(found, one) for one in _chosen(found, documents)], workers)

    def one(read: "Case", document: "Document", _: "_Report") -> "Proposed":
        return propose_again(read, document, reading=next(readings, shared()))

    _propose(case, documents, as_json, coder=CODER, one=one)


def _task(case: "Case", document: "Document") -> "ReadTask":
    """Return what reads the kept text of ``document``; where there is none, nothing."""
    from winset.evidence.anchors import kept_text
    from winset.evidence.intake import MARKDOWN
    from winset.evidence.reading.ahead import ReadTask, known_of

    try:
        words = kept_text(case, document) or ""
    except WinsetError:  # `propose_again` says so
        words = ""
    markdown = Path(document.file or "").suffix.casefold() in MARKDOWN
    return ReadTask(name=document.id, words=words, markdown=markdown, case=known_of(case))


def _readings(tasks: "list[ReadTask]", workers: str | None) -> "Iterator[DocumentReading]":
    """Yield who reads each document: ``workers`` read ahead, or this machine in its turn."""
    from winset.evidence.reading.ahead import ReadAhead
    from winset.evidence.reading.apart import shared
    from winset.forecast.independent import run_independent

    if workers is None:
        yield from (shared() for _ in tasks)
        return
    for task, read in zip(tasks, run_independent(tasks, workers=workers), strict=True):
        yield ReadAhead(read, task, shared())


def _propose(
    case: str,
    documents: tuple[str, ...],
    as_json: bool,
    *,
    coder: str,
    one: "Callable[[Case, Document, _Report], Proposed]",
) -> None:
    """Propose document by document, each on disk before the next; report what failed at the end."""
    from winset.evidence.coding.renewal import check_proposer, save_renewal
    from winset.evidence.disposable import only_session

    opened_case, folder = writable(case)
    check_proposer(opened_case, coder)
    failed: list[str] = []
    report = _Report(as_json)
    with only_session(folder, coder):
        opened_case = opened(case)  # again, under the lock
        for document in _chosen(opened_case, documents):
            try:
                proposed = one(opened_case, document, report)
                save_renewal(folder, proposed.renewal)
            except WinsetError as error:
                failed.append(str(error))
                continue
            opened_case = proposed.case
            report.names += proposed.strangers
            report.renewed(proposed.renewal)
    report.end(opened_case, case)
    _fail(failed, "document", "got no proposals")


def _listed(
    files: Iterable[Path], look: "Callable[[Path], tuple[Path, ...]]"
) -> tuple[list[Path], list[str]]:
    """Return the files to read, each once, and what is wrong with those that cannot be listed."""
    paths: dict[Path, None] = {}
    failed = []
    for path in files:
        try:
            paths |= dict.fromkeys(look(path))
        except WinsetError as error:
            failed.append(str(error))
    return list(paths), failed


def _check_rules(ready: "Callable[[], object]") -> None:
    try:
        ready()
    except WinsetError as error:
        raise WinsetError(f"{error}; or add documents with --no-propose") from None


def _chosen(case: "Case", ids: tuple[str, ...]) -> "Iterator[Document]":
    """Yield the documents ``ids``, or all that are kept; every unknown id is reported at once."""
    from winset.errors import nearest

    known = {document.id: document for document in case.documents}
    if unknown := [id for id in ids if id not in known]:
        raise WinsetError(
            "; ".join(f"no document “{id}” in this case; {nearest(id, known)}" for id in unknown)
        )
    if not any(document.file for document in case.documents) and not ids:
        raise WinsetError("this case keeps no text; `winset add CASE FILES` puts documents into it")
    yield from (
        dict.fromkeys(known[id] for id in ids)
        if ids
        else (document for document in case.documents if document.file is not None)
    )


def _fail(failed: list[str], noun: str, outcome: str) -> None:
    for error in failed:
        click.echo(f"error: {error}", err=True)
    if failed:
        raise WinsetError(f"{len(failed)} {noun}{'' if len(failed) == 1 else 's'} {outcome}")


class _Report:
    """Says what was done, document by document, and what to do next."""

    def __init__(self, as_json: bool) -> None:
        self.as_json = as_json
        self.entries: list[dict[str, object]] = []
        self.names: list[str] = []
        self.undated = 0
        self.model: dict[str, object] = {}

    def took(self, path: Path, intake: "Intake") -> None:
        """Report a file taken in."""
        from winset.cli.printing import say

        document, proposed = intake.document, intake.proposed
        if proposed is not None:
            self.names += proposed.strangers
        self.undated += document.published is None
        done = "added" if intake.new else "in the case already"
        if not intake.new and intake.text_bytes is not None:
            done += ", its text is kept now"
        if self.as_json:
            entry = {"file": path, "new": intake.new, "document": document}
            self.entries.append({**entry, "remarks": intake.remarks})
        else:
            say(f"{path}: {done} as {document.id}")
            known = (document.title, document.publisher, document.published or "date unknown")
            say(" · ".join(str(part) for part in known if part), indent="  ")
            for remark in intake.remarks:
                say(remark, indent="  ")
        if proposed is not None:
            self.renewed(proposed.renewal, heading=False)

    def answered(self, answer: "ModelProposed") -> None:
        """Report what a language model answered that does not hold."""
        from winset.cli.printing import say

        self.model = {
            "asked": answer.sent, "replayed": answer.replayed, "rejections": answer.rejections,
        }  # fmt: skip
        if self.as_json:
            return
        for one in answer.rejections:
            say(f"{one.document}: rejected {one.quote}: {one.reason}")

    def renewed(self, renewal: "Renewal", *, heading: bool = True) -> None:
        """Report what is proposed in a document."""
        from winset.cli.printing import say

        counts = _counts(renewal)
        if self.as_json:
            entry: dict[str, object] = (
                {"document": renewal.document} if heading else self.entries.pop()
            )
            self.entries.append({**entry, "proposed": counts, **self.model})
            return
        if heading:
            say(f"{renewal.document}:")
        kinds = ", ".join(f"{kind} {n}" for kind, n in counts["kinds"].items())
        say(f"{_statements(len(renewal.rows))} proposed" + (f": {kinds}" if kinds else ""),
            indent="  ")  # fmt: skip
        again = {
            "new": renewal.added, "changed": renewal.changed, "gone": renewal.dropped,
            "decided on, kept as they were": renewal.held,
            "proposed by another already": renewal.elsewhere,
        }  # fmt: skip
        if len(renewal.added) < len(renewal.rows) or renewal.dropped or renewal.elsewhere:
            counted = ", ".join(f"{len(ids)} {group}" for group, ids in again.items() if ids)
            say(counted or "all as before", indent="  ")

    def end(self, case: "Case", name: str) -> None:
        """Report who is not known yet, and what comes next."""
        from winset.cli.printing import print_json, say
        from winset.evidence.statements.names import actor_lines, suggested_actors

        lines = actor_lines(case, suggested_actors(case, self.names))
        if self.as_json:
            print_json({"documents": self.entries, "suggested_actors": lines})
            return
        rows = [row for row in case.statements if row.status == "proposed"]
        unresolved = sum(row.speaker == "unresolved" for row in rows)
        nowhere = sum(row.issue is None for row in rows)
        if rows:
            click.echo()
            say(f"In all, {_statements(len(rows))} proposed; {unresolved} by no known speaker, "
                f"{nowhere} on no issue of the case.")  # fmt: skip
        if lines:
            say("Who speaks most and is no actor yet, as lines for actors.csv (party and role are "
                "yours to add):")  # fmt: skip
            click.echo()
            for line in lines:
                click.echo(f"  {line}")
            click.echo()
        if rows and 2 * nowhere > len(rows):
            say("`phrases` of an issue in case.yaml say by which words texts speak of it.")
        if rows and (lines or 2 * nowhere > len(rows)):
            click.echo(f"After either, `winset propose {name}` proposes again.")
        if self.undated:
            say(f"Of {self.undated} the date is unknown: enter it in documents.csv, or add the "
                "file again with --published DATE. Older words weigh less.")  # fmt: skip
        if rows:
            click.echo(f"Next: `winset code {name} --coder YOU`")


def _counts(renewal: "Renewal") -> "dict[str, Any]":
    rows = renewal.rows
    return {
        "statements": len(rows),
        "kinds": dict(Counter(row.kind for row in rows).most_common()),
        "unresolved": sum(row.speaker == "unresolved" for row in rows),
        "added": renewal.added,
        "changed": renewal.changed,
        "dropped": renewal.dropped,
        "held": renewal.held,
        "elsewhere": renewal.elsewhere,
    }


def _statements(count: int) -> str:
    return f"{count} statement{'' if count == 1 else 's'}"
