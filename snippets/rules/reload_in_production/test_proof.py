"""Proof of reload-in-production."""

import json
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from patience import patient

ServeFile = Callable[..., tuple[str, subprocess.Popen[bytes]]]
APP = """
from fastapi import FastAPI

app = FastAPI()
"""


def serve_as_image(image: Path, serve_file: ServeFile, folder: Path) -> Path:
    """Run the image's command on an application; return the log."""
    words = json.loads(image.read_text().rpartition("CMD ")[2])
    app_file = folder / "service.py"
    app_file.write_text(APP)
    serve_file(app_file, *words[words.index("--workers") :])
    return folder / "server.log"


def wait_for(log: Path, text: str, count: int = 1) -> None:
    deadline = time.monotonic() + patient(20)
    while log.read_text().count(text) < count:
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.02)


@pytest.mark.slow
def test_bad_runs_one_worker_which_a_written_file_ends(
    bad_file: Path, serve_file: ServeFile, tmp_path: Path
) -> None:
    log = serve_as_image(bad_file, serve_file, tmp_path)
    assert '"workers" flag is ignored when reloading is enabled' in log.read_text()
    assert log.read_text().count("Application startup complete") == 1
    (tmp_path / "written.py").write_text("\n")
    wait_for(log, "Reloading...")
    wait_for(log, "Finished server process")


@pytest.mark.slow
def test_good_runs_two_workers_and_watches_nothing(
    good_file: Path, serve_file: ServeFile, tmp_path: Path
) -> None:
    log = serve_as_image(good_file, serve_file, tmp_path)
    wait_for(log, "Application startup complete", 2)
    assert "Will watch for changes" not in log.read_text()
