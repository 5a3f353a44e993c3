"""Proof of sql-error-logs-parameters."""

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from httpx import AsyncClient

from patience import patient


async def log_of_a_second_sign_up(
    module: ModuleType, file: Path, serve_file: Callable[..., tuple[str, Any]], folder: Path
) -> str:
    """Sign up twice with one e-mail address; return what the server logged."""
    async with module.engine.begin() as connection:
        await connection.run_sync(module.Base.metadata.create_all)
    url, process = serve_file(file)
    body = {"email": "ada@example.com", "password": "correct horse"}
    async with AsyncClient(base_url=url) as client:
        assert (await client.post("/users", json=body)).status_code == 201
        assert (await client.post("/users", json=body)).status_code == 500
    process.terminate()
    process.wait(patient(10))  # the traceback is logged after the response
    log = (folder / "server.log").read_text()
    assert 'duplicate key value violates unique constraint "users_email_key"' in log
    assert "DETAIL:  Key (email)=(ada@example.com) already exists." in log
    return log


@pytest.mark.slow
@pytest.mark.usefixtures("postgres_database")
async def test_bad_writes_the_password_hash_into_the_log(
    bad: ModuleType, bad_file: Path, serve_file: Callable[..., tuple[str, Any]], tmp_path: Path
) -> None:
    log = await log_of_a_second_sign_up(bad, bad_file, serve_file, tmp_path)
    assert "[parameters: ('ada@example.com', '$argon2id$" in log


@pytest.mark.slow
@pytest.mark.usefixtures("postgres_database")
async def test_good_logs_the_error_without_its_values(
    good: ModuleType, good_file: Path, serve_file: Callable[..., tuple[str, Any]], tmp_path: Path
) -> None:
    log = await log_of_a_second_sign_up(good, good_file, serve_file, tmp_path)
    assert "[SQL parameters hidden due to hide_parameters=True]" in log
    assert "$argon2id$" not in log
