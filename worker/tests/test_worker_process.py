from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path
from typing import Any

from tests.lying_gateway import LyingGateway
from tests.object_store import ObjectStore
from tests.processes import descendants, is_alive, wait_until

WORKER = Path(__file__).resolve().parent.parent


class WorkerProcess(unittest.TestCase):
    """The real process, as the host starts it."""

    def setUp(self) -> None:
        self.gateway = LyingGateway()
        self.addCleanup(self.gateway.close)
        self.store = ObjectStore()
        self.addCleanup(self.store.server.close)
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def start(self) -> subprocess.Popen[bytes]:
        log = (self.folder.parent / f"{self.folder.name}.log").open("wb")
        self.addCleanup(os.unlink, log.name)
        self.addCleanup(log.close)
        environment = {
            "PATH": os.environ["PATH"],
            "TMPDIR": str(self.folder),
            "VIDEOEXPRESS_PARENT_PIPE": "1",
            **self.gateway.environment(),
        }
        process = subprocess.Popen(
            [sys.executable, "handler.py"], cwd=WORKER, env=environment, stdin=subprocess.PIPE, stderr=log
        )
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        self.addCleanup(lambda: process.stdin and process.stdin.close())
        return process

    def start_long_job(self) -> tuple[subprocess.Popen[bytes], list[int]]:
        """A worker whose engine and ffmpeg are at work, and all their process ids."""
        self.hand_out(duration=30, fps=60, resolution="1280x720")
        process = self.start()
        self.assertTrue(wait_until(lambda: any("libx264" in line for line in descendants(process.pid).values())))
        return process, list(descendants(process.pid))

    def hand_out(self, **more: Any) -> None:
        self.gateway.jobs.append({"id": "job-1", "input": self.store.input(**more)})

    def assert_nothing_is_left(self, pids: list[int]) -> None:
        self.assertTrue(wait_until(lambda: not any(is_alive(pid) for pid in pids), 5), "a process is left")
        self.assertTrue(wait_until(lambda: not list(self.folder.iterdir()), 2), list(self.folder.iterdir()))

    def test_a_job_goes_all_the_way(self) -> None:
        self.hand_out()
        process = self.start()
        self.assertTrue(self.gateway.server.wait_for(self.gateway.results, 30))
        self.assertEqual(self.gateway.results()[0], {"output": self.store.json("result.json")})
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(5), 0)

    def test_a_job_that_is_handed_out_again_is_made_once(self) -> None:
        self.hand_out()
        self.hand_out()
        self.start()
        self.assertTrue(self.gateway.server.wait_for(lambda: len(self.gateway.results()) == 2, 30))
        self.assertEqual(self.gateway.results()[0], self.gateway.results()[1])
        self.assertEqual(len(self.store.puts("video")), 1)

    def test_sigterm_ends_a_job_and_the_process_within_seconds(self) -> None:
        process, pids = self.start_long_job()
        started = time.monotonic()
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(5), 0)
        self.assertLess(time.monotonic() - started, 4)
        self.assert_nothing_is_left(pids)
        self.assertEqual(self.gateway.results(), [])

    def test_the_end_of_its_host_ends_it_within_five_seconds(self) -> None:
        process, pids = self.start_long_job()
        assert process.stdin is not None
        process.stdin.close()
        process.wait(5)
        self.assert_nothing_is_left(pids)

    def test_kill_9_leaves_no_child_and_no_file(self) -> None:
        process, pids = self.start_long_job()
        process.kill()
        process.wait()
        self.assert_nothing_is_left(pids)

    def test_kill_9_while_uploading_leaves_no_child_and_no_file_either(self) -> None:
        self.store.faults["/video"] = [503] * 100
        self.hand_out()
        process = self.start()
        self.assertTrue(self.store.server.wait_for(lambda: self.store.puts("video")))
        pids = list(descendants(process.pid))
        self.assertTrue(list(self.folder.iterdir()))
        process.kill()
        process.wait()
        self.assert_nothing_is_left(pids)

    def test_a_stop_ends_the_engine_and_the_worker_goes_on(self) -> None:
        _, pids = self.start_long_job()
        self.gateway.stops.append("job-1")
        self.assert_nothing_is_left(pids)
        self.gateway.jobs.append({"id": "job-2", "input": self.store.input(attempt_id="attempt-2")})
        self.assertTrue(self.gateway.server.wait_for(self.gateway.results, 30))
        self.assertEqual(len(self.gateway.results()), 1)

    def test_an_idle_worker_ends_at_once_too(self) -> None:
        process = self.start()
        self.assertTrue(self.gateway.server.wait_for(lambda: self.gateway.calls("job-take")))
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(3), 0)

    def test_without_a_gateway_one_job_is_done_and_printed(self) -> None:
        for values, code in (
            ('{"input": {"job_type": "SMELL"}}', 1),
            ('{"input": {"job_type": "RENDER", "prompt": "a", "duration": 1, "fps": 2, "resolution": "64x64"}}', 0),
        ):
            done = subprocess.run(
                [sys.executable, "handler.py", "--test_input", values], cwd=WORKER, capture_output=True, timeout=30
            )
            self.assertEqual(done.returncode, code, done.stderr)
            self.assertIn(b'"error"' if code else b'"files"', done.stdout)
