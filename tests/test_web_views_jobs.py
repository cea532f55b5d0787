"""Work behind a page: begun once, in turns with forecasts or apart, stopped, failed, ended."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from any_decisions import made_up
from winset.errors import CaseError, Problem, WinsetError
from winset.web.forecasts.compute import Compute
from winset.web.forecasts.jobs import MOST_WAITING, SlowWork
from winset.web.forecasts.worker_process import WorkerDiedError, WorkerFailedError, WorkerProcess
from workbench import a_folder, entered


def without_end():
    """Return an event that work sets once it runs, and that work, which ends only if stopped."""
    begun = threading.Event()

    def endless(progress):
        while True:
            begun.set()
            progress(0.1)

    return begun, endless


@pytest.fixture
def compute():
    made = Compute()
    yield made
    made.close()


def begin(compute, work, *, key="key", title="work"):
    return compute.jobs.begin("revision", key, work=work, title=title)


def test_work_that_is_stopped_ends_and_can_be_asked_for_again(compute):
    begun, endless = without_end()
    job = begin(compute, endless)
    assert begin(compute, endless) is job
    begun.wait()
    compute.jobs.stop(job.id)
    job.ended.result(timeout=10)
    assert job.state == "stopped"
    with pytest.raises(WinsetError, match="stopped"):
        job.outcome()
    other = begin(compute, lambda progress: 7)
    other.ended.result(timeout=10)
    assert other is not job and other.outcome() == 7


def test_a_result_is_held_by_the_cache_and_by_nothing_else(compute):
    calls = []

    def work(progress):
        calls.append(1)
        return "done"

    begin(compute, work).ended.result(timeout=10)
    held = begin(compute, work)
    assert held.outcome() == "done" and held.state == "done" and calls == [1]
    compute.cache.keep("revision", "key", "another")
    assert begin(compute, work).outcome() == "another"
    assert compute.jobs.begin("edited", "key", work=work, title="").ended.result(10) == "done"
    assert calls == [1, 1], "another revision is other work"


def test_a_forecast_need_not_wait_for_the_end_of_long_work(compute):
    pieces, turn = [], threading.Event()

    def long(progress):
        while not turn.is_set():
            pieces.append(1)
            progress(0.5)
        return "done"

    job = begin(compute, long)
    # Whoever stands in the queue meanwhile has its turn between two pieces.
    compute.submit(turn.set).result(timeout=10)
    job.ended.result(timeout=10)
    assert job.outcome() == "done" and pieces


def test_work_that_fails_says_why_and_leaves_the_thread_to_others(compute):
    def bad(progress):
        raise WinsetError("no such thing")

    job = begin(compute, bad)
    job.ended.result(timeout=10)
    assert job.state == "failed"
    with pytest.raises(WinsetError, match="no such thing"):
        job.outcome()
    assert begin(compute, bad) is job, "a page that asks again does not begin it again"
    assert compute.submit(lambda: 3).result(timeout=10) == 3


def test_the_end_of_the_workbench_ends_the_work():
    compute, (begun, endless) = Compute(), without_end()
    job = begin(compute, endless)
    begun.wait()
    compute.close()
    job.ended.result(timeout=10)
    assert job.state == "stopped"


def test_too_much_work_at_once_is_refused(compute):
    go = threading.Event()

    def waits(progress):
        go.wait()

    for k in range(MOST_WAITING):
        begin(compute, waits, key=k)
    with pytest.raises(WinsetError, match="Too much"):
        begin(compute, waits, key="one more")
    go.set()


# Work in a process of its own. The other process imports these functions from this file.


def where(value, progress):
    progress(0.5)
    print("what a library prints does not get in between")
    return os.getpid(), value


def endless(progress):
    while True:
        progress(0.25)


def refuse(progress):
    raise CaseError([Problem(where="here", required="this", found="that")])


def fail(progress):
    raise ZeroDivisionError("not foreseen")


def slow(function, *args, present=lambda found: found):
    return SlowWork(function=function, args=args, present=present)


@pytest.fixture(scope="module")
def process():
    made = WorkerProcess()
    yield made
    made.kill()


def test_a_function_runs_in_another_process_and_says_how_far_it_is(process):
    shares = []
    pid, value = process.run(where, [1, 2], progress=shares.append)
    assert pid == process.pid != os.getpid()
    assert value == [1, 2] and shares == [0.5]
    assert process.run(where, 3, progress=shares.append)[0] == pid, "it is kept"


def test_what_a_function_raises_comes_back(process):
    with pytest.raises(WinsetError, match="here: this; found that"):
        process.run(refuse, progress=print)
    with pytest.raises(WorkerFailedError, match="ZeroDivisionError: not foreseen"):
        process.run(fail, progress=print)


def test_a_process_that_is_killed_says_so_and_the_next_work_starts_another(process):
    process.run(where, 0, progress=print)
    before = process.pid

    def kill(share):
        os.kill(before, signal.SIGKILL)

    with pytest.raises(WorkerDiedError, match=r"ended before it was done \(signal 9\).*Ask again"):
        process.run(endless, progress=kill)
    assert process.run(where, 0, progress=print)[0] != before


def test_slow_work_is_a_job_that_can_be_followed_stopped_and_begun_again(compute):
    job = begin(compute, slow(endless))
    while not job.share and not job.ended.done():
        threading.Event().wait(0.01)
    assert (job.state, job.share) == ("running", 0.25)
    assert compute.submit(lambda: 3).result(timeout=10) == 3, "quick queries do not wait for it"
    compute.jobs.stop(job.id)
    job.ended.result(timeout=10)
    assert job.state == "stopped"
    other = begin(compute, slow(where, "x", present=lambda found: found[1]))
    other.ended.result(timeout=60)
    assert other is not job and other.outcome() == "x"


def test_a_crash_is_said_on_the_page_and_asking_again_begins_again(compute):
    job = begin(compute, slow(crash))
    job.ended.result(timeout=60)
    assert job.state == "failed"
    assert begin(compute, slow(crash)) is job, "the page that followed it is told"
    with pytest.raises(WinsetError, match=r"ended before it was done \(status 3\)"):
        job.outcome()
    assert begin(compute, slow(where, 1)) is not job


def crash(progress):
    os._exit(3)


def test_a_page_says_that_its_process_died_and_begins_again_when_asked_again(tmp_path):
    folder = a_folder(tmp_path)
    (folder / "long.csv").write_text(made_up(groups=1_000, each=1))
    address = "/backtest?table=long.csv&draws=5000"
    with entered(folder) as client:
        jobs = client.app.state.desk.compute.jobs
        assert 'id="job-share"' in client.get(address).text
        (first,) = jobs._by_id.values()
        while first.process is None or first.process.pid is None:
            threading.Event().wait(0.01)
        os.kill(first.process.pid, signal.SIGKILL)
        first.ended.result(timeout=60)
        assert first.state == "failed"
        page = client.get(address)
        assert page.status_code == 422 and "ended before it was done (signal 9)" in page.text
        assert 'id="job-share"' in client.get(address).text, "another one is started"
        second = list(jobs._by_id.values())[-1]
        assert second is not first
        jobs.stop(second.id)
        second.ended.result(timeout=60)
        assert second.state == "stopped" and second.process is None


def test_the_process_ends_with_the_one_that_started_it_even_in_the_middle_of_work():
    code = (
        "import os; from winset.web.forecasts.worker_process import WorkerProcess; "
        "from test_web_views_jobs import endless; process = WorkerProcess(); "
        "process.run(endless, progress=lambda share: os.kill(os.getpid(), 9))"
    )
    places = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
    # Standard error is inherited: `run` returns once every holder of it has ended.
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, env=places
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
