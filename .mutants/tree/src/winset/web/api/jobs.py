"""The interface to work that takes seconds: how far it is, and stopping it."""

import time
from dataclasses import dataclass

from starlette.requests import Request

from winset.web.api.declarations import Endpoint
from winset.web.forecasts.jobs import Job, Jobs, State

GROUP = "work in progress"


@dataclass(frozen=True, slots=True, kw_only=True)
class JobResponse:
    """How far a piece of work is.

    Attributes:
        title: what is computed.
        share: done so far, in [0, 1]; an estimate.
        seconds: since it was asked for.
        error: why it failed; empty otherwise.
    """

    id: str
    title: str
    state: State
    share: float
    seconds: float
    error: str


def job_response(job: Job) -> JobResponse:
    """Return how far ``job`` is."""
    return JobResponse(
        id=job.id,
        title=job.title,
        state=job.state,
        share=round(job.share, 3),
        seconds=round(time.monotonic() - job.begun, 1),
        error="" if job.error is None else str(job.error),
    )


def jobs_of(request: Request) -> Jobs:
    """Return the jobs of the workbench that got ``request``."""
    jobs: Jobs = request.app.state.views.jobs
    return jobs


async def read_job(request: Request) -> JobResponse:
    """Return how far the work is."""
    return job_response(jobs_of(request).find(request.path_params["job"]))


async def stop_job(request: Request) -> JobResponse:
    """Let the work end at its next pause."""
    return job_response(jobs_of(request).stop(request.path_params["job"]))


ENDPOINTS = (
    Endpoint(method="GET", path="/api/jobs/{job}", call=read_job, group=GROUP,
             summary="How far a piece of work is", refuses=(404,)),
    Endpoint(method="DELETE", path="/api/jobs/{job}", call=stop_job, group=GROUP,
             summary="Let a piece of work end", refuses=(404,)),
)  # fmt: skip
