"""The loops of a worker: take a job, run it, report it; listen for stops; ping."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

from contract import DEFAULT_EXECUTION_TIMEOUT, Code
from exchange import NoAnswer, Request, Response
from gateway import Gateway, result_body
from retry import pauses, send_until_final

log = logging.getLogger("videoexpress.runner")

REPORT_PATIENCE = 120.0
"""Seconds a result is reported for at least, also when the job's own time is nearly over."""


@dataclass(frozen=True)
class Pace:
    """How often a gateway is asked at most, in seconds; a held poll needs no pause."""

    take: float = 6.5
    """From one take without a job to the next, so that an idle worker asks at most ten times a minute."""
    stop: float = 1.0
    """From one stop poll to the next."""
    refused: float = 5.0
    """After 429, as the SDK does."""


class Outbox:
    """The progress of one job on its way to the gateway: one post at a time, the newest first and the rest dropped."""

    def __init__(self, gateway: Gateway, job_id: str) -> None:
        self._gateway = gateway
        self._job_id = job_id
        self._newest: Any = None
        self._closed = False
        self._posting: asyncio.Task[None] | None = None

    def put(self, progress: Any) -> None:
        """Sends it, or leaves it for when the post before it is done."""
        if self._closed:
            return
        self._newest = progress
        if self._posting is None or self._posting.done():
            self._posting = asyncio.create_task(self._post())

    async def close(self) -> None:
        """Returns when no post is under way and none will follow."""
        self._closed = True
        if self._posting is not None:
            await asyncio.wait((self._posting,))

    async def _post(self) -> None:
        while self._newest is not None and not self._closed:
            progress, self._newest = self._newest, None
            try:
                await self._gateway.post(self._job_id, {"status": "IN_PROGRESS", "output": progress}, silence=5).send()
            except (NoAnswer, TypeError, ValueError) as error:
                log.info("job %s: progress not sent: %s", self._job_id, error)


@dataclass
class _Running:
    job_id: str
    task: asyncio.Task[Any]
    stopped: bool = False


class Runner:
    """Serves one job at a time until its task is cancelled, which also cancels the job and reports nothing of it."""

    def __init__(
        self,
        gateway: Gateway,
        handler: Callable[[Mapping[str, Any], Outbox], Coroutine[Any, Any, Any]],
        pace: Pace | None = None,
    ) -> None:
        self._gateway = gateway
        self._handler = handler
        self._pace = pace or Pace()
        self._running: _Running | None = None

    async def run(self) -> None:
        """Takes jobs, listens for stops and pings, for ever."""
        async with asyncio.TaskGroup() as loops:
            loops.create_task(self._take_jobs())
            loops.create_task(self._heed_stops())
            if self._gateway.ping_url is not None:
                loops.create_task(self._ping())

    async def _take_jobs(self) -> None:
        away = pauses(first=1.0, longest=self._pace.take)
        while True:
            asked_at = time.monotonic()
            answer = await _ask(self._gateway.take())
            jobs = _jobs_in(answer)
            for job in jobs:
                await self._do(job)
            if answer is None:
                await asyncio.sleep(next(away))
                continue
            away = pauses(first=1.0, longest=self._pace.take)
            if answer.status == 429:
                await asyncio.sleep(self._pace.refused)
            elif not jobs:
                await asyncio.sleep(max(0.0, asked_at + self._pace.take - time.monotonic()))

    async def _do(self, job: Mapping[str, Any]) -> None:
        job_id = job["id"]
        give_up_at = asyncio.get_running_loop().time() + _execution_timeout(job)
        outbox = Outbox(self._gateway, job_id)
        task = asyncio.create_task(self._handler(job, outbox))
        self._running = running = _Running(job_id, task)
        log.info("job %s: taken", job_id)
        try:
            await asyncio.wait((task,))
            await outbox.close()
            if running.stopped or task.cancelled():
                log.info("job %s: stopped, nothing is reported", job_id)
            else:
                await self._report(job_id, _outcome(task), give_up_at)
        finally:
            if not task.done():
                task.cancel()
                await asyncio.wait((task,))
            self._running = None

    async def _report(self, job_id: str, result: Any, give_up_at: float) -> None:
        try:
            request = self._gateway.post(job_id, result_body(result))
        except (TypeError, ValueError) as error:
            request = self._gateway.post(job_id, {"error": f"{Code.INTERNAL}: the result is not JSON: {error}"})
        until = max(give_up_at, asyncio.get_running_loop().time() + REPORT_PATIENCE)
        try:
            answer = await send_until_final(lambda: request, until=until, what=f"report of job {job_id}")
        except NoAnswer as error:
            log.error("job %s: not reported: %s", job_id, error)
            return
        log.log(
            logging.INFO if answer.status < 300 else logging.ERROR, "job %s: reported, HTTP %d", job_id, answer.status
        )

    async def _heed_stops(self) -> None:
        away = pauses(first=self._pace.stop, longest=self._pace.take)
        while True:
            asked_at = time.monotonic()
            answer = await _ask(self._gateway.stops())
            if answer is None:
                await asyncio.sleep(next(away))
                continue
            away = pauses(first=self._pace.stop, longest=self._pace.take)
            stops = _stops_in(answer)
            if self._running is not None and self._running.job_id in stops and not self._running.stopped:
                log.info("job %s: told to stop", self._running.job_id)
                self._running.stopped = True
                self._running.task.cancel()
            pause = self._pace.refused if answer.status == 429 else self._pace.stop
            await asyncio.sleep(max(0.0, asked_at + pause - time.monotonic()))

    async def _ping(self) -> None:
        while True:
            asked_at = time.monotonic()
            await _ask(self._gateway.ping(self._running.job_id if self._running else None))
            await asyncio.sleep(max(0.1, asked_at + self._gateway.ping_interval - time.monotonic()))


async def _ask(request: Request) -> Response | None:
    """The answer, or None when the gateway was not reached."""
    try:
        return await request.send()
    except NoAnswer as error:
        log.debug("%s: no answer: %s", request.method, error)
        return None


def _jobs_in(answer: Response | None) -> list[Mapping[str, Any]]:
    """The jobs of a take: an object or a list of them."""
    if answer is None or answer.status != 200:
        return []
    value = _json(answer)
    jobs = value if isinstance(value, list) else [value]
    good = [
        job
        for job in jobs
        if isinstance(job, Mapping) and isinstance(job.get("id"), str) and job.get("input") is not None
    ]
    if len(good) < len(jobs):
        log.error("a job without id or input was handed out; it is lost")
    return good


def _stops_in(answer: Response) -> list[Any]:
    value = _json(answer) if answer.status == 200 else None
    stops = value.get("jobsToStop") if isinstance(value, Mapping) else None
    return stops if isinstance(stops, list) else []


def _json(answer: Response) -> Any:
    try:
        return json.loads(answer.body)
    except ValueError:
        return None


def _execution_timeout(job: Mapping[str, Any]) -> float:
    values = job["input"]
    seconds = values.get("execution_timeout_s") if isinstance(values, Mapping) else None
    return float(seconds) if isinstance(seconds, (int, float)) else DEFAULT_EXECUTION_TIMEOUT


def _outcome(task: asyncio.Task[Any]) -> Any:
    """The handler's return value, or an error of it that the server understands."""
    error = task.exception()
    if error is None:
        return task.result()
    log.error("the handler raised", exc_info=error)
    return {"error": f"{Code.INTERNAL}: the worker failed unexpectedly ({type(error).__name__})"}
