"""Proof of subject-type."""

import runpy
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import jose.exceptions
import jose.jwt
import jwt
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

SECRET = "a secret of more than thirty-two bytes"


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JWT_SECRET", SECRET)


def token_of(subject: object) -> str:
    claims = {"sub": subject, "exp": datetime.now(UTC) + timedelta(minutes=5)}
    return jose.jwt.encode(claims, SECRET, "HS256")


async def get_me(file: Path, database: str, subject: str) -> httpx.Response:
    """Ask the file's app on this database for the user of a token; user 1 exists."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("APP_DATABASE_URL", database)
        module = runpy.run_path(str(file))
    engine = module["engine"]
    async with engine.begin() as connection:
        await connection.execute(text("DROP TABLE IF EXISTS users"))
        await connection.run_sync(module["Base"].metadata.create_all)
        await connection.execute(text("INSERT INTO users (id, name) VALUES (1, 'Ada')"))
    transport = httpx.ASGITransport(module["app"])
    headers = {"Authorization": f"Bearer {token_of(subject)}"}
    try:
        async with httpx.AsyncClient(
            transport=transport, base_url="http://test", headers=headers
        ) as client:
            return await client.get("/me")
    finally:
        await engine.dispose()


async def test_bad_finds_the_user_on_sqlite_and_raises_on_postgresql(
    bad_file: Path, sqlite_database: str, postgres_database: str
) -> None:
    assert (await get_me(bad_file, sqlite_database, "1")).json() == "Ada"
    message = r"invalid input for query argument \$1: '1' \('str' object cannot be interpreted"
    with pytest.raises(DBAPIError, match=message):
        await get_me(bad_file, postgres_database, "1")


async def test_good_finds_the_user_on_both(
    good_file: Path, sqlite_database: str, postgres_database: str
) -> None:
    assert (await get_me(good_file, sqlite_database, "1")).json() == "Ada"
    assert (await get_me(good_file, postgres_database, "1")).json() == "Ada"


async def test_good_answers_401_to_a_subject_that_is_no_number(
    good_file: Path, postgres_database: str
) -> None:
    assert (await get_me(good_file, postgres_database, "ada")).status_code == 401


async def test_good_must_convert_as_both_libraries_refuse_a_subject_that_is_no_string(
    good_file: Path, postgres_database: str
) -> None:
    with pytest.raises(jwt.exceptions.InvalidSubjectError):
        jwt.decode(token_of(1), SECRET, algorithms=["HS256"])
    with pytest.raises(jose.exceptions.JWTClaimsError, match="Subject must be a string"):
        jose.jwt.decode(token_of(1), SECRET, algorithms=["HS256"])
    assert (await get_me(good_file, postgres_database, "1")).status_code == 200
