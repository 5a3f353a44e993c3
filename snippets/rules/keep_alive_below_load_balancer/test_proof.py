"""Proof of keep-alive-below-load-balancer: all times are a fortieth, to be quick."""

import re
import select
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from gunicorn.config import Keepalive

from patience import patient

SCALE = 1 / 40
IDLE_TIMEOUT = 60 * SCALE  # of an AWS load balancer
REQUEST = b"POST /orders HTTP/1.1\r\nHost: shop\r\nContent-Length: 0\r\n\r\n"


@contextmanager
def connection_to(manifest: Path) -> Iterator[socket.socket]:
    """Serve with the keep-alive that a manifest gives, and connect as a load balancer does."""
    app = FastAPI()
    app.add_api_route("/orders", lambda: None, methods=["POST"], status_code=204)
    given = re.search(r"--timeout-keep-alive=(\d+)", manifest.read_text())
    # ws="none": what uvicorn 0.30 imports for it is deprecated
    config = uvicorn.Config(app, log_level="critical", loop="asyncio", ws="none")
    seconds = int(given[1]) if given else config.timeout_keep_alive
    config.timeout_keep_alive = seconds * SCALE  # type: ignore[assignment]  # a fraction works
    server = uvicorn.Server(config)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        try:
            with socket.create_connection(listening.getsockname()) as connection:
                connection.settimeout(patient(10))
                yield connection
        finally:
            server.should_exit = True
            thread.join(patient(20))


def order_twice(connection: socket.socket) -> list[bytes]:
    """Return the answers, which have no body, to two orders.

    The second comes as late as the load balancer still reuses the connection. Where the service
    closes it earlier, the order is under way when it does.
    """
    connection.sendall(REQUEST)
    answers = [connection.recv(4096)]
    select.select([connection], [], [], IDLE_TIMEOUT)
    try:
        connection.sendall(REQUEST)
        answers.append(connection.recv(4096))
    except ConnectionError:
        answers.append(b"")
    return answers


def test_bad_leaves_an_order_without_an_answer(bad_file: Path) -> None:
    with connection_to(bad_file) as connection:
        first, second = order_twice(connection)
    assert b" 204 " in first
    assert second == b""


def test_good_answers_both(good_file: Path) -> None:
    with connection_to(good_file) as connection:
        answers = order_twice(connection)
    assert all(b" 204 " in answer for answer in answers)


def test_bad_has_what_the_servers_choose_5_and_2_seconds(bad_file: Path) -> None:
    assert "keep-alive" not in bad_file.read_text()
    assert uvicorn.Config("main:app").timeout_keep_alive == 5
    assert Keepalive.default == 2
