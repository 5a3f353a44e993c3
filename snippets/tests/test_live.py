"""The service as users run it: real processes, real connections."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

from app.core.db import create_engine
from clients import ADA, headers_of, sign_up
from live import ROOT, SECRET, live_server, wait_until_healthy
from patience import patient, wait_until
from postgres import running_postgres

pytestmark = [pytest.mark.slow, pytest.mark.live]


def body(number: int) -> dict[str, str]:
    """Return an account of its own."""
    return ADA | {"email": f"{number}@example.com"}


def test_several_workers_create_the_tables_at_once(own_database_url: str) -> None:
    with live_server(own_database_url, "--workers", "4") as server:
        assert httpx.post(f"{server.url}/api/v1/users", json=ADA).status_code == 201
        wait_until(lambda: server.log().count("Application startup complete") == 4)
        assert "Traceback" not in server.log()


def test_a_bad_setting_stops_the_server_and_all_its_workers(tmp_path: Path) -> None:
    environment = os.environ | {"APP_JWT_SECRET": "hunter2", "PYTHONPATH": str(ROOT)}
    for workers in ("1", "2"):
        command = [sys.executable, "-m", "uvicorn", "app.main:app", "--port", "0"]
        done = subprocess.run(
            [*command, "--workers", workers],
            cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=patient(30),
            check=False,
        )  # fmt: skip
        assert "APP_JWT_SECRET: " in done.stderr
        assert "hunter2" not in done.stdout + done.stderr
        assert "Traceback" not in done.stderr


def test_a_worker_that_died_is_replaced(own_postgres_url: str) -> None:
    with live_server(own_postgres_url, "--workers", "2") as server:

        def started() -> list[str]:
            return re.findall(r"server process \[(\d+)\]", server.log())

        wait_until(lambda: len(started()) == 2)
        os.kill(int(started()[0]), signal.SIGKILL)
        wait_until(lambda: len(started()) == 3)
        wait_until_healthy(server)


def test_sigterm_lets_a_running_request_finish(own_postgres_url: str) -> None:
    with live_server(own_postgres_url, module="live_app:app") as server:
        answers = []
        request = threading.Thread(
            target=lambda: answers.append(httpx.get(f"{server.url}/slow", timeout=patient(10)))
        )
        request.start()
        wait_until(lambda: '"slow"' in server.log())
        server.stop(signal.SIGTERM)
        request.join()
        assert [answer.json() for answer in answers] == [{"status": "done"}]


def test_a_connection_survives_a_500(own_postgres_url: str) -> None:
    """With `@app.exception_handler(Exception)` the server would drop it."""
    with (
        live_server(own_postgres_url, module="live_app:app") as server,
        httpx.Client(base_url=server.url, transport=httpx.HTTPTransport(retries=0)) as client,
    ):
        for _ in range(20):
            assert client.get("/bug").status_code == 500
            assert client.get("/healthz").status_code == 200
        assert server.log().count("Traceback (most recent call last)") == 20


def test_the_log_is_one_json_object_a_line_and_one_line_a_request(own_postgres_url: str) -> None:
    with live_server(own_postgres_url, module="live_app:app") as server:
        ids = [f"request-{number}" for number in range(6)]
        paths = ["/bug", "/nowhere", "/api/v1/users/1", "/api/v1/products", "/healthz", "/docs"]
        for request_id, path in zip(ids, paths, strict=True):
            httpx.get(f"{server.url}{path}", headers={"X-Request-ID": request_id})
        server.stop()
        lines = [json.loads(line) for line in server.log().splitlines()]
    requests = [line for line in lines if line["event"] == "request"]
    logged = {line["request_id"]: line["path"] for line in requests}
    assert [logged[request_id] for request_id in ids] == paths
    assert len([line for line in lines if line.get("request_id") in ids and "path" in line]) == 6
    assert not [line for line in lines if line["logger"] == "uvicorn.access"]


def test_no_log_holds_a_password_a_token_or_a_hash(own_postgres_url: str) -> None:
    password = "hunter2-hunter2"
    with live_server(own_postgres_url, module="live_app:app") as server:
        with httpx.Client(base_url=server.url) as client:
            client.post("/api/v1/users", json=ADA | {"password": password})
            client.post("/api/v1/users", json=ADA | {"password": password})
            client.post("/api/v1/users", json={"password": password})
            form = {"username": ADA["email"], "password": password}
            token = client.post("/api/v1/auth/login", data=form).json()["access_token"]
            for bearer in (token, token + "x"):
                client.get("/bug", headers={"Authorization": f"Bearer {bearer}"})
                client.get("/api/v1/users/1", headers={"Authorization": f"Bearer {bearer}"})
        server.stop()
        log = server.log()
    for secret in (password, token, SECRET, "$argon2id$"):
        assert secret not in log


async def test_what_was_acknowledged_survives_kill_9(own_database_url: str) -> None:
    acknowledged = []
    enough = asyncio.Event()
    with live_server(own_database_url) as server:

        async def write(client: httpx.AsyncClient, first: int) -> None:
            for number in range(first, first + 1000):
                response = await client.post("/api/v1/users", json=body(number))
                acknowledged.append(response.json()["email"])
                if len(acknowledged) == 20:
                    enough.set()

        async with httpx.AsyncClient(base_url=server.url) as client:
            writers = [asyncio.create_task(write(client, 1000 * n)) for n in range(8)]
            await enough.wait()
            server.process.kill()
            await asyncio.gather(*writers, return_exceptions=True)
    engine = create_engine(own_database_url, 1)
    async with engine.connect() as connection:
        found = set((await connection.scalars(text("SELECT email FROM users"))).all())
    await engine.dispose()
    assert set(acknowledged) <= found


async def test_a_read_sees_the_write_that_was_acknowledged_before_it(own_database_url: str) -> None:
    """Over two connections to two workers."""
    with live_server(own_database_url, "--workers", "2") as server:
        async with (
            httpx.AsyncClient(base_url=server.url) as writer,
            httpx.AsyncClient(base_url=server.url) as reader,
        ):
            await sign_up(writer)
            headers = await headers_of(writer)
            for number in range(100):
                product = {"name": f"Lamp {number}", "price": 1}
                made = await writer.post("/api/v1/products", json=product, headers=headers)
                seen = await reader.get("/api/v1/products", params={"limit": 1})
                assert seen.json() == [made.json()]


async def test_simultaneous_requests_of_all_kinds_all_succeed(own_database_url: str) -> None:
    """On SQLite too: nobody is told that the database is locked."""
    with live_server(own_database_url, "--workers", "2") as server:
        limits = httpx.Limits(max_connections=20)
        async with httpx.AsyncClient(
            base_url=server.url, limits=limits, timeout=patient(50)
        ) as client:
            await sign_up(client)
            headers = await headers_of(client)
            product = {"name": "Lamp", "price": 1}
            answers = await asyncio.gather(
                *(client.post("/api/v1/products", json=product, headers=headers)
                  for _ in range(100)),
                *(client.get("/api/v1/products") for _ in range(100)),
                *(client.post("/api/v1/users", json=body(n % 10)) for n in range(20)),
            )  # fmt: skip
    statuses = [answer.status_code for answer in answers]
    assert statuses[:100] == [201] * 100
    assert statuses[100:200] == [200] * 100
    assert sorted(statuses[200:]) == [201] * 10 + [409] * 10


async def test_hashing_does_not_stall_other_requests(own_postgres_url: str) -> None:
    """While logins queue for a second, nobody else waits for as long as one hash times ten."""
    with live_server(own_postgres_url) as server:
        async with httpx.AsyncClient(base_url=server.url, timeout=patient(50)) as client:
            await sign_up(client)
            form = {"username": ADA["email"], "password": "wrong horse"}
            started = time.perf_counter()
            await client.post("/api/v1/auth/login", data=form)
            one = time.perf_counter() - started
            logins = [
                asyncio.create_task(client.post("/api/v1/auth/login", data=form)) for _ in range(20)
            ]
            await asyncio.sleep(0.1)
            waits = []
            while not all(login.done() for login in logins):
                started = time.perf_counter()
                await client.get("/docs")
                waits.append(time.perf_counter() - started)
    # On the event loop, a request would wait for all the logins before it: 20 times one.
    assert {login.result().status_code for login in logins} == {401}
    assert len(waits) > 5
    assert sorted(waits)[len(waits) // 2] < one * 5


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT], ids=["stop", "crash"])
async def test_the_service_recovers_when_the_database_comes_back(how: signal.Signals) -> None:
    with running_postgres() as postgres, live_server(postgres.url) as server:
        async with httpx.AsyncClient(base_url=server.url, timeout=patient(20)) as client:
            await sign_up(client)
            for _ in range(10):  # fill the pool
                await asyncio.gather(*(client.get("/api/v1/products") for _ in range(10)))
            await asyncio.to_thread(postgres.stop, how)
            down = await client.get("/api/v1/products")
            assert (down.status_code, down.json()) == (503, {"error": "Service unavailable"})
            assert (await client.get("/healthz")).status_code == 503
            await asyncio.to_thread(postgres.start)
            wait_until_healthy(server, 10)
            answers = await asyncio.gather(*(client.get("/api/v1/products") for _ in range(20)))
            assert {answer.status_code for answer in answers} == {200}
            assert (await client.post("/api/v1/users", json=ADA)).status_code == 409


async def test_the_service_recovers_when_its_connections_are_cut(own_postgres_url: str) -> None:
    with live_server(own_postgres_url) as server:
        async with httpx.AsyncClient(base_url=server.url, timeout=patient(20)) as client:
            await asyncio.gather(*(client.get("/api/v1/products") for _ in range(10)))
            engine = create_engine(own_postgres_url, 1)
            async with engine.connect() as connection:
                cut = await connection.execute(
                    text(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                    )
                )
                assert len(cut.all()) > 2
            await engine.dispose()
            answers = await asyncio.gather(*(client.get("/api/v1/products") for _ in range(20)))
            assert {answer.status_code for answer in answers} == {200}
            assert (await client.get("/healthz")).status_code == 200
