"""Proof of error-handler-outside-middleware."""

import select
import subprocess
from collections.abc import Callable
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from types import ModuleType

import httpx
import pytest
from starlette.types import ASGIApp

from patience import patient

Serve = Callable[[ASGIApp], str]
ServeFile = Callable[..., tuple[str, subprocess.Popen[bytes]]]


def error_500(url: str) -> httpx.Headers:
    """Cause an error from a page of another origin; return the headers of its 500."""
    response = httpx.get(f"{url}/share?people=0", headers={"Origin": "https://shop.example"})
    assert response.status_code == 500
    assert response.json() == {"detail": "Internal server error"}
    return response.headers


def open_after_500(url: str) -> HTTPConnection:
    """Return a connection after a 500 that did not announce its end."""
    connection = HTTPConnection(url.removeprefix("http://"), timeout=patient(5))
    assert get(connection, "/share?people=0").getheader("connection") is None
    return connection


def get(connection: HTTPConnection, path: str) -> HTTPResponse:
    """Send one request and read its answer to the end."""
    connection.request("GET", path)
    response = connection.getresponse()
    response.read()
    return response


def tracebacks(serve_file: ServeFile, file: Path, folder: Path) -> int:
    """Cause one error; return how often the output of the server tells of it."""
    url, server = serve_file(file)
    error_500(url)
    server.terminate()
    server.wait(patient(30))
    return (folder / "server.log").read_text().count("ZeroDivisionError: ")


def test_bad_500_has_no_cors_header_and_no_request_id(bad: ModuleType, serve: Serve) -> None:
    headers = error_500(serve(bad.app))
    assert "access-control-allow-origin" not in headers
    assert "x-request-id" not in headers


def test_bad_loses_the_next_request_on_the_connection(bad: ModuleType, serve: Serve) -> None:
    connection = open_after_500(serve(bad.app))
    select.select([connection.sock], [], [], 2)  # until the server has closed it
    with pytest.raises(ConnectionError):
        get(connection, "/share?people=3")


def test_bad_logs_the_error_twice(bad_file: Path, serve_file: ServeFile, tmp_path: Path) -> None:
    assert tracebacks(serve_file, bad_file, tmp_path) == 2


def test_good_500_has_the_cors_header_and_a_request_id(good: ModuleType, serve: Serve) -> None:
    headers = error_500(serve(good.app))
    assert headers["access-control-allow-origin"] == "https://shop.example"
    assert len(headers["x-request-id"]) == 32


def test_good_answers_the_next_request_on_the_connection(good: ModuleType, serve: Serve) -> None:
    connection = open_after_500(serve(good.app))
    select.select([connection.sock], [], [], 0.2)
    assert get(connection, "/share?people=3").status == 200
    connection.close()


def test_good_logs_the_error_once(good_file: Path, serve_file: ServeFile, tmp_path: Path) -> None:
    assert tracebacks(serve_file, good_file, tmp_path) == 1
