"""The documents cannot drift: what they show is run, from the package as it is installed."""

import doctest
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import click
import pytest

from pages import (
    NOT_RUN,
    PAGES,
    ROOT,
    blocks,
    has_commands,
    inline_commands,
    inline_options,
    matches,
    steps,
    unrun,
)
from wheel import build_wheel, clean_environment, install, make_environment
from winset.cli import cli

PROSE = [*PAGES, ROOT / "CHANGELOG.md", ROOT / "benchmarks" / "README.md"]
PROSE += sorted((ROOT / "docs" / "decisions").glob("*.md"))
SOURCES = sorted(p for p in (ROOT / "src").rglob("*") if p.suffix in (".py", ".j2", ".js"))


@pytest.fixture(scope="session")
def wheel_python(tmp_path_factory):
    """The Python of an environment in which the package is installed as a wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    python = make_environment(folder / "environment")
    install(build_wheel(folder), folder / "environment")
    return python


@pytest.mark.slow
@pytest.mark.parametrize("page", [p for p in PAGES if has_commands(p)], ids=lambda p: p.name)
def test_every_command_of_a_page_does_in_its_order_what_the_page_shows(
    page, wheel_python, tmp_path
):
    listed = steps(page)
    done = subprocess.run(
        [str(wheel_python), "-P", str(Path(__file__).with_name("page_reader.py"))],
        input=json.dumps([{"kind": s.kind, "text": s.text, "keys": s.keys} for s in listed]),
        cwd=tmp_path, env=clean_environment(COLUMNS="80"), capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert Path(told["file"]).is_relative_to(wheel_python.parents[1]), "the checkout shines through"
    assert told["script"] == "winset.__main__:main"
    for step, (status, printed) in zip(listed, told["results"], strict=True):
        assert status == 0, f"{step.text}\n{printed}"
        if step.kind == "console" and step.output.strip():
            assert matches(step.output, printed), f"{step.text}\n{printed}"


@pytest.mark.long
@pytest.mark.parametrize("page", [p for p in PAGES if blocks(p, "py")], ids=lambda p: p.name)
def test_every_script_of_a_page_runs(page, wheel_python, tmp_path):
    for source in blocks(page, "py"):
        (tmp_path / "script.py").write_text(source)
        subprocess.run(
            [str(wheel_python), "script.py"], cwd=tmp_path, env=clean_environment(), check=True
        )
    assert len(list(tmp_path.iterdir())) > 1, "it writes what it says"


@pytest.mark.parametrize("page", [p for p in PAGES if not has_commands(p)], ids=lambda p: p.name)
def test_every_python_block_does_what_it_shows(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    source = "\n".join(blocks(page, "python"))
    test = doctest.DocTestParser().get_doctest(source, {}, page.name, str(page), 0)
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    lines = []
    runner.run(test, out=lines.append)
    assert runner.failures == 0, "".join(lines)


def test_a_command_that_no_test_types_is_named_with_the_reason():
    lines = {line for page in PAGES for line in unrun(page)}
    unnamed = {line for line in lines if not line.startswith(tuple(NOT_RUN))}
    assert not unnamed, "put them into console blocks"
    unused = {start for start in NOT_RUN if not any(line.startswith(start) for line in lines)}
    assert not unused, "no page holds these any more"


def check_command(words):
    """Raise click's own error if no such command takes such options and so many arguments."""
    command, path = cli, ["winset"]
    # Click keeps a command's help option from its first use: it must be the one that users have.
    context = click.Context(command, **cli.context_settings)
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        name, found, words = command.resolve_command(context, list(words))
        command = found
        path.append(name)
        context = click.Context(command, parent=context, info_name=name)
    rest = command.make_parser(context).parse_args([w for w in words if w != "…"])[1]
    if rest and not isinstance(command, click.Group):
        raise click.UsageError(f"unexpected {rest}", context)


@pytest.mark.parametrize("page", PROSE, ids=lambda p: p.name)
def test_every_command_named_in_a_line_exists_with_its_options(page):
    for words in inline_commands(page.read_text()):
        try:
            check_command(words)
        except click.ClickException as error:
            pytest.fail(f"winset {' '.join(words)}: {error.format_message()}")
    known = {name for command in commands(cli) for p in command.params for name in p.opts}
    known |= {"--help", "--version", "--all", "--head", "--winset-model", "--winset-format"}
    known |= {"--winset-view", "--survivors", "--sample", "--seed"}
    assert inline_options(page.read_text()) <= known


def commands(group):
    for command in group.commands.values():
        yield from commands(command) if isinstance(command, click.Group) else [command]


def test_every_command_that_a_message_of_the_package_names_exists_with_its_options():
    wrong, count = [], 0
    for path in SOURCES:
        # A message may be written over several lines and hold names in braces.
        text = re.sub(r'"\s*\n\s*f?"', "", path.read_text())
        text = re.sub(r"\{[^{}]*\}|\$\{[^{}]*\}", "X", text)
        for words in inline_commands(text):
            count += 1
            try:
                check_command(words)
            except click.ClickException as error:
                wrong.append(f"{path.name}: winset {' '.join(words)}: {error.format_message()}")
    assert not wrong, "\n".join(wrong)
    assert count > 30, "the messages are looked at"


def test_a_command_with_a_wrong_option_or_name_would_be_noticed():
    for line in ("forecast CASE --reports x.html", "forecst CASE", "check CASE OTHER", "new A B"):
        with pytest.raises(click.ClickException):
            check_command(line.split())
    assert matches("a ... c\n", "a b\nb c") and not matches("a ... c", "a b")


def test_the_command_line_reference_is_what_the_commands_say():
    # Click keeps a command's help option from its first use: hence a process of its own.
    made = subprocess.run(
        [sys.executable, "-m", "winset.cli.reference"], capture_output=True, text=True, check=True
    )
    assert (ROOT / "docs" / "cli.md").read_text() == made.stdout


def test_every_extra_for_users_is_listed_with_what_it_adds():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = set(project["optional-dependencies"]) - {"dev", "benchmarks", "docs", "mutants"}
    page = (ROOT / "docs" / "installing.md").read_text()
    assert set(re.findall(r"^\| `(\w+)` \| .+ \| \+ \d+ \|$", page, re.M)) == extras


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_every_link_inside_the_project_leads_somewhere(page):
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text()):
        assert (page.parent / target).exists(), target
