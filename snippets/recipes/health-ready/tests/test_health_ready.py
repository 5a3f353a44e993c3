"""Probes: what a restart mends, and what it does not."""

import re
import signal
import threading
import time

import httpx
import pytest
from httpx import AsyncClient

from live import ROOT, live_server
from patience import patient, wait_until
from postgres import running_postgres

pytestmark = pytest.mark.live


def test_without_its_database_it_is_alive_and_not_ready() -> None:
    """A liveness probe that asks the database restarts all processes when it is away."""
    with running_postgres() as postgres, live_server(postgres.url) as server:
        assert httpx.get(f"{server.url}/readyz").json() == {"status": "ok"}
        postgres.stop()
        assert httpx.get(f"{server.url}/readyz", timeout=patient(10)).status_code == 503
        assert httpx.get(f"{server.url}/livez").json() == {"status": "ok"}
        postgres.start()
        assert httpx.get(f"{server.url}/readyz", timeout=patient(10)).status_code == 200


async def test_monitors_may_ask_with_head(client: AsyncClient) -> None:
    assert (await client.head("/livez")).status_code == 200
    assert (await client.head("/readyz")).status_code == 200


def test_a_process_that_stands_still_is_not_alive(own_postgres_url: str) -> None:
    with live_server(own_postgres_url) as server:
        server.process.send_signal(signal.SIGSTOP)
        with pytest.raises(httpx.ReadTimeout):
            httpx.get(f"{server.url}/livez", timeout=2)
        server.process.send_signal(signal.SIGCONT)
        assert httpx.get(f"{server.url}/livez", timeout=patient(10)).status_code == 200


def is_refused(url: str) -> bool:
    """Say whether nobody listens there."""
    try:
        httpx.get(url, timeout=patient(5))
    except httpx.ConnectError:
        return True
    except httpx.RemoteProtocolError:  # accepted just before, closed unanswered
        return False
    return False


def test_a_server_stops_listening_at_once(own_postgres_url: str) -> None:
    """While requests run on: no probe can say `not ready` first, the pause before SIGTERM does."""
    with live_server(own_postgres_url, module="live_app:app") as server:
        answers: list[int] = []
        request = threading.Thread(
            target=lambda: answers.append(
                httpx.get(f"{server.url}/slow", timeout=patient(10)).status_code
            )
        )
        request.start()
        wait_until(lambda: '"slow"' in server.log())
        server.process.terminate()
        while not is_refused(f"{server.url}/livez"):
            time.sleep(0.01)
        assert request.is_alive()
        request.join()
        assert answers == [200]


def test_the_times_in_the_manifest_add_up() -> None:
    manifest = (ROOT / "kubernetes.yaml").read_text()
    grace, pause = re.findall(r"(?:GracePeriodSeconds|sleep: {seconds): (\d+)", manifest)
    [shutdown] = re.findall(
        r'"--timeout-graceful-shutdown", "(\d+)"', (ROOT / "Dockerfile").read_text()
    )
    assert int(grace) > int(pause) + int(shutdown)
