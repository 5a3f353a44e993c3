"""Where the workers of one server share their counters."""

import multiprocessing
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import httpx
import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from prometheus_client import CollectorRegistry, Counter, values
from prometheus_client.multiprocess import MultiProcessCollector

from app.core import metric_files
from app.core.metric_files import share_between_workers
from app.core.metrics import instrument
from live import ROOT, live_server
from patience import patient, wait_until


@pytest.fixture
def temporary_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Begin without the variable, and in a temporary folder of the test's own."""
    # Set first, so that the original state comes back whatever the code under test does.
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", "")
    monkeypatch.delenv("PROMETHEUS_MULTIPROC_DIR")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def test_a_single_process_keeps_its_counters_in_memory(temporary_folder: Path) -> None:
    share_between_workers()
    assert "PROMETHEUS_MULTIPROC_DIR" not in os.environ


def folder_of_a_worker(monkeypatch: pytest.MonkeyPatch, pid: int, key: bytes) -> Path:
    """Return where a worker counts whose supervisor has this process id and this key."""
    monkeypatch.delenv("PROMETHEUS_MULTIPROC_DIR", raising=False)
    monkeypatch.setattr(multiprocessing, "parent_process", lambda: SimpleNamespace(pid=pid))
    monkeypatch.setattr(multiprocessing.current_process(), "authkey", key)
    share_between_workers()
    return Path(os.environ["PROMETHEUS_MULTIPROC_DIR"])


def test_workers_of_one_supervisor_share_a_folder(
    monkeypatch: pytest.MonkeyPatch, temporary_folder: Path
) -> None:
    folder = folder_of_a_worker(monkeypatch, 42, b"key")
    assert folder == folder_of_a_worker(monkeypatch, 42, b"key")
    assert folder.parent == temporary_folder
    assert folder.stat().st_mode & 0o777 == 0o700


def test_workers_need_no_disk_to_write_on(
    monkeypatch: pytest.MonkeyPatch, temporary_folder: Path
) -> None:
    """As in a container whose root is read-only: its shared memory is not."""
    monkeypatch.setattr(metric_files, "SHARED_MEMORY", str(temporary_folder))
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.setattr("tempfile._get_default_tempdir", Mock(side_effect=FileNotFoundError))
    assert folder_of_a_worker(monkeypatch, 42, b"key").parent == temporary_folder


@pytest.mark.usefixtures("temporary_folder")
def test_a_later_supervisor_with_the_same_process_id_has_a_folder_of_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As in a container that starts again, where the supervisor is always process 1."""
    earlier = folder_of_a_worker(monkeypatch, 1, b"key of the first start")
    assert folder_of_a_worker(monkeypatch, 1, b"key of the second start") != earlier


def test_the_variable_wins_and_its_folder_is_made(
    monkeypatch: pytest.MonkeyPatch, temporary_folder: Path
) -> None:
    folder = temporary_folder / "chosen" / "folder"
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(folder))
    monkeypatch.setattr(multiprocessing, "parent_process", lambda: SimpleNamespace(pid=42))
    share_between_workers()
    assert os.environ["PROMETHEUS_MULTIPROC_DIR"] == str(folder)
    assert folder.is_dir()


KILLED = """
import os, pathlib, signal
from app.core.metric_files import take_over_files
take_over_files(pathlib.Path(os.environ["PROMETHEUS_MULTIPROC_DIR"]))
from prometheus_client import Counter
Counter("seen", "Requests").inc()
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="workers are processes of Unix")
def test_workers_that_die_leave_their_counts_and_no_more_files(tmp_path: Path) -> None:
    environment = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    for _ in range(3):
        killed = subprocess.run(
            [sys.executable, "-c", KILLED], env=environment, cwd=ROOT, check=False
        )
        assert killed.returncode == -signal.SIGKILL
    assert sorted(file.name for file in tmp_path.glob("counter*")) == ["counter_0.db"]
    collector = MultiProcessCollector(None, str(tmp_path))  # type: ignore[no-untyped-call]
    collected = collector.collect()  # type: ignore[no-untyped-call]
    assert [each.samples[0].value for each in collected if each.name == "seen"] == [3]


@pytest.mark.skipif(sys.platform == "win32", reason="workers are processes of Unix")
def test_workers_that_live_share_no_file(tmp_path: Path) -> None:
    first, second = (metric_files.free_number(tmp_path) for _ in range(2))
    assert (first[0], second[0]) == (0, 1)
    first[1].close()
    third = metric_files.free_number(tmp_path)
    assert third[0] == 0
    third[1].close()
    second[1].close()


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[int, Any]]:
    """The numbers that this process holds, given back in the end as by one that ends."""
    held: dict[int, Any] = {}
    monkeypatch.setattr(metric_files, "_held", held)
    monkeypatch.setattr(values, "ValueClass", values.ValueClass)
    yield held
    for _, lock in held.values():
        lock.close()


async def test_a_worker_answers_what_all_in_its_folder_have_counted(
    temporary_folder: Path, held: dict[int, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(temporary_folder))
    app = FastAPI()
    instrument(app)
    assert [number for number, _ in held.values()] == [0]
    Counter("of_a_worker", "Made by the test.", registry=CollectorRegistry()).inc(3)
    async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
        assert "of_a_worker_total 3.0" in (await client.get("/metrics")).text


def test_where_files_cannot_be_locked_they_are_named_by_process(
    tmp_path: Path, held: dict[int, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.core.metric_files.sys", SimpleNamespace(platform="win32"))
    metric_files.take_over_files(tmp_path)
    assert held == {}


@pytest.mark.live
@pytest.mark.slow
def test_the_metrics_of_several_workers_add_up(own_postgres_url: str, tmp_path: Path) -> None:
    """In a folder that is left behind."""
    limits = httpx.Limits(max_keepalive_connections=0)  # so that both workers answer
    with (
        live_server(own_postgres_url, "--workers", "2", TMPDIR=str(tmp_path)) as server,
        httpx.Client(base_url=server.url, limits=limits, timeout=patient(10)) as client,
    ):
        for _ in range(40):
            client.get("/api/v1/products")
        sample = re.compile(
            r'^http_requests_total\{handler="/api/v1/products",.*\} (.*)$', re.MULTILINE
        )

        def scrape() -> float:
            return float(sample.findall(client.get("/metrics").text)[0])

        wait_until(lambda: scrape() == 40)  # the last one is counted after its answer
        assert [scrape() for _ in range(8)] == [40.0] * 8
        assert server.stop() == 0
    [folder] = tmp_path.glob("metrics-*")
    assert [*folder.iterdir()] != []
