"""Mutation testing: change one thing in the package, and see whether its tests notice.

python benchmarks/mutants.py [PACKAGE ...] [--count 200] [--seed 1] [--again] [--list] [--table]

A seeded sample of a package's mutants is tried, each in a forked process in which the code of one
function has been exchanged; only the tests that call this function run, until one fails. Results
are kept in out/mutants, a line each: a run that was stopped goes on where it was. `--list` prints
the survivors, `--table` writes the scores into benchmarks/README.md. Mutants that no test can tell
from the original, by judgement, stand with their reason in benchmarks/equivalent.json.

Tests that start processes of their own do not see a mutant there, so they are not counted on.
"""

import argparse
import ast
import contextlib
import copy
import hashlib
import importlib
import json
import os
import pickle
import random
import select
import signal
import sys
import threading
import traceback
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src"
OUT = ROOT / "out" / "mutants"
README = ROOT / "benchmarks" / "README.md"
EQUIVALENT = ROOT / "benchmarks" / "equivalent.json"
BEGIN, END = "<!-- mutants -->\n", "<!-- end of mutants -->\n"
SLOWEST = 20  # seconds of processor time; a test that takes longer, being watched, is left out
DEAD = ("killed", "timeout")
PATIENCE = 20.0  # times what the tests of a function take without a mutant, and as many seconds


@dataclass(frozen=True)
class Package:
    """What is mutated, and the tests that should notice."""

    files: tuple[str, ...]
    tests: tuple[str, ...]
    environment: tuple[tuple[str, str], ...] = ()


