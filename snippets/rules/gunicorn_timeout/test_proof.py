"""Proof of gunicorn-timeout."""

import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from patience import patient

ServeFile = Callable[..., tuple[str, subprocess.Popen[bytes]]]
# The worker gives a sign of life each second, and the arbiter looks for it each second.
OPTIONS = ["--worker-class=asgi", "--timeout=2", "--graceful-timeout=1"]


@pytest.mark.slow
def test_bad_awaits_beyond_the_timeout_and_dies_of_blocking_beyond_it(
    bad_file: Path, serve_file: ServeFile, tmp_path: Path
) -> None:
    url, _arbiter = serve_file(bad_file, *OPTIONS, server="gunicorn")
    assert httpx.get(f"{url}/report?seconds=2.2").json() == [1, 2]
    assert "WORKER TIMEOUT" not in (tmp_path / "server.log").read_text()
    with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
        httpx.get(f"{url}/pdf?seconds=8", timeout=patient(15))
    assert "WORKER TIMEOUT" in (tmp_path / "server.log").read_text()


@pytest.mark.slow
def test_good_answers_504_in_time_also_beside_what_blocks(
    good_file: Path, serve_file: ServeFile, tmp_path: Path
) -> None:
    url, _arbiter = serve_file(good_file, *OPTIONS, server="gunicorn")
    with ThreadPoolExecutor() as clients:
        pdf = clients.submit(httpx.get, f"{url}/pdf?seconds=1.5", timeout=patient(15))
        assert httpx.get(f"{url}/report?seconds=3", timeout=patient(15)).status_code == 504
        assert not pdf.done()
        assert pdf.result().json() == "%PDF"
    assert "WORKER TIMEOUT" not in (tmp_path / "server.log").read_text()
