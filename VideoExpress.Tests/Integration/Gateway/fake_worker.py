"""A worker on the standard library that does what its input says, for tests of the gateway's supervision."""
import json
import os
import subprocess
import sys
import threading
import time
import urllib.request

ME = os.environ["RUNPOD_POD_ID"]
KEY = os.environ["RUNPOD_AI_API_KEY"]
TAKE = os.environ["RUNPOD_WEBHOOK_GET_JOB"].replace("$ID", ME)
DONE = os.environ["RUNPOD_WEBHOOK_POST_OUTPUT"].replace("$RUNPOD_POD_ID", ME)
PING = os.environ["RUNPOD_WEBHOOK_PING"].replace("$RUNPOD_POD_ID", ME)
INTERVAL = int(os.environ["RUNPOD_PING_INTERVAL"]) // 1000

current = None


def call(url, body=None):
    request = urllib.request.Request(url, body, {"Authorization": KEY})
    with urllib.request.urlopen(request, timeout=90) as answer:
        return answer.status, answer.read()


def ping():
    while True:
        try:
            call(PING + (f"&job_id={current}" if current else ""))
        except OSError:
            pass
        time.sleep(INTERVAL)


def end_with_parent():
    sys.stdin.read()
    os._exit(0)


def work(job):
    what = job["input"].get("do")
    if what == "ignore_sigterm":
        import signal
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if what == "hang_with_child":
        child = subprocess.Popen(["sleep", "1000"])
        report(job, {"status": "IN_PROGRESS", "output": {"progress": 1, "phase": f"{os.getpid()} {child.pid}"}})
        time.sleep(1000)
    names = [name for name in os.environ if name.startswith(("RUNPOD_", "S3_", "VIDEOEXPRESS_")) or "__" in name]
    report(job, {"output": {"pid": os.getpid(), "worker": ME, "names": sorted(names)}})


def report(job, body):
    call(DONE.replace("$ID", job["id"]) + "&isStream=false", json.dumps(body).encode())


def main():
    global current
    threading.Thread(target=end_with_parent, daemon=True).start()
    threading.Thread(target=ping, daemon=True).start()
    print("INFO ready", flush=True)
    print("ERROR cannot put https://store.example/inbox/a?X-Amz-Signature=secret now", flush=True)
    print("a loose word", file=sys.stderr, flush=True)
    while True:
        try:
            status, body = call(TAKE + "&job_in_progress=0")
        except OSError:
            time.sleep(0.1)
            continue
        if status == 200:
            job = json.loads(body)
            current = job["id"]
            work(job)
            current = None


if __name__ == "__main__":
    main()
