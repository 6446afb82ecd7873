from __future__ import annotations

import asyncio
import itertools
import unittest
from collections.abc import Mapping
from typing import Any
from unittest import mock

from gateway import Gateway, SettingError, result_body
from runner import Outbox, Pace, Runner
from tests.http_server import free_port
from tests.lying_gateway import LyingGateway, query_of

QUICK = Pace(take=0.3, stop=0.05, refused=0.5)

ENVIRONMENT = {
    "RUNPOD_WEBHOOK_GET_JOB": "http://x/v2/e/job-take/$ID?gpu=home",
    "RUNPOD_WEBHOOK_POST_OUTPUT": "http://x/v2/e/job-done/$RUNPOD_POD_ID/$ID?gpu=home",
    "RUNPOD_POD_ID": "w",
}


class Serving(unittest.IsolatedAsyncioTestCase):
    """A runner with a small handler against a gateway that lies."""

    async def asyncSetUp(self) -> None:
        self.gateway = LyingGateway()
        self.addCleanup(lambda: self.gateway.close())
        self.handled: list[str] = []
        self.cancelled: list[str] = []
        self.running: asyncio.Task[None]

    async def handler(self, job: Mapping[str, Any], outbox: Outbox) -> Any:
        self.handled.append(job["id"])
        values = job["input"]
        try:
            for percent in values.get("progress", []):
                outbox.put({"progress": percent})
                await asyncio.sleep(0.05)
            if values.get("raise"):
                raise RuntimeError("a secret path")
            if values.get("forever"):
                await asyncio.sleep(60)
        except asyncio.CancelledError:
            self.cancelled.append(job["id"])
            raise
        return values.get("return", {"files": []})

    def start(self, pace: Pace = QUICK, gateway: Gateway | None = None) -> None:
        self.running = asyncio.create_task(Runner(gateway or self.gateway.gateway(), self.handler, pace).run())
        self.addAsyncCleanup(self.end)

    async def end(self) -> None:
        self.running.cancel()
        await asyncio.wait((self.running,))

    async def until(self, condition: Any, seconds: float = 20) -> None:
        running = self.running
        met = await asyncio.to_thread(self.gateway.server.wait_for, lambda: condition() or running.done(), seconds)
        if running.done():
            running.result()
        self.assertTrue(met, "it did not come to that")

    async def test_a_job_is_taken_done_and_reported_as_the_sdk_does(self) -> None:
        self.gateway.jobs.append({"id": "job-ü 1", "input": {"return": {"files": [], "note": "schön"}}})
        self.start()
        await self.until(self.gateway.results)
        take, done = self.gateway.calls("job-take")[0], self.gateway.calls("job-done")[0]
        self.assertEqual(take.target, "/v2/local/job-take/worker-1?gpu=home&job_in_progress=0")
        self.assertEqual(take.headers["authorization"], "key-1")
        self.assertEqual(done.target, "/v2/local/job-done/worker-1/job-%C3%BC%201?gpu=home&isStream=false")
        self.assertEqual(done.headers["content-type"], "application/x-www-form-urlencoded")
        self.assertEqual(done.body.decode(), '{"output": {"files": [], "note": "schön"}}')

    async def test_the_request_id_travels_with_the_report(self) -> None:
        self.gateway.jobs.append({"id": "job-1", "input": {"a": 1}})
        self.start()
        await self.until(self.gateway.results)
        self.assertEqual(self.gateway.calls("job-done")[0].headers["x-request-id"], "job-1")

    async def test_progress_arrives_before_the_result_and_never_after(self) -> None:
        self.gateway.hang_progress = 0.2
        self.gateway.jobs.append({"id": "job-1", "input": {"progress": [1, 2, 3, 4, 5, 6]}})
        self.start()
        await self.until(self.gateway.results)
        await asyncio.sleep(0.3)
        bodies = [b"IN_PROGRESS" in call.body for call in self.gateway.calls("job-done")]
        self.assertEqual(bodies, sorted(bodies, reverse=True))
        percents = [progress["progress"] for progress in self.gateway.progress()]
        self.assertEqual(percents, sorted(percents))

    async def test_a_progress_post_that_hangs_does_not_hold_the_result_for_long(self) -> None:
        self.gateway.hang_progress = 30
        self.gateway.jobs.append({"id": "job-1", "input": {"progress": [1]}})
        self.start()
        await self.until(self.gateway.results, 8)

    async def test_a_result_outlives_refusals_and_hang_ups(self) -> None:
        self.gateway.done_faults = [500, 0, 429, 503]
        self.gateway.jobs.append({"id": "job-1", "input": {"a": 1}})
        with mock.patch("retry.pauses", lambda: itertools.repeat(0.05)):
            self.start()
            await self.until(lambda: len(self.gateway.results()) == 5)
        self.assertEqual(self.handled, ["job-1"])

    async def test_a_result_outlives_a_gateway_that_is_away(self) -> None:
        self.gateway.jobs.append({"id": "job-1", "input": {"forever": False, "progress": [1] * 20}})
        self.start()
        await self.until(self.gateway.progress)
        port = self.gateway.server.port
        self.gateway.close()
        await asyncio.sleep(1.5)
        self.gateway = LyingGateway(port=port)
        await self.until(self.gateway.results)

    async def test_a_final_refusal_of_a_result_is_not_repeated_and_work_goes_on(self) -> None:
        self.gateway.done_faults = [404]
        self.gateway.jobs += [{"id": "job-1", "input": {"a": 1}}, {"id": "job-2", "input": {"a": 1}}]
        self.start()
        await self.until(lambda: len(self.gateway.results()) == 2)
        self.assertEqual(self.handled, ["job-1", "job-2"])

    async def test_strange_answers_to_a_take_are_survived(self) -> None:
        self.gateway.take_faults = [400, 500, 401, 0, 200]
        self.gateway.jobs += [{"id": "no-input"}, ["not a job"], "text", [{"id": "job-1", "input": {"a": 1}}]]
        self.start()
        await self.until(self.gateway.results, 30)
        self.assertEqual(self.handled, ["job-1"])

    async def test_empty_answers_are_not_asked_for_in_a_hot_loop(self) -> None:
        self.gateway.hold = 0
        self.start(Pace(take=0.5, stop=0.5, refused=0.5))
        await asyncio.sleep(1.8)
        self.assertLessEqual(len(self.gateway.calls("job-take")), 4)
        self.assertLessEqual(len(self.gateway.calls("job-stop")), 4)

    async def test_429_makes_it_wait(self) -> None:
        self.gateway.take_faults = [429]
        self.start(Pace(take=0.1, stop=0.1, refused=0.8))
        await self.until(lambda: len(self.gateway.calls("job-take")) == 2)
        first, second = self.gateway.calls("job-take")
        self.assertGreaterEqual(second.time - first.time, 0.8)

    async def test_the_usual_pace_is_at_most_ten_takes_a_minute(self) -> None:
        self.assertGreaterEqual(Pace().take, 6)
        self.assertEqual(Pace().refused, 5)

    async def test_a_gateway_that_is_not_there_yet_is_found(self) -> None:
        self.gateway.close()
        port = free_port()
        gateway = Gateway(
            f"http://127.0.0.1:{port}/v2/local/job-take/$ID?x=1",
            f"http://127.0.0.1:{port}/v2/local/job-done/a/$ID?x=1",
            None,
            10,
            "k",
            "w",
        )
        self.start(gateway=gateway)
        await asyncio.sleep(0.5)
        self.gateway = LyingGateway(port=port)
        self.gateway.jobs.append({"id": "job-1", "input": {"a": 1}})
        await self.until(self.gateway.results)

    async def test_a_stop_cancels_the_job_and_nothing_is_reported(self) -> None:
        self.gateway.jobs.append({"id": "job-1", "input": {"forever": True}})
        self.start()
        await self.until(lambda: self.handled)
        self.gateway.stops += ["another", "job-1"]
        await self.until(lambda: self.cancelled)
        self.gateway.jobs.append({"id": "job-2", "input": {"a": 1}})
        await self.until(self.gateway.results)
        self.assertEqual([call.headers["x-request-id"] for call in self.gateway.calls("job-done")], ["job-2"])

    async def test_a_job_that_is_handed_out_twice_is_answered_twice(self) -> None:
        self.gateway.jobs += [{"id": "job-1", "input": {"a": 1}}] * 2
        self.start()
        await self.until(lambda: len(self.gateway.results()) == 2)
        self.assertEqual(self.gateway.results()[0], self.gateway.results()[1])

    async def test_pings_name_the_job_that_runs(self) -> None:
        self.gateway.jobs.append({"id": "a,b", "input": {"forever": True}})
        self.start()
        await self.until(lambda: any("job_id" in query_of(call) for call in self.gateway.calls("ping")))
        ping = next(call for call in self.gateway.calls("ping") if "job_id" in query_of(call))
        self.assertIn("gpu=home&job_id=a%2Cb&runpod_version=", ping.target)
        self.gateway.stops.append("a,b")
        await self.until(lambda: "job_id" not in query_of(self.gateway.calls("ping")[-1]))

    async def test_a_handler_that_raises_or_returns_no_json_is_an_error_without_its_secrets(self) -> None:
        self.gateway.jobs += [
            {"id": "job-1", "input": {"raise": True}},
            {"id": "job-2", "input": {"return": float("nan")}},
        ]
        self.start()
        await self.until(lambda: len(self.gateway.results()) == 2)
        for body in self.gateway.results():
            self.assertTrue(body["error"].startswith("internal: "), body)
            self.assertNotIn("secret", str(body))

    async def test_ending_cancels_the_job_and_reports_nothing(self) -> None:
        self.gateway.jobs.append({"id": "job-1", "input": {"forever": True}})
        self.start()
        await self.until(lambda: self.handled)
        await self.end()
        self.assertEqual(self.cancelled, ["job-1"])
        self.assertEqual(self.gateway.results(), [])


