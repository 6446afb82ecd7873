"""./run demo: two prompts become two clips, and these one captioned film, by the whole chain of a VideoExpress server.

Talks to the server by its HTTP API only. Starts one if none answers, and stops what it started.
"""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
CLIP_SECONDS = 5
PROMPTS = [
    "A lighthouse on a cliff at dusk, waves rolling in, the beam turning slowly",
    "A small sailing boat in the rain, waves rolling under a grey morning sky",
]
CAPTIONS = [
    {"text": "Far out, a light keeps turning.", "start": 0.5, "end": 4.5},
    {"text": "And a small boat is on its way… 🚤\n“Almost there!”", "start": 5.5, "end": 9.5},
]
START_TIMEOUT = 60  # seconds until a started server must answer
STALL_TIMEOUT = 600  # seconds without any change of any job
TROUBLE_TIMEOUT = 60  # the same, while the server says that something is wrong
OVER = ("SUCCEEDED", "FAILED", "CANCELED")


class DemoError(Exception):
    """Ends the demo; its text is for the person at the terminal."""


class Api:
    """The few calls that the demo needs."""

    def __init__(self, url, key):
        self.url = url
        self.headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {key}"} if key else {})

    def call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, self.headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise DemoError(f"{method} {path}: {sentence(error)}") from error
        except OSError as error:
            raise DemoError(f"The server at {self.url} does not answer any more: {error}") from error

    def is_up(self):
        """True when a VideoExpress answers, False when nothing does; anything else on that address ends the demo."""
        try:
            with urllib.request.urlopen(self.url + "/health", timeout=10) as answer:
                if "runpod_connected" in json.load(answer):
                    return True
        except urllib.error.HTTPError as error:
            if error.code == 503:
                raise DemoError(f"The server at {self.url} is not well: {sentence(error)}") from error
        except OSError:
            return False
        except ValueError:
            pass  # no JSON
        raise DemoError(f"Another program than VideoExpress answers at {self.url}; choose another address with --urls.")


def sentence(error):
    """The detail of a problem+json answer, or the next best."""
    try:
        body = json.load(error)
        return body.get("detail") or body.get("problem") or error.reason
    except (ValueError, AttributeError):
        return error.reason


class Server:
    """A server that belongs to the demo: started with its options, stopped at its end."""

    def __init__(self, api, options):
        handle, self.log = tempfile.mkstemp(prefix="videoexpress-demo-", suffix=".log")
        # A session of its own: Ctrl+C ends the demo, which then ends the server in order.
        self.process = subprocess.Popen(
            [ROOT / "run", *options], stdin=subprocess.DEVNULL, stdout=handle, stderr=handle, start_new_session=True)
        os.close(handle)
        try:
            self.wait_for(api)
        except BaseException:
            self.stop()
            raise

    def wait_for(self, api):
        deadline = time.monotonic() + START_TIMEOUT
        while not api.is_up():
            if self.process.poll() is not None:
                last = pathlib.Path(self.log).read_text(errors="replace").strip().splitlines()[-1:]
                raise DemoError(f"The server did not start: {''.join(last) or 'see ' + self.log}")
            if time.monotonic() > deadline:
                raise DemoError(f"The server does not answer after {START_TIMEOUT} s; see {self.log}")
            time.sleep(0.2)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()


class Board:
    """The jobs' progress: bars that move on a terminal, a line for each change elsewhere."""

    def __init__(self, titles):
        self.titles = titles
        self.width = max(map(len, titles))
        self.moves = sys.stdout.isatty()
        self.shown = [None] * len(titles)

    def show(self, jobs):
        lines = [self.line(title, job) for title, job in zip(self.titles, jobs)]
        if self.moves:
            room = shutil.get_terminal_size().columns - 1  # a line that wraps would break the counting
            lines = [line[:room] for line in lines]
            up = f"\033[{len(lines)}A" if self.shown[0] else ""
            print(up + "".join(f"\033[2K{line}\n" for line in lines), end="", flush=True)
        else:
            for line, before in zip(lines, self.shown):
                if line != before:
                    print(line, flush=True)
        self.shown = lines

    def line(self, title, job):
        if self.moves:
            done = int(job["progress"] * 30 / 100)
            bar = "█" * done + "░" * (30 - done)
        else:
            bar = ""
        doing = (job.get("phase") or job["status"]).lower().replace("_", " ")
        return f"{title:<{self.width}}  {bar} {job['progress']:3d} %  {doing}"


