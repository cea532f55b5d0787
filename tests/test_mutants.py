"""Mutation testing: what is changed, that a test which notices kills it, that a run goes on."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import mutants

TOY = '''"""A toy."""

LIMIT = 3


def inside(x: int, low: int = 0) -> bool:
    """Say whether it is inside."""
    if not low <= x:
        return False
    return x < LIMIT and f"{x + 1}" != ""


class Pair:
    """Two numbers."""

    def __init__(self, first: int) -> None:
        self.first = first

    @property
    def twice(self) -> int:
        """Twice the first."""
        return sum(self.first * k for k in (1, 1))
'''


TRIED = [
    "self.first * k → self.first / k", "x < LIMIT → x <= LIMIT", "not low <= x → low <= x",
    "return sum((self.first * k for k in (1, 1))) → return None",
]  # fmt: skip


@pytest.fixture
def source(tmp_path):
    (tmp_path / "toy.py").write_text(TOY)
    return tmp_path


def test_every_mutant_changes_one_thing_inside_a_function(source):
    every = mutants.mutants_of("toy.py", source)
    changes = {(mutant.function, mutant.change) for mutant in every}
    assert ("inside", "low <= x → low < x") in changes
    assert ("Pair.twice", "self.first * k → self.first / k") in changes
    numbers = {mutant.change for mutant in every if mutant.change[0].isdigit()}
    assert numbers == {"1 → 2"}  # of the sum; neither the limit, nor the default, nor the wording
    whole = ast.dump(ast.parse(TOY))
    codes = {mutants.mutated(mutant, source) for mutant in every}
    assert len(codes) == len(every)
    assert [mutant.number for mutant in every] == list(range(len(every)))
    assert ast.dump(ast.parse((source / "toy.py").read_text())) == whole


def test_the_same_seed_draws_the_same_sample(source):
    first, again, other = (
        mutants.sample(["toy.py"], count=5, seed=seed, source=source) for seed in (1, 1, 2)
    )
    assert first == again != other and len(set(first)) == 5


def test_a_mutant_lives_until_a_test_notices_it(source):
    program = f"""
import sys; from pathlib import Path
sys.path[:0] = [{str(source)!r}, {str(mutants.ROOT)!r}]
from benchmarks import mutants
mutants.OUT = Path({str(source)!r})
for mutant in mutants.mutants_of("toy.py", mutants.OUT):
    if mutant.change not in {TRIED!r}:
        continue
    tests = [str(mutants.OUT / "test_toy.py")]
    print(mutant.change, "|", mutants.trial(mutant, tests, 60.0, mutants.OUT))
print(mutants.trial(mutant, [], 60.0, mutants.OUT))
"""
    (source / "test_toy.py").write_text(
        "from toy import Pair, inside\n"
        "def test_it(): assert inside(2) and not inside(-1) and Pair(4).twice == 8\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    *lines, untested = done.stdout.splitlines()
    verdicts = dict(line.split(" | ") for line in lines)
    assert verdicts == {
        "self.first * k → self.first / k": "survived",  # by one it is the same
        "x < LIMIT → x <= LIMIT": "survived",  # the test does not ask for 3
        "not low <= x → low <= x": "killed",
        "return sum((self.first * k for k in (1, 1))) → return None": "killed",
    }
    assert untested == "survived"


def test_a_sample_that_was_tried_is_not_tried_again(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(mutants, "OUT", tmp_path)
    monkeypatch.setattr(mutants, "_import_all", lambda *_: None)
    watch = mutants._Watch(set())
    watch.calls["a test"] = set()
    monkeypatch.setattr(mutants, "_in_child", lambda *_: watch)
    tried = []
    monkeypatch.setattr(mutants, "trial", lambda mutant, *_: tried.append(mutant) or "killed")
    first = mutants.run("scores", count=4, seed=5)
    assert len(tried) == len(first) == 4
    assert mutants.run("scores", count=4, seed=5) == first and len(tried) == 4
    more = mutants.run("scores", count=6, seed=5)
    assert len(more) == 6 and len(tried) < 12
    monkeypatch.setattr(mutants, "trial", lambda mutant, *_: tried.append(mutant) or "survived")
    tried.clear()
    mutants.run("scores", count=7, seed=5)
    mutants.run("scores", count=7, seed=5, again=True)
    assert len(tried) == 2 and tried[0] == tried[1]  # the one that was new, and survived
    lines = (tmp_path / "scores-5.jsonl").read_text().splitlines()
    (tmp_path / "scores-5.jsonl").write_text(
        "\n".join(json.dumps({**json.loads(line), "sources": "of another day"}) for line in lines)
    )
    tried.clear()
    assert len(mutants.run("scores", count=4, seed=5)) == len(tried) == 4


def test_the_score_leaves_out_what_is_judged_to_be_the_same(monkeypatch, tmp_path):
    judged = {"file": "a.py", "function": "f", "change": "1 → 2"}
    (tmp_path / "equivalent.json").write_text(json.dumps([{**judged, "why": "never read"}]))
    monkeypatch.setattr(mutants, "EQUIVALENT", tmp_path / "equivalent.json")
    rows = [{**judged, "change": change, "verdict": verdict}
            for change, verdict in (("1 → 2", "survived"), ("2 → 3", "killed"),
                                    ("3 → 4", "timeout"), ("4 → 5", "survived"))]  # fmt: skip
    assert "| `x` | 4 | 2 | 1 | 1 | 67 % |" in mutants.table({"x": rows}, 3)


def test_every_judgement_has_a_reason_and_a_mutant_that_there_is():
    for entry in json.loads(mutants.EQUIVALENT.read_text("utf-8")):
        assert len(entry["why"]) > 10
        every = {(mutant.function, mutant.change) for mutant in mutants.mutants_of(entry["file"])}
        assert (entry["function"], entry["change"]) in every


@pytest.mark.parametrize("package", mutants.PACKAGES.values(), ids=mutants.PACKAGES)
def test_every_package_has_files_and_tests(package):
    assert all(list(mutants.SOURCE.glob(glob)) for glob in package.files)
    for name in package.tests:
        assert (Path(__file__).parent / f"test_{name}.py").exists()
