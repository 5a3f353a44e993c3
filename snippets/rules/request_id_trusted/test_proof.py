"""Proof of request-id-trusted."""

import socket
from collections.abc import Callable
from http.client import HTTPResponse
from types import ModuleType

import pytest
from starlette.types import ASGIApp

from patience import patient

Serve = Callable[[ASGIApp], str]
FORGED = "a1 path=/admin"
LONG = "a" * 50_000


@pytest.fixture(autouse=True)
def _levels(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")


def send(url: str, request_id: str) -> tuple[int, str]:
    """Send a request with this id; return the status and the id of the response."""
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=patient(5)) as connection:
        # bytes: clients refuse to send what an attacker sends
        request = f"GET /orders HTTP/1.1\r\nHost: {host}\r\nX-Request-ID: {request_id}\r\n\r\n"
        connection.sendall(request.encode("latin-1"))
        response = HTTPResponse(connection)
        response.begin()
        return response.status, response.getheader("X-Request-ID", "")


def logged(module: ModuleType, log: pytest.LogCaptureFixture) -> list[str]:
    """Return the messages of the module."""
    return [record.getMessage() for record in log.records if record.name == module.__name__]


def fields(line: str) -> dict[str, str]:
    """Read a line as log collectors do."""
    return dict(field.split("=", 1) for field in line.split())


def test_bad_lets_a_caller_forge_a_field_of_the_log_line(
    bad: ModuleType, serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    assert send(serve(bad.app), FORGED) == (200, FORGED)
    [line] = logged(bad, caplog)
    assert fields(line)["path"] == "/admin"


def test_bad_lets_a_caller_forge_a_line_for_readers_that_break_at_u0085(
    bad: ModuleType, serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    url = serve(bad.app)
    assert send(url, "a1\npath=/admin")[0] == 400  # the server refuses a real line break
    assert send(url, "a1\x85path=/admin")[0] == 200
    [line] = logged(bad, caplog)
    assert line.splitlines() == ["path=/orders request_id=a1", "path=/admin"]


def test_bad_logs_and_returns_an_id_of_any_length(
    bad: ModuleType, serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    assert send(serve(bad.app), LONG) == (200, LONG)
    [line] = logged(bad, caplog)
    assert len(line) > len(LONG)


@pytest.mark.parametrize(
    "request_id",
    [FORGED, "a1\x85path=/admin", LONG, "a" * 129],
    ids=["a field", "a line", "50 kB", "129 characters"],
)
def test_good_replaces_what_is_no_id(
    good: ModuleType, serve: Serve, caplog: pytest.LogCaptureFixture, request_id: str
) -> None:
    status, returned = send(serve(good.app), request_id)
    assert (status, len(returned)) == (200, 32)
    assert logged(good, caplog) == [f"path=/orders request_id={returned}"]


def test_good_keeps_a_sane_id(good: ModuleType, serve: Serve) -> None:
    url = serve(good.app)
    assert send(url, "7f3c-A_b.c")[1] == "7f3c-A_b.c"
    assert send(url, "a" * 128)[1] == "a" * 128
    assert send(url, "a" * 129)[1] != "a" * 129