def main(options):
    given = parse(options)
    api = Api(address(setting(given, "urls", "Urls") or "http://localhost:8000"), setting(given, "apikey", "ApiKey"))
    server = None
    jobs = []
    try:
        if not api.is_up():
            print(f"Starting a server at {api.url}", flush=True)
            server = Server(api, options)
        order(api, jobs)
        film = follow(api, jobs)
        report(api, film, pathlib.Path(given.get("data", ROOT / "data")), server)
    except BaseException:
        cancel(api, jobs)
        if server:
            print(f"The log of the server: {server.log}", file=sys.stderr)
        raise
    finally:
        if server:
            server.stop()
    if server:
        os.unlink(server.log)


def order(api, jobs):
    """Two clips, and the film of them, ordered before either clip is there; adds the jobs' ids to ``jobs``.

    Drafts: also where a GPU endpoint is configured, the demo costs nothing.
    """
    for prompt in PROMPTS:
        params = {"prompt": prompt, "duration": CLIP_SECONDS, "resolution": "720p"}
        jobs.append(api.call("POST", "/jobs", {"type": "RENDER", "quality": "draft", "params": params})["job_id"])
    clips = [{"url": {"job": job, "output": "video"}, "start": 0, "end": CLIP_SECONDS} for job in jobs]
    jobs.append(api.call("POST", "/timeline/stitch", {"clips": clips, "captions": CAPTIONS})["job_id"])


def follow(api, jobs):
    """Shows the progress until all is over; the film's job."""
    board = Board(["Clip 1 · RENDER", "Clip 2 · RENDER", "Film   · EXPORT"])
    before, since = None, 0
    while True:
        now = [api.call("GET", f"/jobs/{job}") for job in jobs]
        board.show(now)
        if failed := next((job for job in now if job["status"] in ("FAILED", "CANCELED")), None):
            raise DemoError(f"{failed['type']} {failed['job_id']} {failed['status']}: {failed['error'] or 'no reason given'}")
        if all(job["status"] in OVER for job in now):
            return now[-1]
        state = [(job["rev"], job["progress"]) for job in now]
        if state != before:
            before, since = state, time.monotonic()
        if (still := time.monotonic() - since) > TROUBLE_TIMEOUT:
            problem = api.call("GET", "/health").get("problem")
            if problem or still > STALL_TIMEOUT:
                raise DemoError(f"Nothing has moved for {still:.0f} s: {problem or 'the log of the server tells more.'}")
        time.sleep(0.5)


def report(api, film, data, server):
    """Prints where the film is: in the store's folder on this machine, else in a copy beside the caller."""
    url = film["output_urls"][0]
    key = urllib.parse.unquote(urllib.parse.urlsplit(url).path).partition("/outputs/")[2]
    path = (data / "store" / key).resolve()
    if not key or not path.is_file():
        path = pathlib.Path(f"videoexpress-{film['job_id'][:8]}.mp4").resolve()
        with urllib.request.urlopen(url, timeout=60) as answer, path.open("wb") as copy:
            shutil.copyfileobj(answer, copy)
    print("\nDone: two prompts, one captioned film."
          + (" The URL works while a server runs there: ./run" if server else ""))
    print(f"Path: {path}\nURL:  {url}", flush=True)


def cancel(api, jobs):
    """Leaves nothing running that nobody waits for any more."""
    for job in jobs:
        try:
            api.call("POST", f"/jobs/{job}/cancel")
        except DemoError:
            pass  # over already, or nobody there to ask


def parse(options):
    """``--Name value`` and ``--Name=value`` as a dictionary, names in lower case; the server itself checks them."""
    given, words = {}, iter(options)
    for word in words:
        name, equals, value = word.partition("=")
        given[name.lstrip("-").lower()] = value if equals else next(words, "")
    return given


def setting(given, option, name):
    """As the server finds it: the command line, the environment, .env."""
    if option in given or name in os.environ:
        return given.get(option) or os.environ.get(name)
    dotenv = ROOT / ".env"
    lines = dotenv.read_text().splitlines() if dotenv.is_file() else []
    found = [value.strip().strip("\"'") for key, _, value in (line.removeprefix("export ").partition("=") for line in lines) if key.strip() == name]
    return found[-1] if found else None


def address(urls):
    """How this machine reaches the first of the addresses that the server listens on."""
    url = urllib.parse.urlsplit(urls.split(";")[0].strip())
    host = "localhost" if url.hostname in ("*", "+", "0.0.0.0", "::", None) else url.hostname
    return f"http://{f'[{host}]' if ':' in host else host}:{url.port or 80}"


if __name__ == "__main__":
    # A terminate is an end in order, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        main(sys.argv[1:])
    except DemoError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(130)
