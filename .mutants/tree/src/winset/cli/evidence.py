"""Commands about documents: take statements out of them, search them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from winset.cli.outputs import PRINTED_JSON_LINES
from winset.errors import WinsetError

if TYPE_CHECKING:
    from winset.evidence.statements.extract import ExtractedStatement


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--case", metavar="CASE", help="Resolve speakers and issues by this case.")
@click.option(
    "--jsonl",
    type=PRINTED_JSON_LINES,
    help="Write a line a statement to this file (- for standard output).",
)
@click.option("--quoted", is_flag=True, help="Only what stands between double quotation marks.")
@click.option("--encoding", metavar="NAME", help="Of the texts, where it is not UTF-8.")
@click.option("--model", metavar="NAME", help="Another spaCy pipeline for English.")
def extract(
    files: tuple[Path, ...],
    case: str | None,
    jsonl: Path | None,
    quoted: bool,
    encoding: str | None,
    model: str | None,
) -> None:
    """Find who says what in FILES: text, Markdown, HTML, PDF, or folders of them.

    Each statement comes with the place of its words and of its speaker, its kind, and the rule
    that found it. A file that cannot be read is reported, and the others are done.
    """
    from winset.case.shipped import open_case
    from winset.cli.printing import say
    from winset.evidence.reading.apart import shared
    from winset.evidence.reading.documents import document_files, read_bytes
    from winset.evidence.reading.parsing import MODEL

    reading = shared()
    reading.ready(model or MODEL)
    opened = open_case(case) if case else None
    failed = 0
    lines: list[str] = []
    for path in (file for listed in files for file in document_files(listed)):
        try:
            text = reading.document(read_bytes(path), str(path), encoding=encoding)
            statements = reading.statements(text, opened, model=model or MODEL)
            wanted = [f for f in statements if f.quoted or not quoted]
        except WinsetError as error:
            click.echo(f"error: {error}", err=True)
            failed += 1
            continue
        if jsonl is not None:
            lines += [json.dumps(f.row(), ensure_ascii=False) for f in wanted]
            continue
        click.echo(click.style(str(path), bold=True))
        for statement in wanted:
            _show(statement, text.text, say)
    if jsonl is not None:
        _write(jsonl, lines)
    if failed:
        raise WinsetError(f"{failed} file{'' if failed == 1 else 's'} could not be read")


def _show(statement: "ExtractedStatement", text: str, say: Callable[..., None]) -> None:
    speakers = ", ".join(statement.speakers)
    issue = f" on {statement.issue}" if statement.issue else ""
    say(
        f"{statement.content.start}-{statement.content.end} {speakers}: {statement.kind}{issue}",
        indent="  ",
    )
    words = " ".join(statement.content.of(text).split())
    say(f"“{words}”" if statement.quoted else words, indent="    ")
    if statement.condition is not None and statement.consequence is not None:
        say(f"if: {statement.condition.of(text)}", indent="    ")
        say(f"then: {statement.consequence.of(text)}", indent="    ")
    say(f"by: {statement.rule}", indent="    ")


def _write(path: Path, lines: list[str]) -> None:
    from winset.case.folder import write_file

    text = "".join(f"{line}\n" for line in lines)
    if str(path) == "-":
        click.echo(text, nl=False)
        return
    write_file(path, text.encode("utf-8", "backslashreplace"))
    count = len(lines)
    click.echo(f"wrote {count} statement{'' if count == 1 else 's'} to {path}", err=True)


@click.command()
@click.argument("case")
@click.argument("words", nargs=-1, required=True)
@click.option("--most", default=20, show_default=True, type=click.IntRange(1, 10_000))
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def search(case: str, words: tuple[str, ...], most: int, as_json: bool) -> None:
    """Find the paragraphs of CASE's documents that hold all WORDS.

    Words in quotation marks must stand together; a star stands for any ending. Only documents kept
    in the case folder can be searched.
    """
    from winset.case.shipped import open_case
    from winset.cli.printing import print_json, say
    from winset.evidence.reading.apart import shared
    from winset.evidence.search import search as searched

    opened = open_case(case)
    hits = searched(opened, " ".join(words), most=most, reading=shared())
    if as_json:
        print_json(hits)
        return
    for hit in hits:
        click.echo(click.style(f"{hit.document}:{hit.paragraph.start}", bold=True))
        say(" ".join(hit.words.split()), indent="  ")
    if not hits:
        searchable = sum(document.file is not None for document in opened.documents)
        click.echo(f"nothing found in {searchable} kept document{'' if searchable == 1 else 's'}")
