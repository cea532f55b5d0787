"""The recipes work as written, for a reader who follows only them, in an environment of their own.

A block with a title is a file to be saved under it; a console block is typed. `pip install FOLDER`
builds the folder by the backend that it names and unpacks the wheel, since nothing is downloaded.
"""

import re
import shlex
import shutil
import subprocess
import sysconfig
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from pages import ROOT, matches
from wheel import build_wheel, clean_environment, install, make_environment

RECIPES = sorted((ROOT / "docs" / "recipes").glob("*.md"))
_BLOCK = re.compile(
    r'^```(?P<kind>\w+)(?: title="(?P<title>[^"]+)")?\n(?P<text>.*?)^```', re.M | re.S
)
_COMMAND = re.compile(r"^\$ ([^\n]*)\n?(.*?)(?=^\$ |\Z)", re.M | re.S)
# What a page of the workbench must show once the view of the recipe is installed.
LOOK = """
import sys
from pathlib import Path
from starlette.testclient import TestClient
from winset.web.server.app import make_app
with TestClient(make_app(Path("."), token="t"), base_url="http://127.0.0.1") as client:
    client.get("/enter", params={"token": "t"})
    page = client.get("/cases/shipped/iran-nuclear-2015/" + sys.argv[1])
    print(page.status_code, page.text)
"""


@dataclass
class Reader:
    """Somebody with a Python of their own and an empty folder."""

    python: Path
    folder: Path

    def save(self, name, text):
        """Save a file as the page says."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def type(self, line):
        """Return the exit status of a command and what it printed."""
        program, *words = shlex.split(line, comments=True)
        if program == "pip":
            assert words[0] == "install" and len(words) == 2
            self.install(self.folder / words[1])
            return 0, ""
        if program == "winset" and words[0] == "serve":
            return 0, ""  # tests/test_docs.py starts it; `look` asks for the page
        module = {"winset": ["-m", "winset"], "pytest": ["-m", "pytest"], "python": []}[program]
        return self.run(*module, *words)

    def run(self, *words):
        """Return the exit status of Python with these arguments and what it printed."""
        done = subprocess.run(
            [str(self.python), *words], cwd=self.folder, text=True, check=False,
            env=clean_environment(COLUMNS="80", PYTHONWARNINGS="error::DeprecationWarning"),
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        return done.returncode, done.stdout

    def install(self, source):
        """Put the package in ``source`` into the environment."""
        wheel = build_wheel(self.folder / "wheels", source)
        base = {"base": str(self.python.parents[1])}
        packages = sysconfig.get_paths(scheme="venv", vars=base)["purelib"]
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(packages)

    def look(self, path):
        """Return a page of the workbench on the shipped nuclear case."""
        status, printed = self.run("-c", LOOK, path)
        assert status == 0, printed
        return printed


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """An environment with winset as a wheel, for all recipes together."""
    folder = tmp_path_factory.mktemp("recipes")
    python = make_environment(folder / "environment")
    install(build_wheel(folder / "wheel"), folder / "environment")
    return python


def follow(page, reader):
    """Do what ``page`` says, in its order, and compare what it shows."""
    count = 0
    for block in _BLOCK.finditer(page.read_text()):
        if block["title"]:
            reader.save(block["title"], block["text"])
        elif block["kind"] == "console":
            for line, output in _COMMAND.findall(block["text"]):
                status, printed = reader.type(line)
                assert status == 0, f"{line}\n{printed}"
                if output.strip() and not line.startswith("winset serve"):
                    assert matches(output, printed), f"{line}\n{printed}"
                count += 1
        else:
            pytest.fail(
                f"{page.name}: a block that is neither saved nor typed: {block['text'][:60]}"
            )
    assert count, "a recipe has commands"


@pytest.mark.parametrize("page", RECIPES, ids=lambda page: page.stem)
def test_a_reader_who_follows_only_the_recipe_ends_with_something_that_works(
    page, environment, tmp_path
):
    reader = Reader(environment, tmp_path)
    follow(page, reader)
    if page.stem == "model":
        assert "strongest" in reader.look("views/models?draws=20")
    if page.stem == "format":
        assert (tmp_path / "note.md").read_bytes() == (tmp_path / "other.md").read_bytes()
        assert "Markdown note" in reader.look("exports")
    if page.stem == "chart":
        assert (tmp_path / "spread.svg").read_text().startswith("<svg")
        assert (tmp_path / "spread-narrow.png").read_bytes().startswith(b"\x89PNG")
    if page.stem == "view":
        shown = reader.look("views/loose")
        assert shown.startswith("200 ") and "is coded most loosely" in shown
        assert "Loose coding" in reader.look("views")


def test_there_is_a_recipe_for_each_of_the_four_doors():
    assert [page.stem for page in RECIPES] == ["chart", "format", "model", "view"]


def test_a_recipe_that_shows_something_else_would_be_noticed(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("```console\n$ python -c 'print(1)'\n2\n```\n")
    with pytest.raises(AssertionError):
        follow(page, Reader(Path(shutil.which("python3")), tmp_path))
