"""Where commands write: an ending promises a kind of file, and the promise is kept."""

import click
import pytest
from click.testing import CliRunner

from winset.charts.render import SUFFIXES
from winset.cli import cli
from winset.cli.outputs import CHART, Output
from winset.cli.reference import _commands
from winset.errors import WinsetError
from winset.report import write_report

COMMANDS = [(tuple(path[1:]), command) for path, command in _commands(cli, ["winset"])]
OUTPUTS = [
    (words, parameter)
    for words, command in COMMANDS
    for parameter in command.params
    if isinstance(parameter.type, Output)
]
# Files that a command reads, and places that may be a file or a folder.
READ = {
    "--calibration",
    "--resume",
    "file",
    "files",
    "folder",
    "table",
    "--file",
    "--signers",
    "--trust",
}


def arguments(words, parameter, value):
    """A command line that gives ``value`` to ``parameter`` and something to each other one."""
    command = dict(COMMANDS)[words]
    line = list(words)
    for other in command.params:
        if other is parameter:
            given = value
        elif other.required:
            given = "x.csv"
        else:
            continue
        line += [other.opts[-1], given] if isinstance(other, click.Option) else [given]
    return line


@pytest.mark.parametrize(
    ("words", "parameter"), OUTPUTS, ids=[f"{' '.join(w)} {p.name}" for w, p in OUTPUTS]
)
def test_an_output_of_an_unfit_ending_is_refused_by_name(words, parameter, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for wrong in ("out.pdf", "out"):
        done = CliRunner().invoke(cli, arguments(words, parameter, wrong))
        assert done.exit_code == 1, done.output
        assert f"{wrong}: " in done.output
        assert f"must end in {parameter.type.endings[0]}" in done.output.replace(" or ", ", ")
        assert "Traceback" not in done.output
    assert not list(tmp_path.iterdir()), "something was written"


def test_every_parameter_that_takes_a_file_says_what_it_writes_or_only_reads():
    others = {
        max(parameter.opts, key=len)
        for words, command in COMMANDS
        for parameter in command.params
        if isinstance(parameter.type, click.Path) and not isinstance(parameter.type, Output)
    }
    assert others <= READ
    exports = [words for words, _ in COMMANDS if words[0] == "export"]
    assert exports and set(exports) <= {words for words, _ in OUTPUTS}


def test_capitals_fit_as_well_and_a_dash_means_standard_output(tmp_path):
    assert Output(".html").convert("A.HTML", None, None).name == "A.HTML"
    assert str(Output(".jsonl", allow_dash=True).convert("-", None, None)) == "-"


def test_a_chart_option_takes_what_a_chart_can_be_written_as():
    assert sorted(CHART.endings) == sorted(SUFFIXES)


def test_the_library_too_refuses_to_write_a_page_into_a_pdf(pie, tmp_path):
    with pytest.raises(WinsetError, match=r"out\.pdf: the report must end in \.html or \.htm"):
        write_report(tmp_path / "out.pdf", pie)
    assert not list(tmp_path.iterdir())
