"""Work behind a page: begun once, in turns with forecasts, stopped, failed, ended."""

import threading

import pytest

from winset.errors import WinsetError
from winset.web.forecasts.forecast_thread import ForecastThread
from winset.web.forecasts.jobs import MOST_WAITING, Jobs


def without_end():
    """Return an event that work sets once it runs, and that work, which ends only if stopped."""
    begun = threading.Event()

    def endless(progress):
        while True:
            begun.set()
            progress(0.1)

    return begun, endless


def test_work_that_is_stopped_ends_and_can_be_asked_for_again():
    live = ForecastThread()
    jobs, (begun, endless) = Jobs(live), without_end()

    job = jobs.begin("key", endless, title="endless")
    assert jobs.begin("key", endless, title="again") is job
    begun.wait()
    jobs.stop(job.id)
    job.ended.result(timeout=10)
    assert job.state == "stopped"
    with pytest.raises(WinsetError, match="stopped"):
        job.outcome()
    other = jobs.begin("key", lambda progress: 7, title="again")
    other.ended.result(timeout=10)
    assert other is not job and other.outcome() == 7
    jobs.close()
    live.close()


def test_a_forecast_need_not_wait_for_the_end_of_long_work():
    live = ForecastThread()
    jobs, pieces, turn = Jobs(live), [], threading.Event()

    def long(progress):
        while not turn.is_set():
            pieces.append(1)
            progress(0.5)
        return "done"

    job = jobs.begin("key", long, title="long")
    # Whoever stands in the queue meanwhile has its turn between two pieces.
    live.submit(turn.set).result(timeout=10)
    job.ended.result(timeout=10)
    assert job.outcome() == "done" and pieces
    jobs.close()
    live.close()


def test_work_that_fails_says_why_and_leaves_the_thread_to_others():
    live = ForecastThread()
    jobs = Jobs(live)

    def bad(progress):
        raise WinsetError("no such thing")

    job = jobs.begin("key", bad, title="bad")
    job.ended.result(timeout=10)
    assert job.state == "failed"
    with pytest.raises(WinsetError, match="no such thing"):
        job.outcome()
    assert live.submit(lambda: 3).result(timeout=10) == 3
    jobs.close()
    live.close()


def test_the_end_of_the_workbench_ends_the_work():
    live = ForecastThread()
    jobs, (begun, endless) = Jobs(live), without_end()

    job = jobs.begin("key", endless, title="endless")
    begun.wait()
    jobs.close()
    live.close()
    job.ended.result(timeout=10)
    assert job.state == "stopped"


def test_too_much_work_at_once_is_refused():
    live = ForecastThread()
    jobs, go = Jobs(live), threading.Event()

    def waits(progress):
        go.wait()

    for k in range(MOST_WAITING):
        jobs.begin(k, waits, title="waits")
    with pytest.raises(WinsetError, match="Too much"):
        jobs.begin("one more", waits, title="waits")
    go.set()
    jobs.close()
    live.close()