PACKAGES = {
    "case": Package(
        files=("winset/case/**/*.py",),
        tests=("folder", "ranges", "naming", "expressions", "assumed", "asof",
               "cases", "checks", "effects", "excel", "games", "ledger", "writers"),
    ),
    "scores": Package(files=("winset/track_record/scores.py",), tests=("scores",)),
    "calibration": Package(files=("winset/forecast/calibration.py",), tests=("calibration",)),
    "web-server": Package(
        files=("winset/web/server/*.py",),
        tests=("web_security", "web_waiting", "web_opening", "web_cases"),
    ),
    "two-level": Package(
        files=("winset/models/two_level/*.py", "winset/models/kernels/two_level.py"),
        tests=("two_level", "agreement"),
        environment=(("NUMBA_DISABLE_JIT", "1"),),
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """One change: in ``function`` of ``file``, the ``number``-th of those that can be made there.

    Attributes:
        file: below the source folder.
        function: its qualified name.
        number: among the changes of the file, from 0.
        line: where, from 1.
        change: the source before and after.
    """

    file: str
    function: str
    number: int
    line: int
    change: str


_COMPARED: dict[type, type] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
_COMPUTED: dict[type, type] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.Mod: ast.Mult,
    ast.FloorDiv: ast.Mult, ast.Pow: ast.Mult, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
}  # fmt: skip


def changed_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what may stand in the place of ``node``, one thing changed each."""
    match node:
        case ast.Compare(ops=[op, *_]) if type(op) in _COMPARED:
            changed = copy.deepcopy(node)
            changed.ops[0] = _COMPARED[type(op)]()
            yield changed
        case ast.BinOp() | ast.AugAssign() if type(node.op) in _COMPUTED:
            changed = copy.deepcopy(node)
            changed.op = _COMPUTED[type(node.op)]()
            yield changed
        case ast.BoolOp():
            changed = copy.deepcopy(node)
            changed.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
            yield changed
        case ast.UnaryOp(op=ast.Not() | ast.USub()):
            yield copy.deepcopy(node.operand)
        case ast.Constant(value=bool(value)):
            yield ast.Constant(not value)
        case ast.Constant(value=int(value) | float(value)):
            yield ast.Constant(value + 1)
        case ast.Return(value=ast.expr() as value) if not isinstance(value, ast.Constant):
            yield ast.Return(ast.Constant(None))
        case ast.If() | ast.While() | ast.IfExp():
            changed = copy.deepcopy(node)
            changed.test = ast.UnaryOp(ast.Not(), changed.test)
            yield changed
        case ast.Break():
            yield ast.Continue()
        case ast.Continue():
            yield ast.Break()
        case ast.Expr(value=ast.Call() | ast.YieldFrom() | ast.Yield()):
            yield ast.Pass() if isinstance(node.value, ast.Call) else ast.Expr(ast.Constant(None))


class _Finder(ast.NodeTransformer):
    """Walk the bodies of functions; make the change ``wanted``, and note all that can be made."""

    def __init__(self, file: str, wanted: int = -1) -> None:
        self.file, self.wanted = file, wanted
        self.mutants: list[Mutant] = []
        self._names: list[str] = []
        self._functions: list[str] = []

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        self._names.append(node.name)
        node.body = [self.visit(child) for child in node.body]
        self._names.pop()
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.AST:
        qualified = ".".join([*self._names, node.name])
        self._names += [node.name, "<locals>"]
        self._functions.append(self._functions[0] if self._functions else qualified)
        # Decorators and defaults are evaluated once, when the module is imported.
        node.body = [self.visit(child) for child in node.body]
        self._functions.pop()
        del self._names[-2:]
        return node

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        if node.value is not None:
            node.value = self.visit(node.value)
        return node

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        return node  # wording is for people to judge

    def generic_visit(self, node: ast.AST) -> ast.AST:
        chosen: ast.AST | None = None
        for changed in changed_nodes(node) if self._functions else ():
            if len(self.mutants) == self.wanted:
                chosen = ast.copy_location(changed, node)
            before, after = (ast.unparse(n).splitlines()[0] for n in (node, changed))
            self.mutants.append(
                Mutant(
                    file=self.file, function=self._functions[-1], number=len(self.mutants),
                    line=node.lineno, change=f"{before} → {after}",
                )
            )  # fmt: skip
        if chosen is not None:
            return chosen
        return super().generic_visit(node)


def mutants_of(file: str, source: Path = SOURCE) -> list[Mutant]:
    """Return every mutant of ``file``, in the order of its text."""
    finder = _Finder(file)
    finder.visit(ast.parse((source / file).read_text("utf-8")))
    return finder.mutants


def mutated(mutant: Mutant, source: Path = SOURCE) -> CodeType:
    """Return the code of the module of ``mutant`` with its change."""
    tree = _Finder(mutant.file, mutant.number).visit(
        ast.parse((source / mutant.file).read_text("utf-8"))
    )
    return compile(ast.fix_missing_locations(tree), str(source / mutant.file), "exec")


def sample(files: list[str], *, count: int, seed: int, source: Path = SOURCE) -> list[Mutant]:
    """Return ``count`` mutants of ``files``, the same for the same seed and sources."""
    every = [mutant for file in sorted(files) for mutant in mutants_of(file, source)]
    return random.Random(seed).sample(every, min(count, len(every)))


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _codes(inner)


def _functions(module: Any) -> Iterator[Any]:
    """Yield the functions of a module and of its classes, without their decorators."""
    waiting = list(vars(module).values())
    while waiting:
        value = waiting.pop()
        if isinstance(value, type) and value.__module__ == module.__name__:
            waiting += vars(value).values()
        for name in ("__wrapped__", "__func__", "fget", "callback", "py_func", "func"):
            with contextlib.suppress(Exception):
                waiting.append(inspect_static(value, name))
        if isinstance(getattr(value, "__code__", None), CodeType):
            yield value


def inspect_static(value: Any, name: str) -> Any:
    """Return an attribute that stands on ``value`` itself; raise where it does not."""
    if isinstance(value, (staticmethod, classmethod, property)):
        return object.__getattribute__(value, name)
    return vars(value)[name]


def install(mutant: Mutant, source: Path = SOURCE) -> bool:
    """Exchange the code of the function of ``mutant`` in this process; return whether it could."""
    name = mutant.file.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
    module = importlib.import_module(name)
    code = {c.co_qualname: c for c in _codes(mutated(mutant, source))}.get(mutant.function)
    done = False
    for function in _functions(module):
        if function.__code__.co_qualname == mutant.function and code is not None:
            function.__code__ = code
            done = True
    return done


class _TooSlowError(BaseException):
    """A test takes too long to be run for every mutant."""


def _too_slow(*_: object) -> None:
    raise _TooSlowError


class _Watch:
    """A pytest plugin: which functions of some files each test calls, and how long it takes."""

    def __init__(self, files: set[str]) -> None:
        self.calls: dict[str, set[tuple[str, str]]] = defaultdict(set)
        self.seconds: dict[str, float] = {}
        self.failed: list[str] = []
        self.slow: list[str] = []
        self._files, self._test = files, ""

    def _profile(self, frame: FrameType, event: str, _: object) -> None:
        code = frame.f_code
        if event == "call" and code.co_filename in self._files:
            name = code.co_qualname.split(".<locals>")[0]
            self.calls[self._test].add((code.co_filename, name))

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self._test = nodeid
        signal.signal(signal.SIGPROF, _too_slow)
        signal.setitimer(signal.ITIMER_PROF, SLOWEST)  # of this process, whatever else runs
        threading.setprofile(self._profile)
        sys.setprofile(self._profile)

    def pytest_runtest_logreport(self, report: Any) -> None:
        self.seconds[report.nodeid] = self.seconds.get(report.nodeid, 0.0) + report.duration
        if "_TooSlowError" in str(report.longrepr):
            self.slow.append(report.nodeid)
        elif report.failed:
            self.failed.append(report.nodeid)

    def pytest_runtest_logfinish(self) -> None:
        signal.setitimer(signal.ITIMER_PROF, 0)
        sys.setprofile(None)
        threading.setprofile(None)  # type: ignore[arg-type]


def _in_child(work: Callable[[], Any], seconds: float | None = None) -> Any:
    """Return what ``work`` returns in a forked process; ``"timeout"`` where it takes too long."""
    read, write = os.pipe()
    child = os.fork()
    if not child:
        status = 1
        try:
            os.setsid()
            os.close(read)
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            log = os.open(OUT / "last.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(log, 1)
            os.dup2(log, 2)
            answer = pickle.dumps(work())
            with os.fdopen(write, "wb") as out:
                out.write(answer)
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(status)
    os.close(write)
    chunks: list[bytes] = []
    try:
        while select.select([read], [], [], seconds)[0]:
            chunk = os.read(read, 1 << 16)
            if not chunk:
                return pickle.loads(b"".join(chunks)) if chunks else "died"
            chunks.append(chunk)
        return "timeout"
    finally:
        os.close(read)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _pytest(words: list[str], plugin: object | None = None) -> int:
    import pytest

    options = [
        "-q",
        "-x",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
        "--rootdir",
        str(ROOT),
        "-W",
        "ignore::pytest.PytestAssertRewriteWarning",
    ]
    return int(pytest.main([*options, *words], plugins=[plugin] if plugin else []))


def _watched(tests: list[str], files: set[str]) -> _Watch:
    watch = _Watch(files)
    _pytest([*tests, "--maxfail=1000"], watch)
    watch.__dict__.pop("_files")
    return watch


def trial(mutant: Mutant, tests: list[str], seconds: float, source: Path = SOURCE) -> str:
    """Return what becomes of ``mutant``: ``killed``, ``timeout`` or ``survived``.

    Args:
        mutant: to be tried.
        tests: that call its function, the quickest first.
        seconds: after which it is taken to run for ever.
        source: where its file is.
    """
    if not tests:
        return "survived"

    def work() -> str:
        if not install(mutant, source):
            return "not installed"
        status = _pytest(tests)  # 1: a test failed; 2: a file of tests could not be imported
        return {0: "survived", 1: "killed", 2: "killed"}.get(status, f"status {status}")

    verdict = _in_child(work, seconds)
    return "killed" if verdict == "died" else str(verdict)


def _import_all(files: list[str], tests: list[str]) -> None:
    """Import once what every forked process needs."""
    for path in (str(ROOT), str(ROOT / "tests"), str(ROOT / "research")):
        if path not in sys.path:
            sys.path.append(path)
    for file in files:
        importlib.import_module(
            file.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
        )
    for name in ("pytest", "hypothesis", "numpy", "scipy.optimize", "click.testing", "jsonschema"):
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    _in_child(lambda: _pytest([*tests, "--collect-only"]))  # writes the byte code


def run(name: str, *, count: int, seed: int, again: bool = False) -> list[dict[str, Any]]:
    """Return a line for each mutant of the sample of package ``name``, tried now or before.

    With ``again`` survivors are tried once more.
    """
    package = PACKAGES[name]
    os.environ.update(dict(package.environment))
    files = sorted({str(p.relative_to(SOURCE)) for glob in package.files
                    for p in SOURCE.glob(glob)})  # fmt: skip
    tests = [str(path) for test in package.tests
             if (path := ROOT / "tests" / f"test_{test}.py").exists()]  # fmt: skip
    digest = hashlib.sha256(b"".join((SOURCE / file).read_bytes() for file in files)).hexdigest()
    OUT.mkdir(parents=True, exist_ok=True)
    kept = OUT / f"{name}-{seed}.jsonl"
    rows = [json.loads(line) for line in kept.read_text().splitlines()] if kept.exists() else []
    rows = [row for row in rows if row["sources"] == digest]
    if again:
        rows = [row for row in rows if row["verdict"] in DEAD]
    tried = {(row["file"], row["number"]) for row in rows}
    chosen = sample(files, count=count, seed=seed)
    left = [mutant for mutant in chosen if (mutant.file, mutant.number) not in tried]
    print(f"{name}: {len(chosen)} mutants, {len(left)} to try", flush=True)
    if left:
        _import_all(files, tests)
        watch = _in_child(lambda: _watched(tests, {str(SOURCE / file) for file in files}))
        if isinstance(watch, str) or not watch.calls:
            raise SystemExit(f"{name}: its tests do not run; {OUT / 'last.log'} says why")
        unfit = {*watch.slow, *watch.failed}  # these need a terminal of their own, or too long
        if unfit:
            print(f"  left out, slow or not to be run in a fork: {', '.join(unfit)}", flush=True)
        with kept.open("w") as out:
            out.writelines(json.dumps(row) + "\n" for row in rows)
            for mutant in left:
                place = (str(SOURCE / mutant.file), mutant.function)
                own = [test for test, calls in watch.calls.items()
                       if place in calls and test not in unfit]  # fmt: skip
                own.sort(key=lambda test: watch.seconds.get(test, 0.0))
                usual = sum(watch.seconds.get(test, 0.0) for test in own)
                verdict = trial(mutant, own, PATIENCE * (1.0 + usual))
                row = {**asdict(mutant), "verdict": verdict, "tests": len(own), "sources": digest}
                rows.append(row)
                out.write(json.dumps(row) + "\n")
                out.flush()
                print(f"  {verdict}: {mutant.file}:{mutant.line} {mutant.change}", flush=True)
    wanted = {(mutant.file, mutant.number) for mutant in chosen}
    return [row for row in rows if (row["file"], row["number"]) in wanted]


def is_equivalent(row: dict[str, Any]) -> bool:
    """Whether the mutant is judged to behave as the original does."""
    judged = json.loads(EQUIVALENT.read_text("utf-8")) if EQUIVALENT.exists() else []
    key = (row["file"], row["function"], row["change"])
    return key in {(entry["file"], entry["function"], entry["change"]) for entry in judged}


def table(results: dict[str, list[dict[str, Any]]], seed: int) -> str:
    """Return the scores in Markdown."""
    lines = [
        "| package | mutants | killed | survived | equivalent, by judgement | score |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for name, rows in results.items():
        survivors = [row for row in rows if row["verdict"] not in DEAD]
        same = sum(is_equivalent(row) for row in survivors)
        killed = len(rows) - len(survivors)
        share = f"{100 * killed / (len(rows) - same):.0f} %" if len(rows) > same else "–"
        lines.append(
            f"| `{name}` | {len(rows)} | {killed} | {len(survivors) - same} | {same} | {share} |"
        )
    return "\n".join([*lines, "", f"Seed {seed}.", ""])


def main() -> None:
    """Try the mutants that the command line asks for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("packages", nargs="*", metavar="PACKAGE", help=", ".join(PACKAGES))
    parser.add_argument("--count", type=int, default=200, help="mutants of a package (200)")
    parser.add_argument("--seed", type=int, default=1, help="of the sample (1)")
    parser.add_argument("--again", action="store_true", help="try survivors once more")
    parser.add_argument("--list", action="store_true", help="print the survivors")
    parser.add_argument("--table", action="store_true", help="write the scores into the README")
    words = parser.parse_args()
    if unknown := [name for name in words.packages if name not in PACKAGES]:
        raise SystemExit(f"no package {', '.join(unknown)}; known: {', '.join(PACKAGES)}")
    results: dict[str, list[dict[str, Any]]] = {}
    for name in words.packages or PACKAGES:
        # Each in a process of its own: what it imports must not be seen by the next.
        results[name] = (
            run(name, count=words.count, seed=words.seed, again=words.again)
            if len(words.packages) == 1
            else _alone(name, count=words.count, seed=words.seed, again=words.again)
        )
    print(table(results, words.seed))
    if words.list:
        for row in (row for rows in results.values() for row in rows):
            if row["verdict"] not in DEAD and not is_equivalent(row):
                print(f"{row['file']}:{row['line']} {row['function']}: {row['change']}")
    if words.table:
        page = README.read_text("utf-8")
        before, rest = page.split(BEGIN, 1)
        text = before + BEGIN + "\n" + table(results, words.seed) + "\n" + END
        README.write_text(text + rest.split(END, 1)[1], "utf-8")


def _alone(name: str, *, count: int, seed: int, again: bool) -> list[dict[str, Any]]:
    import subprocess

    command = [sys.executable, __file__, name, "--count", str(count), "--seed", str(seed)]
    command += ["--again"] * again
    status = subprocess.run(command, cwd=ROOT).returncode
    if status:
        raise SystemExit(status)
    return run(name, count=count, seed=seed)


if __name__ == "__main__":
    main()
