"""references/servers.md: servers, and what stands between them and PostgreSQL."""

import asyncio
import json
import os
import re
import runpy
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.core.db import create_engine
from maintain import servers
from maintain.building.tables import with_table
from patience import patient
from postgres import running_postgres, scratch_database
from tests.support.projects import ROOT, needs_uv
from tests.support.sample import chosen

pytestmark = pytest.mark.slow

# What the page says of all servers.
SAID = {servers.FINISHED: "finishes", servers.LIFESPANS: "2 of 2"}


@pytest.fixture(scope="session")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment with all servers, beside a project."""
    return servers.environment(tmp_path_factory.mktemp("servers"))


@pytest.fixture
def database_url(server_url: str) -> Iterator[str]:
    """An empty database."""
    with scratch_database(server_url) as url:
        yield url


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Choose the servers that are run."""
    if "name" in metafunc.fixturenames:
        metafunc.parametrize("name", chosen(metafunc.config, [*servers.SERVERS], 1, "maintain"))


@needs_uv
@pytest.mark.timeout(120)
def test_a_server_finishes_what_it_began_and_replaces_a_dead_worker(
    name: str, python: Path, database_url: str
) -> None:
    command = servers.SERVERS[name]
    found = servers.measure_work(command, python, database_url)
    assert re.fullmatch(r"\d+\.\d s", found[servers.REPLACED])
    found = servers.measure_stop(command, python, database_url)
    assert {title: found[title] for title in SAID} == SAID
    assert found["stop, exit code"].endswith(" s, 0")


def test_the_page_shows_what_was_measured() -> None:
    page = servers.PAGE.read_text(encoding="utf-8")
    result = json.loads(servers.RESULT.read_text(encoding="utf-8"))
    assert with_table(page, "servers", servers.table(result)) == page
    assert list(result["servers"]) == list(servers.SERVERS)
    assert result["date"] in page


async def test_the_service_gets_fewer_connections_than_max_connections() -> None:
    """Three of 100 are for superusers."""
    with running_postgres() as server:
        url = server.url.replace("+asyncpg", "")
        async with AsyncExitStack() as stack:
            admin = await asyncpg.connect(url)
            await admin.execute("CREATE ROLE service LOGIN")
            await admin.close()
            for _ in range(97):
                connection = await asyncpg.connect(url, user="service")
                stack.push_async_callback(connection.close)
            with pytest.raises(
                asyncpg.TooManyConnectionsError, match="roles with the SUPERUSER attribute"
            ):
                await asyncpg.connect(url, user="service")
            stack.push_async_callback((await asyncpg.connect(url)).close)


@pytest.fixture
def pooled() -> Iterator[tuple[str, str]]:
    """The URL of a PgBouncer in transaction mode, with three connections, and PostgreSQL's own."""
    if shutil.which("pgbouncer") is None:
        pytest.skip("pgbouncer is not installed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with running_postgres() as server:
        settings = server.folder / "pgbouncer.ini"
        users = server.folder / "users"
        users.write_text('"postgres" ""\n')
        settings.write_text(
            f"[databases]\n* = host=127.0.0.1 port={server.port}\n[pgbouncer]\n"
            f"listen_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n"
            f"auth_type = trust\nauth_file = {users}\n"
            "pool_mode = transaction\ndefault_pool_size = 3\n"
        )
        user = "nobody" if os.geteuid() == 0 else None  # it refuses to run as root
        process = subprocess.Popen(["pgbouncer", "-q", settings], user=user)
        try:
            servers.wait_for(lambda: is_open(port), patient(10))
            yield make_url(server.url).set(port=port).render_as_string(), server.url
        finally:
            process.terminate()
            process.wait(10)


def is_open(port: int) -> bool:
    """Say whether something listens."""
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def rule_engine(code: str, url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncEngine:
    """Return the engine of the rule's bad or good code."""
    monkeypatch.setenv("APP_DATABASE_URL", url)
    file = ROOT / "snippets" / "rules" / "prepared_statements_behind_pgbouncer" / f"{code}.py"
    engine: AsyncEngine = runpy.run_path(str(file))["engine"]
    return engine


async def failures(engine: AsyncEngine) -> list[str]:
    """Run 100 transactions, 15 at a time; return what went wrong."""

    async def add(number: int) -> None:
        async with engine.begin() as connection:
            statement = text("SELECT CAST(:a AS integer) + CAST(:b AS integer)")
            result = await connection.execute(statement, {"a": number, "b": 1})
            assert result.scalar_one() == number + 1

    done = await asyncio.gather(*map(add, range(100)), return_exceptions=True)
    await engine.dispose()
    return [str(each) for each in done if each is not None]


async def test_behind_pgbouncer_three_connections_serve_fifteen(
    pooled: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = await failures(rule_engine("bad", pooled[0], monkeypatch))
    assert any("prepared statement" in failure for failure in bad)
    assert await failures(rule_engine("good", pooled[0], monkeypatch)) == []


async def test_behind_pgbouncer_who_waits_ends_with_the_drivers_time_limit(
    pooled: tuple[str, str],
) -> None:
    engine = create_engine(pooled[0], 4, command_timeout=1)
    async with AsyncExitStack() as stack:
        for _ in range(3):
            connection = await stack.enter_async_context(engine.connect())
            await connection.execute(text("SELECT 1"))
        waiting = await stack.enter_async_context(engine.connect())
        with pytest.raises(TimeoutError):
            await waiting.execute(text("SELECT 1"))
    await engine.dispose()


async def test_behind_pgbouncer_nothing_belongs_to_a_session(pooled: tuple[str, str]) -> None:
    through, direct = (url.replace("+asyncpg", "") for url in pooled)
    one = await asyncpg.connect(through, statement_cache_size=0)
    heard: list[object] = []
    await one.add_listener("news", lambda *news: heard.append(news))
    straight = await asyncpg.connect(direct)
    arrived = asyncio.Event()
    await straight.add_listener("news", lambda *_: arrived.set())
    await straight.execute("NOTIFY news")
    await asyncio.wait_for(arrived.wait(), patient(10))
    assert heard == []
    await one.execute("SET statement_timeout = 1234")
    other = await asyncpg.connect(through, statement_cache_size=0)
    assert await other.fetchval("SHOW statement_timeout") == "1234ms"
    for connection in (one, other, straight):
        await connection.close()