class Wire(unittest.TestCase):
    def test_results_are_shaped_as_the_sdk_shapes_them(self) -> None:
        for returned, body in (
            ({"files": []}, {"output": {"files": []}}),
            ({"error": "code: text"}, {"error": "code: text"}),
            ({"error": "code: text", "more": 1}, {"output": {"more": 1}, "error": "code: text"}),
            ({}, {}),
            (None, {"output": None}),
            ("text", {"output": "text"}),
        ):
            self.assertEqual(result_body(returned), body)

    def test_settings_that_cannot_work_are_named(self) -> None:
        self.assertIsNone(Gateway.from_environment({}))
        for change, named in (
            ({"RUNPOD_WEBHOOK_GET_JOB": "http://x/take"}, "RUNPOD_WEBHOOK_GET_JOB"),
            ({"RUNPOD_WEBHOOK_POST_OUTPUT": ""}, "RUNPOD_WEBHOOK_POST_OUTPUT"),
            ({"RUNPOD_PING_INTERVAL": "soon"}, "RUNPOD_PING_INTERVAL"),
            ({"RUNPOD_PING_INTERVAL": "0"}, "RUNPOD_PING_INTERVAL"),
        ):
            with self.subTest(named), self.assertRaisesRegex(SettingError, named):
                Gateway.from_environment({**ENVIRONMENT, **change})

    def test_the_stop_poll_is_the_take_poll_s_neighbour(self) -> None:
        gateway = Gateway.from_environment(ENVIRONMENT)
        assert gateway is not None
        self.assertEqual(gateway.stops().url, "http://x/v2/e/job-stop/w?gpu=home")
