"""Chunks solved by other processes: the same bytes, whatever becomes of the processes."""

import logging
import os
import signal
import socket
import sys
from dataclasses import dataclass
from typing import ClassVar

import pytest
from click.testing import CliRunner

from builders import line_case
from winset.cli import cli
from winset.errors import WinsetError
from winset.errors.installing import install_command
from winset.forecast import cluster as clusters
from winset.forecast import forecast
from winset.forecast.cluster import connect
from winset.forecast.forecast import make_forecast
from winset.forecast.tasks import CHUNK
from winset.models import Constant, Mean, NashBargaining

distributed = pytest.importorskip("distributed", reason="needs the extra “cluster”")

ROWS = [("a", "10..20..60", 50, 100), ("b", "50 to 90", "10 to 20", 50)]
CASE = line_case(ROWS, reversion="0..5..10")
DRAWS = 12 * CHUNK + 11  # the last chunk a short one


@dataclass(frozen=True)
class Deadly:
    """Ends every process but the one that the test runs in."""

    name: ClassVar[str] = "deadly"
    idea: ClassVar[str] = "kills whoever asks"
    random: ClassVar[bool] = False
    spared: int

    def solve(self, batch):
        if os.getpid() != self.spared:
            os._exit(1)
        return Constant().solve(batch)


class Solved(distributed.SchedulerPlugin):
    """Counts what the workers have finished."""

    def __init__(self):
        self.count = 0

    def transition(self, key, start, finish, *args, **kwargs):
        self.count += start == "processing" and finish == "memory"


@pytest.fixture(scope="module")
def cluster():
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0",
        silence_logs=logging.CRITICAL,
    ) as started:  # fmt: skip
        yield started


@pytest.fixture
def added_up(monkeypatch):
    monkeypatch.setattr(forecast, "MOST_KEPT", CHUNK)


def saved(made, path):
    made.save(path)
    return path.read_bytes()


def test_a_worker_that_is_killed_costs_its_chunks_and_changes_no_byte(cluster, added_up, tmp_path):
    run = {"draws": DRAWS, "seed": 5}
    alone = saved(make_forecast(CASE, NashBargaining(), **run), tmp_path / "alone")
    solved, seen = Solved(), []
    cluster.scheduler.add_plugin(solved)
    victim = next(iter(cluster.workers.values()))
    before = victim.pid

    def progress(done):
        seen.append(done)
        if len(seen) == 3:
            os.kill(before, signal.SIGKILL)

    with connect(cluster.scheduler_address) as workers:
        made = make_forecast(CASE, NashBargaining(), **run, workers=workers, progress=progress)
    assert made.tally is not None
    assert saved(made, tmp_path / "together") == alone
    assert seen == [*range(CHUNK, 12 * CHUNK + 1, CHUNK), DRAWS]
    assert victim.pid != before, "the worker that was killed is another process by now"
    # One task more hands the case round. What the dead had finished and still held is done again.
    assert 14 <= solved.count <= 14 + 4


def test_a_forecast_that_keeps_its_draws_is_the_same_too(cluster, tmp_path):
    draws = CHUNK + 5
    alone = saved(make_forecast(CASE, Mean(), draws=draws), tmp_path / "alone")
    with connect(cluster.scheduler_address) as workers:
        made = make_forecast(CASE, Mean(), draws=draws, workers=workers)
    assert saved(made, tmp_path / "together") == alone
    assert made.draws == len(made.settlement) == draws


def test_processes_of_this_machine_are_started_for_the_run(added_up, tmp_path):
    words = ["forecast", "iran-nuclear-2015", "--model", "mean", "--draws", str(CHUNK + 1)]
    said = [
        CliRunner().invoke(cli, [*words, "--save", str(tmp_path / name), *more])
        for name, more in (("alone.npz", []), ("together.npz", ["--cluster", "local:1"]))
    ]
    assert [done.exit_code for done in said] == [0, 0], said[1].output
    assert said[0].output.replace("alone", "together") == said[1].output
    assert (tmp_path / "alone.npz").read_bytes() == (tmp_path / "together.npz").read_bytes()


def test_what_a_model_says_of_the_case_comes_back_as_it_was_said(cluster):
    bare = line_case(ROWS)
    with pytest.raises(WinsetError) as alone:
        make_forecast(bare, NashBargaining(), draws=10)
    with connect(cluster.scheduler_address) as workers, pytest.raises(WinsetError) as together:
        make_forecast(bare, NashBargaining(), draws=10, workers=workers)
    assert str(together.value) == str(alone.value)


def test_a_chunk_that_kills_whoever_solves_it_is_given_up(cluster, monkeypatch):
    monkeypatch.setattr(cluster.scheduler, "allowed_failures", 0)
    with (
        connect(cluster.scheduler_address) as workers,
        pytest.raises(WinsetError, match="a chunk has cost several workers their lives"),
    ):
        make_forecast(CASE, Deadly(os.getpid()), draws=CHUNK, workers=workers)


@pytest.mark.parametrize("place", ["", "locally", "local:0", "host:8786", "ftp://host:1", "local:"])
def test_a_place_that_is_no_cluster_is_refused_in_words(place):
    with (
        pytest.raises(WinsetError, match="must be “local”, “local:4” or an address"),
        connect(place),
    ):
        pass


def test_nobody_at_the_address_is_said(monkeypatch):
    monkeypatch.setattr(clusters, "PATIENCE", 0.2)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        place = f"tcp://127.0.0.1:{taken.getsockname()[1]}"
        done = CliRunner().invoke(cli, ["forecast", "iran-nuclear-2015", "--cluster", place])
    assert done.exit_code == 1
    assert f"error: {place}: no Dask scheduler with a worker there" in done.output


def test_without_dask_the_extra_to_install_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    done = CliRunner().invoke(cli, ["forecast", "iran-nuclear-2015", "--cluster", "local"])
    assert done.exit_code == 1
    assert install_command("cluster") in done.output


@pytest.mark.parametrize(
    ("there", "said"), [("0.0.9", "has 0.0.9"), (ImportError("winset"), "has none")]
)
def test_a_worker_with_another_version_is_refused(there, said):
    class Elsewhere:
        def run(self, *words, **options):
            return {"tcp://here:1": clusters.version("winset"), "tcp://there:2": there}

    with pytest.raises(WinsetError, match=f"the one at tcp://there:2 {said}"):
        make_forecast(CASE, Mean(), draws=9, workers=clusters._Dask(Elsewhere(), "tcp://x:1"))
    with pytest.raises(WinsetError, match=r"a worker has winset .*; the forecast is made by 9\.9"):
        clusters._solve(None, 0, "9.9")
