"""Commands about cases themselves."""

from pathlib import Path

import click

from winset.cli.outputs import CHART
from winset.errors import WinsetError


def _case_names(_context: click.Context, _parameter: click.Parameter, typed: str) -> list[str]:
    """Complete the names of shipped cases; the shell itself completes folders."""
    from winset.case.shipped import shipped_cases

    return [name for name in shipped_cases() if name.startswith(typed)]


CASE = click.argument("case", shell_complete=_case_names)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def cases(as_json: bool) -> None:
    """List the shipped cases with their sources."""
    from winset.case.shipped import open_case, shipped_cases
    from winset.cli.printing import heading, print_json, say

    opened = {name: open_case(name) for name in shipped_cases()}
    if as_json:
        print_json(
            [
                {"name": name, "title": c.title, "as_of": c.as_of, "citation": c.citation}
                for name, c in opened.items()
            ]
        )
        return
    for name, case in opened.items():
        heading(name)
        actors, issues = len(case.actors), len(case.issues)
        say(f"{case.title}, as of {case.as_of}", indent="  ")
        say(f"{actors} actors, {issues} issue{'' if issues == 1 else 's'}", indent="  ")
        say(case.citation, indent="  ")


@click.command()
@CASE
@click.option("--json", "as_json", is_flag=True, help="For machines.")
@click.option("--explain", metavar="CODE", help="Why a doubt is raised, with an example.")
def check(case: str, as_json: bool, explain: str | None) -> None:
    """Print the problems of CASE (exit status 1), or else its doubts."""
    from winset.case.shipped import open_case
    from winset.cli.printing import print_json, say
    from winset.errors import CaseError
    from winset.evidence.doubts.checks import doubts
    from winset.evidence.doubts.checks import explain as explained
    from winset.games import games_of

    if explain is not None:
        click.echo(explained(explain))
        return
    try:
        opened = open_case(case)
        games_of(opened)
    except CaseError as error:
        if not as_json:
            raise
        print_json({"problems": error.problems, "doubts": []})
        raise SystemExit(1) from None
    raised = doubts(opened)
    if as_json:
        print_json({"problems": [], "doubts": raised})
        return
    for doubt in raised:
        say(str(doubt))
    click.echo(
        f"no problems, {len(raised)} doubt{'' if len(raised) == 1 else 's'}"
        + ("; `winset check CASE --explain CODE` says why" if raised else "")
    )


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--from", "source", metavar="CASE", help="Begin with a copy of this case.")
@click.option("--blank", "is_blank", is_flag=True, help="Without the example's parties and actors.")
@click.option(
    "--practice",
    "is_practice",
    is_flag=True,
    help="With invented talks, and two articles on them to code.",
)
@click.option("--title", help="In words; “A new negotiation” if not given.")
def new(
    folder: Path, source: str | None, is_blank: bool, is_practice: bool, title: str | None
) -> None:
    """Begin a case in FOLDER: a small one that runs, with a comment at every choice."""
    import datetime

    from winset.case.atomic import write_files
    from winset.case.folder import write_case
    from winset.case.lock import write_lock
    from winset.case.shipped import open_case
    from winset.case.template import blank, practice, template

    must_be_new(folder)
    if (source is not None) + is_blank + is_practice > 1:
        raise WinsetError("--from, --blank and --practice exclude each other: give one")
    if title is not None and (source is not None or is_practice):
        raise WinsetError(
            "--title names a case that begins empty or as the example; one begun with --from or "
            "--practice has a title: change it in case.yaml"
        )
    title = title or "A new negotiation"
    begun = None if source is None else open_case(source)
    with write_lock(folder):
        must_be_new(folder)  # again: another program may have begun one there
        if begun is not None:
            write_case(begun, folder)
        else:
            today = datetime.datetime.now(datetime.UTC).date()
            texts = practice() if is_practice else template(title)
            if is_blank:
                texts = blank(title, today)
            write_files(folder, {name: text.encode() for name, text in texts.items()})
    if is_practice:
        articles = folder / "articles"
        click.echo(
            f"wrote {folder}, with two articles to read; next: `winset add {folder} {articles}`"
        )
        return
    click.echo(f"wrote {folder}; next: edit it, then `winset check {folder}`")
    if is_blank:
        click.echo(f"`winset add {folder} FILES` puts documents in, and says who speaks in them")


