"""Proof of client-address-behind-proxy."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from types import ModuleType

import pytest

from patience import patient

PROXY = "127.0.0.2"
STRANGER = "127.0.0.3"
CLIENT = "203.0.113.7"
FORGED = "198.51.100.1"

# what uvicorn before 0.50 imports from websockets, at its start
pytestmark = pytest.mark.filterwarnings("ignore:websockets:DeprecationWarning")


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FORWARDED_ALLOW_IPS", raising=False)
    monkeypatch.setenv("APP_PROXY_ADDRESS", PROXY)


@contextmanager
def running(module: ModuleType) -> Iterator[int]:
    """Run the module's server in a thread; yield its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = module.create_server(port)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.01)
    try:
        yield port
    finally:
        server.should_exit = True
        thread.join(20)


def address(port: int, peer: str, forwarded_for: str) -> str:
    """Connect from an address; return what the application takes for the client's."""
    connection = HTTPConnection("127.0.0.1", port, timeout=patient(5), source_address=(peer, 0))
    connection.request("GET", "/address", headers={"X-Forwarded-For": forwarded_for})
    answer = connection.getresponse().read().decode()
    connection.close()
    return answer.strip('"')


def test_bad_believes_a_stranger(bad: ModuleType) -> None:
    with running(bad) as port:
        assert address(port, STRANGER, FORGED) == FORGED


def test_bad_believes_a_client_of_the_proxy(bad: ModuleType) -> None:
    with running(bad) as port:
        assert address(port, PROXY, f"{FORGED}, {CLIENT}") == FORGED


def test_good_believes_no_stranger(good: ModuleType) -> None:
    with running(good) as port:
        assert address(port, STRANGER, FORGED) == STRANGER


def test_good_believes_only_what_the_proxy_appended(
    good: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running(good) as port:
        assert address(port, PROXY, CLIENT) == CLIENT
        assert address(port, PROXY, f"{FORGED}, {CLIENT}") == CLIENT
    monkeypatch.setenv("APP_PROXY_ADDRESS", "127.0.0.1")  # uvicorn's default
    with running(good) as port:
        assert address(port, PROXY, CLIENT) == PROXY


def test_good_trusts_nobody_with_quotes_in_the_value(
    good: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APP_PROXY_ADDRESS", "'*'")  # as CMD ["uvicorn", ..., "--forwarded...='*'"]
    with running(good) as port:
        assert address(port, PROXY, CLIENT) == PROXY
        assert address(port, "127.0.0.1", CLIENT) == "127.0.0.1"
