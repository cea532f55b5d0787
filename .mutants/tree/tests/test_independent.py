"""Independent tasks: the same results on one core, in processes and on a cluster, whoever dies."""

import json
import logging
import os
import pickle
import signal
import socket
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from any_decisions import made_up
from builders import line_case
from winset.case.folder import write_case
from winset.case.shipped import open_case
from winset.cli import cli
from winset.errors import WinsetError
from winset.errors.installing import install_command
from winset.evidence.intake import take_in
from winset.evidence.reading.ahead import ReadAhead, ReadTask, known_of
from winset.evidence.reading.reader import HERE
from winset.explain.sensitivity import measure_sensitivity
from winset.explain.structural_range import structural_range
from winset.forecast import independent
from winset.forecast.forecast import make_forecast
from winset.forecast.independent import check_workers, open_workers, run_independent
from winset.models import NashBargaining, TwoLevel

ROWS = [("a", "10..20..60", 50, 100), ("b", "50 to 90", "10 to 20", 50)]
CASE = line_case(ROWS, reversion="0..5..10")


def forecast_bytes(seed):
    made = make_forecast(CASE, NashBargaining(), draws=200, seed=seed)
    return made.settlement.tobytes() + made.agreement.tobytes()


def own_process(_=0):
    return os.getpid()


def refuse(reason):
    raise WinsetError(reason)


@dataclass(frozen=True)
class Deadly:
    """Kills every process but the one that it was made in; if ``once``, only the first."""

    spared: int
    once: str = ""

    def __call__(self):
        if os.getpid() != self.spared and not (self.once and Path(self.once).exists()):
            if self.once:
                Path(self.once).touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return b"alive"


FORECASTS = [partial(forecast_bytes, seed) for seed in range(12)]


@pytest.fixture(scope="module")
def processes():
    """Two processes, started once."""
    with open_workers("2") as opened:
        yield opened


@pytest.fixture(scope="module")
def cluster():
    distributed = pytest.importorskip("distributed", reason="needs the extra “cluster”")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0",
        silence_logs=logging.CRITICAL,
    ) as started:  # fmt: skip
        yield started


def test_two_processes_give_the_bytes_of_one_in_order_though_one_of_them_is_killed(
    processes, tmp_path
):
    alone = list(run_independent(FORECASTS))
    deadly = Deadly(os.getpid(), once=str(tmp_path / "killed"))
    results = list(processes.run([FORECASTS[0], FORECASTS[1], deadly, *FORECASTS[2:]]))
    assert (tmp_path / "killed").exists()
    assert results.pop(2) == b"alive"
    assert results == alone
    pids = set(processes.run([own_process] * 8))
    assert os.getpid() not in pids and 1 <= len(pids) <= 2


def test_a_cluster_gives_the_bytes_of_one_process_though_a_worker_is_killed(cluster):
    alone = list(run_independent(FORECASTS))
    victim = next(iter(cluster.workers.values()))
    before, results = victim.pid, []
    for result in run_independent(FORECASTS, workers=cluster.scheduler_address):
        results.append(result)
        if len(results) == 3:
            os.kill(before, signal.SIGKILL)
    assert results == alone
    assert victim.pid != before, "the worker that was killed is another process by now"


def test_what_a_task_says_comes_back_as_it_was_said(processes):
    with pytest.raises(WinsetError, match="no such thing"):
        list(processes.run([own_process, partial(refuse, "no such thing")]))
    assert len(list(processes.run([own_process] * 3))) == 3, "the others go on"


def test_a_task_that_kills_whoever_runs_it_is_given_up(processes):
    with pytest.raises(WinsetError, match="has cost 3 worker processes their lives"):
        list(processes.run([own_process, Deadly(os.getpid())]))


@pytest.mark.parametrize("workers", ["", "two", "0", "-1", "local:2", "host:8786", "ftp://host:1"])
def test_workers_that_are_none_are_refused_in_words(workers):
    with pytest.raises(WinsetError, match="must be a number of processes, such as 4, or the add"):
        check_workers(workers)


def test_nobody_at_the_address_is_said(monkeypatch):
    pytest.importorskip("distributed", reason="needs the extra “cluster”")
    monkeypatch.setattr(independent, "PATIENCE", 0.2)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        place = f"tcp://127.0.0.1:{taken.getsockname()[1]}"
        done = CliRunner().invoke(cli, ["sensitivity", "iran-nuclear-2015", "--workers", place])
    assert done.exit_code == 1
    assert f"error: {place}: no Dask scheduler with a worker there" in done.output


def test_without_dask_the_extra_to_install_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(WinsetError) as said:
        list(run_independent(FORECASTS, workers="tcp://127.0.0.1:1"))
    assert install_command("cluster") in str(said.value)


