"""Proof of uvicorn-workers-deprecated."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

ServeFile = Callable[..., tuple[str, subprocess.Popen[bytes]]]
WARNING = "DeprecationWarning: The `uvicorn.workers` module is deprecated"
APP = """
from fastapi import FastAPI, Request

app = FastAPI()


@app.get("/address")
async def read_address(request: Request) -> str:
    return request.client.host
"""


def client_address(serve_file: ServeFile, configuration: Path, folder: Path) -> str:
    """Run gunicorn; send a forwarded request; return what the application takes for its client."""
    app_file = folder / "service.py"
    app_file.write_text(APP)
    url, _arbiter = serve_file(app_file, f"--config={configuration}", server="gunicorn")
    response = httpx.get(f"{url}/address", headers={"X-Forwarded-For": "203.0.113.7"})
    address: str = response.json()
    return address


@pytest.mark.slow
def test_bad_works_with_a_warning_that_is_hidden(
    bad_file: Path,
    serve_file: ServeFile,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    log = tmp_path / "server.log"
    monkeypatch.delenv("PYTHONWARNINGS", raising=False)
    addresses = [client_address(serve_file, bad_file, tmp_path)]
    by_default = log.read_text()
    monkeypatch.setenv("PYTHONWARNINGS", "default")
    addresses.append(client_address(serve_file, bad_file, tmp_path))
    assert WARNING in log.read_text()
    assert WARNING not in by_default
    assert addresses == ["203.0.113.7", "203.0.113.7"]


def test_good_works_without_a_warning_and_leaves_the_address_of_the_peer(
    good_file: Path,
    serve_file: ServeFile,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PYTHONWARNINGS", "default")
    address = client_address(serve_file, good_file, tmp_path)
    assert WARNING not in (tmp_path / "server.log").read_text()
    assert address == "127.0.0.1"