def must_be_new(folder: Path) -> None:
    """Refuse a folder in which files stand, and one whose name some system cannot hold."""
    from winset.case.disposable import is_empty
    from winset.case.naming import check_name

    check_name(folder.absolute().name)
    if folder.exists() and (not folder.is_dir() or not is_empty(folder)):
        raise WinsetError(f"{folder}: must be a new or empty folder; found files there")


@click.command()
@CASE
@click.option("--issue", metavar="ID", help="This issue only.")
@click.option("--rounds", is_flag=True, help="Who moves where, round by round, by a model.")
@click.option(
    "--model",
    metavar="NAME",
    help="One that plays rounds (with --rounds); “expected-utility” if not given.",
)
@click.option(
    "--chart",
    type=CHART,
    help="Write the position strip, or with --rounds the trajectories, to a .png, .svg or .html "
    "file (with --issue).",
)
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def show(
    case: str,
    issue: str | None,
    rounds: bool,
    model: str | None,
    chart: Path | None,
    as_json: bool,
) -> None:
    """Print what CASE says: parties, issues, who stands where."""
    from winset.case.parts import ROLES
    from winset.case.records import plain
    from winset.case.shipped import open_case
    from winset.cli.printing import heading, print_json, say, table

    opened = open_case(case)
    issues = [opened.issue(issue)] if issue else list(opened.issues)
    if model is not None and not rounds:
        raise WinsetError("--model goes with --rounds")
    if rounds:
        from winset.cli.rounds_text import show_rounds

        show_rounds(opened, issues, model=model, chart=chart, as_json=as_json)
        return
    if chart is not None:
        from winset.charts import position_strip, save

        if len(issues) != 1:
            raise WinsetError("a chart shows one issue; name it with --issue")
        save(position_strip(opened, issues[0].id), chart)
        click.echo(f"wrote {chart}")
        return
    if as_json:
        print_json(
            {
                "title": opened.title,
                "as_of": opened.as_of,
                "digest": opened.digest,
                **{
                    name: [plain(record) for record in getattr(opened, name)]
                    for name in ("parties", "issues", "actors", "stances", "ties", "questions")
                },
            }
        )
        return
    heading(f"{opened.title}, as of {opened.as_of}")
    say(opened.summary)
    for party in opened.parties:
        click.echo()
        heading(party.name or party.id)
        signs, stops, votes = (
            ", ".join(actor.name for actor in opened.members(party.id, role)) for role in ROLES[1:4]
        )
        say(f"signs: {signs or 'nobody'}", indent="  ")
        say(f"can stop it: {stops or 'nobody'}", indent="  ")
        if votes:
            say(f"votes, {party.quota} of the influence needed: {votes}", indent="  ")
        say(f"public unity: {party.unity}", indent="  ")
    for each in issues:
        click.echo()
        heading(f"{each.id}: {each.title}")
        say(each.question)
        for value, label in sorted(each.labels.items()):
            say(f"{value:g}: {label}", indent="  ")
        if each.reversion is not None:
            say(f"without an agreement: {each.reversion}", indent="  ")
        rows = [
            [
                opened.actor(s.actor).name,
                str(s.position),
                str(s.salience),
                str(s.influence),
                "" if s.price is None else str(s.price),
                _red_line(s.red_line_low, s.red_line_high),
            ]
            for s in sorted(
                opened.stances_on(each.id), key=lambda s: s.position.middle if s.position else 0
            )
        ]
        table(
            ["actor", "position", "salience", "influence", "price", "red line"], rows,
            align="lrrrrr",
        )  # fmt: skip


def _red_line(low: object, high: object) -> str:
    if low is None and high is None:
        return ""
    if low is None:
        return f"≤ {high}"
    return f"≥ {low}" if high is None else f"{low} – {high}"