@pytest.mark.parametrize(
    ("other", "said"), [("0.0.9", "has 0.0.9"), (ImportError("winset"), "has none")]
)
def test_a_worker_with_another_version_is_refused(other, said):
    class Elsewhere:
        def run(self, *words, **options):
            return {"tcp://here:1": independent.version("winset"), "tcp://there:2": other}

    with pytest.raises(WinsetError, match=f"the one at tcp://there:2 {said}"):
        independent._check_versions(Elsewhere(), "tcp://x:1")
    with pytest.raises(WinsetError, match=r"a worker has winset .*; 9\.9 sent the task"):
        independent._call(own_process, "9.9")


def same_result(one, other):
    return repr(one) == repr(other)


def test_a_sensitivity_analysis_and_a_structure_grid_are_the_same_in_two_processes(
    processes, monkeypatch
):
    from contextlib import contextmanager

    case = open_case("iran-nuclear-2015")

    def measured():
        sensitivity = measure_sensitivity(case, TwoLevel(), draws=16, counted=100, workers="2")
        forecast = make_forecast(case, TwoLevel(), draws=100)
        return sensitivity, structural_range(case, forecast, draws=50, workers="2")

    @contextmanager
    def opened(workers):
        assert workers in ("2", None)
        yield processes

    import winset.explain.sensitivity.analysis as analysis

    monkeypatch.setattr(independent, "open_workers", opened)
    monkeypatch.setattr(analysis, "open_workers", opened)
    together = measured()

    @contextmanager
    def here(workers):
        yield independent.ThisProcess()

    monkeypatch.setattr(independent, "open_workers", here)
    monkeypatch.setattr(analysis, "open_workers", here)
    alone = measured()
    assert all(map(same_result, together, alone))


def test_the_commands_take_workers_and_print_the_same(tmp_path):
    table = tmp_path / "table.csv"
    table.write_text(made_up(4, 2, seed=2))
    words = ["backtest", str(table), "--models", "mean,nash", "--draws", "100", "--json"]
    outputs = [CliRunner().invoke(cli, [*words, *more]) for more in ([], ["--workers", "2"])]
    assert [done.exit_code for done in outputs] == [0, 0], outputs[1].output
    assert outputs[0].output == outputs[1].output
    assert json.loads(outputs[0].output)["rows"]


@pytest.mark.parametrize("option", ["--cluster", "--resume"])
def test_options_that_went_say_what_stands_in_their_place(option):
    done = CliRunner().invoke(cli, ["forecast", "emission-standards", option, "local:2"])
    assert done.exit_code == 1
    assert f"{option} is gone" in done.output and "leave it out" in done.output
    assert option not in CliRunner().invoke(cli, ["forecast", "--help"]).output


TEXTS = {
    "one.txt": "Ann said on Monday that the pie must be 40.\n",
    "two.md": "# News\n\nBob rejected the pie. “Never,” said Bob.\n",
    "bad.txt": b"\xff\xfe\x00",
}


@pytest.mark.long
@pytest.mark.parametrize("again", [False, True])
def test_documents_are_taken_in_by_workers_as_by_one(tmp_path, pie, again, monkeypatch):
    pytest.importorskip("spacy", reason="needs the extra “evidence”")
    monkeypatch.chdir(tmp_path)
    files = tmp_path / "texts"
    files.mkdir()
    for name, text in TEXTS.items():
        (files / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    outputs = []
    for place, more in (("x1", []), ("x2", ["--workers", "2"])):
        write_case(pie, tmp_path / place)
        done = CliRunner().invoke(cli, ["add", place, str(files), *([] if again else more)])
        if again:
            done = CliRunner().invoke(cli, ["propose", place, *more])
        folder = tmp_path / place
        written = {
            p.relative_to(folder).as_posix(): p.read_bytes()
            for p in sorted(folder.rglob("*")) if p.is_file() and p.suffix != ".lock"
        }  # fmt: skip
        outputs.append((done.exit_code, done.output.replace(place, "x"), written))
    assert outputs[0][0] == outputs[1][0]
    assert outputs[0][1] == outputs[1][1]
    assert outputs[0][2].keys() == outputs[1][2].keys()
    for name, data in outputs[0][2].items():
        assert np.array_equal(data, outputs[1][2][name]), name
    assert any(name.startswith("documents/") for name in outputs[0][2])


def test_a_document_read_ahead_is_the_one_read_in_its_turn(tmp_path, pie):
    pytest.importorskip("spacy", reason="needs the extra “evidence”")
    known = known_of(pie)
    for name, text in TEXTS.items():
        data = text if isinstance(text, bytes) else text.encode()
        (tmp_path / name).write_bytes(data)
        task = ReadTask(name=str(tmp_path / name), path=tmp_path / name, case=known)
        task = pickle.loads(pickle.dumps(task))
        (read,) = run_independent([task])
        read = pickle.loads(pickle.dumps(read))
        intakes = []
        for reading in (HERE, ReadAhead(read, task, Refusing())):
            try:
                intakes.append(take_in(pie, data, task.name, reading=reading))
            except WinsetError as error:
                intakes.append(str(error))
        assert intakes[0] == intakes[1], name


class Refusing:
    """Reads nothing: what was read ahead must do."""

    def __getattr__(self, name):
        raise AssertionError(f"{name} was read again")
