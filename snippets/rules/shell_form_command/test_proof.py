"""Proof of shell-form-command."""

import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from patience import patient

pytestmark = pytest.mark.skipif(shutil.which("dash") is None, reason="Debian's sh is not here")
# In the place of uvicorn: it says who it is, and what it gets.
SERVER = """\
import os, signal, sys, time

def stop(number, frame):
    print("shutdown complete", flush=True)
    sys.exit()

signal.signal(signal.SIGTERM, stop)
print("serving", os.getpid(), flush=True)
while True:
    time.sleep(3600)
"""


def wait_for(is_there: Callable[[], bool]) -> None:
    deadline = time.monotonic() + patient(20)
    while not is_there():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@contextmanager
def stopped(image: Path, folder: Path) -> Iterator[tuple[Path, int]]:
    """Run the command as Docker does and send it SIGTERM; yield the log and the server's id."""
    server = folder / "uvicorn"
    server.write_text(f"#!{sys.executable}\n{SERVER}")
    server.chmod(0o755)
    written = image.read_text().rpartition("CMD ")[2].strip()
    words = json.loads(written) if written.startswith("[") else ["dash", "-c", written]
    log = folder / "log"
    environment = os.environ | {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}
    with log.open("wb") as out:
        process = subprocess.Popen(words, env=environment, stdout=out)
    wait_for(lambda: "serving" in log.read_text())
    pid = int(log.read_text().split()[1])
    try:
        process.terminate()
        process.wait(patient(20))
        yield log, pid
    finally:
        if is_running(pid):
            os.kill(pid, signal.SIGKILL)


def in_script(image: Path, folder: Path) -> Path:
    """Return an image that runs a script of bash, with the command of another; a list by exec."""
    written = image.read_text().rpartition("CMD ")[2].strip()
    is_list = written.startswith("[")
    command = f"exec {shlex.join(json.loads(written))}" if is_list else written
    script = folder / "start.sh"
    script.write_text(f"#!/bin/bash\ntrue\n{command}\n")
    script.chmod(0o755)
    made = folder / "Dockerfile"
    made.write_text(f'CMD ["{script}"]')
    return made


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_bad_ends_the_shell_and_not_the_server(bad_file: Path, tmp_path: Path) -> None:
    with stopped(bad_file, tmp_path) as (log, pid):
        assert is_running(pid)
        assert "shutdown complete" not in log.read_text()


def test_good_ends_the_server_in_order(good_file: Path, tmp_path: Path) -> None:
    with stopped(good_file, tmp_path) as (log, pid):
        assert not is_running(pid)
        assert "shutdown complete" in log.read_text()


def test_bad_is_also_a_script_without_exec(bad_file: Path, tmp_path: Path) -> None:
    with stopped(in_script(bad_file, tmp_path), tmp_path) as (log, _pid):
        assert "shutdown complete" not in log.read_text()


def test_good_is_also_a_script_with_exec(good_file: Path, tmp_path: Path) -> None:
    with stopped(in_script(good_file, tmp_path), tmp_path) as (log, _pid):
        assert "shutdown complete" in log.read_text()
