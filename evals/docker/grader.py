"""The image runs the service as a user of its own, reachable from outside the container.

The server gets the signal to end, and no secret and no tool of development is in the image.
"""

import fnmatch
import json
import os
import posixpath
import re
import shlex
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from patience import patient, wait_until

SERVERS = ("uvicorn", "gunicorn", "fastapi", "hypercorn", "granian", "python", "python3")


Steps = list[tuple[str, str]]
"""The instructions of a Dockerfile: names and the rest of their lines."""


@dataclass
class Image:
    """The instructions that make the image, with those of the stages it begins with, and all."""

    last: Steps
    all: Steps

    @classmethod
    def read(cls, answer: Path) -> "Image":
        """Read the Dockerfile of an answer."""
        file = answer / "Dockerfile"
        assert file.is_file(), "there is no Dockerfile"
        text = re.sub(r"^\s*#.*\n", "", file.read_text(), flags=re.MULTILINE)
        text = re.sub(r"\\\n", " ", text)
        found = [line.strip().partition(" ") for line in text.splitlines() if line.strip()]
        steps = with_values([(name.upper(), rest.strip()) for name, _, rest in found])
        stages: dict[str, Steps] = {}
        last: Steps = []
        for name, rest in steps:
            if name == "FROM":
                base, *named = [word for word in rest.split() if not word.startswith("--")]
                last = [*stages.get(base.lower(), [])]
                stages[str(len(stages))] = last
                stages |= {word.lower(): last for word in named[1:]}
            last.append((name, rest))
        assert stages, "the Dockerfile has no FROM"
        return cls(last, steps)

    def command(self) -> list[str]:
        """Return what the container runs, of ENTRYPOINT and CMD."""
        given = dict(self.last)  # of several, the last one counts
        words: list[str] = []
        for name in ("ENTRYPOINT", "CMD"):
            try:
                words += json.loads(given.get(name, "[]"))
            except ValueError:
                words += ["sh", "-c", given[name]]
        assert words, "neither CMD nor ENTRYPOINT"
        return words

    def shell(self, answer: Path) -> str:
        """Return what a shell runs before the server: a script of the answer's, or `sh -c`."""
        words = self.command()
        for word in words:
            for file in answer.rglob(Path(word).name):
                if file.is_file() and file.read_bytes().startswith(b"#!"):
                    return file.read_text()
        return words[-1] if Path(words[0]).name in ("sh", "bash") else ""

    def told(self, answer: Path) -> str:
        """Return all that says how the server is started."""
        variables = [rest for name, rest in self.last if name == "ENV"]
        return "\n".join([*self.command(), self.shell(answer), *variables])


def with_values(steps: Steps) -> Steps:
    """Return the instructions with the values of ARG and ENV in place of their names."""
    values: dict[str, str] = {}

    def value(match: re.Match[str]) -> str:
        return values.get(match[1]) or match[2] or match[0]

    filled = []
    for name, rest in steps:
        has_variables = name in ("FROM", "USER")
        text = re.sub(r"\$\{?(\w+)(?::-([^}]*))?\}?", value, rest) if has_variables else rest
        if name in ("ARG", "ENV"):
            values |= pairs(rest)
        filled.append((name, text))
    return filled


def pairs(rest: str) -> dict[str, str]:
    """Return the variables of ARG or ENV."""
    found = dict(re.findall(r"(\w+)=[\"']?([^\s\"']*)", rest))
    name, _, value = rest.partition(" ")
    return found or {name: value.strip()}


@pytest.fixture
def image(answer: Path) -> Image:
    """The answer's Dockerfile."""
    return Image.read(answer)


def test_user(image: Image) -> None:
    """The server does not run as root."""
    users = [rest for name, rest in image.last if name == "USER"]
    assert users, "no USER"
    assert users[-1].split(":")[0] not in ("root", "0"), f"USER is {users[-1]}"


def test_signal(image: Image, answer: Path) -> None:
    """The signal to end reaches the server: no shell stands between."""
    shell = image.shell(answer)
    assert not shell or re.search(r"\bexec\s", shell), "a shell starts the server without exec"


def served_words(image: Image, answer: Path, port: int) -> list[str]:
    """Return the command, run by this Python, on a port of this machine."""
    words = image.command()
    if shell := image.shell(answer):
        lines = re.findall(rf"(?:{'|'.join(SERVERS)})\s[^\n;&|]+", shell)
        assert lines, f"no server in {shell!r}"
        words = shlex.split(re.sub(r"\$\{?\w+(?::-([\w.]+))?\}?", r"\1", lines[-1]))
    names = [Path(word).name for word in words]
    servers = [index for index, name in enumerate(names) if name in SERVERS]
    assert servers, f"no server in {words}"
    words = [re.sub(r"\b8000\b", str(port), word) for word in words[servers[0] :]]
    return [str(Path(sys.executable).with_name(names[servers[0]])), *words[1:]]


