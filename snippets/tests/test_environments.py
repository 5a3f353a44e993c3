"""The service in other environments: gunicorn, and the dependencies of a new project alone."""

import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import tomllib
from pathlib import Path

import httpx
import pytest

from clients import ADA
from live import ROOT, live_server
from patience import patient

pytestmark = pytest.mark.slow


@pytest.mark.skipif(sys.platform == "win32", reason="gunicorn needs fork")
def test_gunicorns_own_asgi_worker_serves_with_shared_metrics(own_database_url: str) -> None:
    """The worker class `asgi` is stable from gunicorn 25.1."""
    with tempfile.TemporaryDirectory() as folder:
        arguments = ["--worker-class", "asgi", "--workers", "2"]
        with live_server(
            own_database_url,
            *arguments,
            server="gunicorn",
            PROMETHEUS_MULTIPROC_DIR=str(Path(folder, "metrics")),
            HOME=folder,  # where gunicorn 27 puts its control socket
        ) as server:
            for _ in range(20):
                assert httpx.get(f"{server.url}/api/v1/products").status_code == 200
            metrics = httpx.get(f"{server.url}/metrics").text
    assert re.search(r'http_requests_total\{handler="/api/v1/products".* 20\.0', metrics)


@pytest.mark.skipif(sys.platform == "win32", reason="gunicorn needs fork")
def test_gunicorn_closes_idle_connections_after_its_keep_alive(own_postgres_url: str) -> None:
    """Its `asgi` worker, too, which has ignored it."""
    with tempfile.TemporaryDirectory() as folder:
        arguments = ["--worker-class=asgi", "--keep-alive=2"]
        with live_server(own_postgres_url, *arguments, server="gunicorn", HOME=folder) as server:
            url = httpx.URL(server.url)
            with socket.create_connection((url.host, url.port or 80), patient(30)) as idle:
                idle.sendall(b"HEAD /healthz HTTP/1.1\r\nHost: test\r\n\r\n")
                assert idle.recv(10_000).startswith(b"HTTP/1.1 200 ")
                answered = time.monotonic()
                assert idle.recv(1) == b""
                assert time.monotonic() - answered > 1.5


PROJECT = (ROOT / "project" / "pyproject.toml").read_text()
LIMIT = ", max_body_size=1_048_576"
FLOOR = PROJECT.replace("fastapi>=0.164,<1", "fastapi==0.121.0")


@pytest.mark.skipif(shutil.which("uv") is None, reason="makes environments with uv")
@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("resolution", "project", "left_out"),
    [
        ("highest", PROJECT, ""),
        ("lowest-direct", PROJECT, ""),
        ("lowest-direct", FLOOR, LIMIT),
    ],
    ids=["newest", "oldest", "floor without max_body_size"],
)
def test_the_dependencies_of_a_new_project_run_the_service(
    tmp_path: Path, own_postgres_url: str, resolution: str, project: str, left_out: str
) -> None:
    pyproject = tomllib.loads((ROOT.parent / "pyproject.toml").read_text())
    until = pyproject["tool"]["uv"]["exclude-newer"]
    app = shutil.copytree(ROOT / "app", tmp_path / "app")
    router = app / "api" / "v1" / "__init__.py"
    assert left_out in router.read_text()
    router.write_text(router.read_text().replace(left_out, ""))
    (tmp_path / "pyproject.toml").write_text(project)
    for arguments in (
        ["venv", "-q", "--python", sys.executable, "env"],
        ["pip", "install", "-q", "--python", "env", "-r", "pyproject.toml",
         "--resolution", resolution, "--exclude-newer", until],
    ):  # fmt: skip
        subprocess.run(["uv", *arguments], cwd=tmp_path, check=True)
    python = str(tmp_path / "env" / "bin" / "python")
    with (
        live_server(own_postgres_url, python=python, source=tmp_path) as server,
        httpx.Client(base_url=server.url) as client,
    ):
        assert client.post("/api/v1/users", json=ADA).status_code == 201
        assert client.post("/api/v1/users", json=ADA).status_code == 409
        form = {"username": ADA["email"], "password": ADA["password"]}
        token = client.post("/api/v1/auth/login", data=form).json()["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        lamp = {"name": "Lamp", "price": "0.10"}
        made = client.post("/api/v1/products", json=lamp, headers=headers)
        assert client.get("/api/v1/products").json() == [made.json()]
        assert client.get("/api/v1/users/1").status_code == 401
        assert 'handler="/api/v1/products"' in client.get("/metrics").text
