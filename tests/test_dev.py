"""The script that makes the environment: what it runs where, without making one."""

import ast
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import dev


@pytest.fixture
def commands(monkeypatch):
    """The commands that a job would run, as words."""
    lines = []
    monkeypatch.setattr(dev, "run", lambda *words, **_: lines.append([str(w) for w in words]))
    monkeypatch.setattr(dev, "prepare", lambda extras: None)
    monkeypatch.setattr(dev, "prepare_pages", lambda: None)
    return lines


def job(monkeypatch, *words):
    monkeypatch.setattr(sys, "argv", ["dev.py", *words])
    dev.main()


def pythons(folder, **answers):
    """Put commands ``python3.…`` into ``folder`` that answer so when asked for their version."""
    folder.mkdir()
    for name, answer in answers.items():
        path = folder / name.replace("_", ".")
        path.write_text(f"#!/bin/sh\n{answer}\n")
        path.chmod(0o755)


def test_it_needs_the_standard_library_only():
    tree = ast.parse(Path(dev.__file__).read_text())
    names = {
        alias.name if isinstance(node, ast.Import) else node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    assert {name.split(".")[0] for name in names} <= set(sys.stdlib_module_names)


def test_the_long_form_tells_pytest_and_asks_every_other_python_that_works(
    commands, monkeypatch, tmp_path
):
    own = f"{sys.version_info[0]}.{sys.version_info[1]}"
    other, shim, wrong = [v for v in ("3.11", "3.12", "3.13", "3.14") if v != own][:3]
    monkeypatch.setattr(dev, "OTHERS", (own, other, shim, wrong))
    pythons(
        tmp_path / "bin",
        **{f"python{own}": f"echo {own}", f"python{other}": f"echo {other}",
           f"python{shim}": "echo no such version >&2; exit 127", f"python{wrong}": "echo 3.9"},
    )  # fmt: skip
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    job(monkeypatch, "test", "--all")
    pytest_line = next(line for line in commands if "pytest" in line)
    assert "--all" in pytest_line
    after = commands[commands.index(pytest_line) + 1 :]
    assert after == [[str(tmp_path / "bin" / f"python{other}"), str(dev.ROOT / "dev.py"), "quick"]]


def test_the_short_form_asks_no_other_python(commands, monkeypatch):
    monkeypatch.setattr(dev, "find_others", lambda: pytest.fail("looked for others"))
    job(monkeypatch, "test")
    tools = {"ruff", "mypy", "pytest"}
    assert [w for line in commands for w in line if w in tools] == [
        "ruff",
        "ruff",
        "mypy",
        "pytest",
    ]


def test_the_quick_checks_are_tests_that_are_there_after_the_demo(commands, monkeypatch):
    job(monkeypatch, "quick")
    warm, demo, sample = commands
    assert "warm" in warm
    assert "iran-nuclear-2015" in demo
    files = [dev.ROOT / word for word in sample if word.startswith("tests/")]
    assert len(files) == len(dev.QUICK) and all(path.is_file() for path in files)


def test_an_unknown_job_is_answered_with_those_there_are(monkeypatch):
    with pytest.raises(SystemExit, match=r"demo\|test\|quick\|mutants"):
        job(monkeypatch, "demonstrate")


def test_a_test_marked_long_is_skipped_with_the_reason_unless_all_are_asked_for(pytestconfig):
    rules = [
        plugin.pytest_collection_modifyitems
        for plugin in pytestconfig.pluginmanager.get_plugins()
        if str(getattr(plugin, "__file__", "")) == str(Path(__file__).with_name("conftest.py"))
    ]
    for asked in (True, False):
        marks = []
        item = SimpleNamespace(
            get_closest_marker={"long": True}.get, add_marker=marks.append, path=Path("test_a.py")
        )
        config = SimpleNamespace(getoption={"--all": asked}.__getitem__)
        for rule in rules:
            rule(config, [item])
        assert [mark.kwargs["reason"] for mark in marks] == (
            [] if asked else ["a long form: --all runs it"]
        )


def test_the_quick_form_runs_the_tests_that_name_what_was_changed(tmp_path, monkeypatch):
    def file(name, text):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    file("src/winset/forecast/quantiles.py", "")
    file("tests/test_names_it.py", "from winset.forecast.quantiles import quantile\n")
    file("tests/test_does_not.py", "from winset.forecast.quantilesque import quantile\n")
    file("tests/test_in_pages_browser.py", "import winset.forecast.quantiles\n")
    file("tests/test_layers.py", "")
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    monkeypatch.setattr(dev, "ROOT", tmp_path)
    subprocess.run(["git", "-C", tmp_path, "add", "tests"], check=True)
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", "-C", tmp_path, *identity, "commit", "-qm", "tests"], check=True)
    assert dev.tests_of_changes() == ["tests/test_layers.py", "tests/test_names_it.py"]
    monkeypatch.setattr(dev, "MOST_FILES", 1)
    file(
        "tests/test_general.py",
        "from winset.case.model import Case\nfrom winset.forecast.quantiles import quantile\n",
    )
    assert "tests/test_general.py" in dev.tests_of_changes()  # it is new itself
    subprocess.run(["git", "-C", tmp_path, "add", "tests"], check=True)
    subprocess.run(["git", "-C", tmp_path, *identity, "commit", "-qm", "more"], check=True)
    assert dev.tests_of_changes() == ["tests/test_layers.py", "tests/test_names_it.py"]
    file("tests/test_does_not.py", "")
    assert "tests/test_does_not.py" in dev.tests_of_changes()


def test_the_quick_form_hands_pytest_the_files_and_no_word_of_its_own(commands, monkeypatch):
    monkeypatch.setattr(dev, "tests_of_changes", lambda: ["tests/test_layers.py"])
    job(monkeypatch, "test", "--quick", "-x")
    assert commands[-1][-4:] == ["-x", "-m", "not slow", "tests/test_layers.py"]
    assert not any("--quick" in words for words in commands)


def test_what_checks_the_pages_is_installed_once_for_each_lock_and_a_failure_only_skips_tests(
    tmp_path, monkeypatch, capfd
):
    (tmp_path / "package-lock.json").write_text("{}")
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "bin").mkdir()
    npm = tmp_path / "bin" / "npm"
    npm.write_text(f"#!/bin/sh\necho called >> {tmp_path}/calls\n")
    npm.chmod(0o755)
    monkeypatch.setattr(dev, "ROOT", tmp_path)
    monkeypatch.setenv("PATH", f"{npm.parent}:/usr/bin:/bin")
    for text in ("{}", "{}", '{"a": 1}'):
        (tmp_path / "package-lock.json").write_text(text)
        dev.prepare_pages()
    assert (tmp_path / "calls").read_text().count("called") == 2
    npm.write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "package-lock.json").write_text("[]")
    dev.prepare_pages()
    assert "their tests are skipped" in capfd.readouterr().out


def test_a_test_that_opens_a_browser_is_slow(pytestconfig):
    (rule,) = [
        plugin.pytest_collection_modifyitems
        for plugin in pytestconfig.pluginmanager.get_plugins()
        if str(getattr(plugin, "__file__", "")) == str(Path(__file__).with_name("conftest.py"))
    ]
    config = SimpleNamespace(getoption={"--all": True}.__getitem__)
    for name, expected in (("test_pages_browser.py", ["slow"]), ("test_pages.py", [])):
        marks = []
        rule(config, [SimpleNamespace(path=Path(name), add_marker=marks.append)])
        assert marks == expected


def test_the_weekly_round_hands_its_words_on(commands, monkeypatch):
    job(monkeypatch, "mutants", "case", "--count", "25")
    assert commands[-1][1:] == [
        str(dev.ROOT / "benchmarks" / "mutants.py"),
        "case",
        "--count",
        "25",
    ]