@dataclass
class Running:
    """The server of the command, as it would run in a container."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path


@pytest.fixture
def running(image: Image, answer: Path, tmp_path: Path) -> Iterator[Running]:
    """The server, started."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = tmp_path / "log"
    # uvicorn's own default is 8000, too, and gunicorn takes PORT
    environment = os.environ | {"PORT": str(port), "UVICORN_PORT": str(port)}
    environment["PYTHONPATH"] = str(answer)
    for name, rest in image.last:
        if name == "ENV":
            values = {k: re.sub(r"\b8000\b", str(port), v) for k, v in pairs(rest).items()}
            environment |= {k: v for k, v in values.items() if not k.startswith(("PATH", "PYTHON"))}
    words = served_words(image, answer, port)
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603
            words, cwd=answer, env=environment, stdout=output, stderr=output,
            start_new_session=True,
        )  # fmt: skip
    try:
        wait_until(lambda: process.poll() is not None or listens(port), 20)
        yield Running(process, port, log)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def listens(port: int, address: str = "127.0.0.1") -> bool:
    with socket.socket() as asking:
        return asking.connect_ex((address, port)) == 0


def test_serves(running: Running) -> None:
    """The command starts the service on port 8000."""
    assert running.process.poll() is None, f"it ends: {running.log.read_text()[-300:]}"
    response = httpx.get(f"http://127.0.0.1:{running.port}/greetings/Ada", timeout=patient(10))
    assert response.status_code == 200, f"it answers {response.status_code}"


def test_reachable(running: Running) -> None:
    """It listens on every address of the container, not on 127.0.0.1 alone."""
    assert running.process.poll() is None, f"it ends: {running.log.read_text()[-300:]}"
    # Another address of the machine: on Linux the whole of 127.0.0.0/8 is.
    assert listens(running.port, "127.0.0.2"), "it listens on 127.0.0.1"


def test_ends_gracefully(running: Running) -> None:
    """After SIGTERM a request that is under way is still answered, and the server ends."""
    assert running.process.poll() is None, f"it ends: {running.log.read_text()[-300:]}"
    answered: list[int] = []

    pause = min(patient(0.4), 5)  # until the request is under way, of which nothing tells

    def ask() -> None:
        url = f"http://127.0.0.1:{running.port}/greetings/Ada?seconds={3 * pause}"
        try:
            answered.append(httpx.get(url, timeout=patient(20)).status_code)
        except httpx.HTTPError:
            answered.append(0)

    asking = threading.Thread(target=ask)
    asking.start()
    time.sleep(pause)
    running.process.send_signal(signal.SIGTERM)
    asking.join()
    assert answered == [200], "the request is cut off"
    wait_until(lambda: running.process.poll() is not None, 15)


def test_no_reload(image: Image, answer: Path) -> None:
    """It does not run as on a laptop: no reloader, no `fastapi dev`."""
    found = re.search(r"--reload|fastapi\s+dev", image.told(answer))
    assert found is None, f"the command has {found}"


def test_no_secrets(image: Image, answer: Path) -> None:
    """`.env` does not come into the image, nor does its password."""
    whole = [rest for name, rest in image.all if name in ("ENV", "ARG", "RUN")]
    assert not any("tea-and-cake" in rest for rest in whole), "the password is in the Dockerfile"
    copied = [rest for name, rest in image.all if name in ("COPY", "ADD") and "--from" not in rest]
    sources = [source for rest in copied for source in sources_of(rest)]
    assert ".env" not in sources, ".env is copied"
    if any(source == "." or fnmatch.fnmatch(".env", source) for source in sources):
        assert is_ignored(answer, ".env"), "all is copied, and .dockerignore does not name .env"


def sources_of(rest: str) -> list[str]:
    """Return what COPY or ADD copies, in either of their two forms."""
    rest = re.sub(r"^(--\S+\s+)+", "", rest)
    words = json.loads(rest) if rest.startswith("[") else rest.split()
    return [posixpath.normpath(word.lstrip("/")) for word in words[:-1]]


def is_ignored(answer: Path, name: str) -> bool:
    file = answer / ".dockerignore"
    ignored = False
    for line in file.read_text().split() if file.is_file() else ():
        pattern = line.removeprefix("!").removeprefix("**/").strip("/")
        if fnmatch.fnmatch(name, pattern):
            ignored = not line.startswith("!")
    return ignored


def test_base(image: Image) -> None:
    """The base is a Python of a named version that is still maintained."""
    bases = " ".join(rest for name, rest in image.all if name == "FROM")
    found = re.search(r"python[\w./-]*:(?:python)?3\.(\d+)|python3\.(\d+)", bases)
    assert found is not None, f"FROM names no version of Python: {bases}"
    assert 11 <= int(found[1] or found[2]) <= 14, f"FROM names {found[0]}"
