"""Proof of wrong-driver-url."""

import importlib.util
from importlib.metadata import version
from pathlib import Path
from types import ModuleType

import pytest
from sqlalchemy.exc import InvalidRequestError, NoSuchModuleError

DEFAULT_DRIVER = "psycopg2" if version("sqlalchemy").startswith("2.0.") else "psycopg"


def import_file(file: Path) -> ModuleType:
    """Import a rule's file, as the start of the service does."""
    spec = importlib.util.spec_from_file_location("service", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("url", "error", "message"),
    [
        (
            "postgresql://app:hunter2@db/app",
            ModuleNotFoundError,
            f"No module named '{DEFAULT_DRIVER}'$",
        ),
        (
            "postgres://app:hunter2@db/app",
            NoSuchModuleError,
            "Can't load plugin: sqlalchemy.dialects:postgres$",
        ),
        (
            "sqlite:///app.db",
            InvalidRequestError,
            "The asyncio extension requires an async driver to be used.",
        ),
    ],
)
def test_bad_leaves_the_driver_to_sqlalchemy_and_fails_without_naming_the_url(
    bad_file: Path,
    monkeypatch: pytest.MonkeyPatch,
    url: str,
    error: type[Exception],
    message: str,
) -> None:
    monkeypatch.setenv("APP_DATABASE_URL", url)
    with pytest.raises(error, match=message):
        import_file(bad_file)


@pytest.mark.parametrize(
    "url", ["postgresql://app:hunter2@db/app", "postgres://app:hunter2@db/app", "sqlite:///app.db"]
)
def test_good_names_the_setting_and_what_it_takes(
    good_file: Path, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("APP_DATABASE_URL", url)
    with pytest.raises(ValueError, match="begin it with postgresql\\+asyncpg or ") as raised:
        import_file(good_file)
    assert "database_url" in str(raised.value)
    assert "hunter2" not in str(raised.value)
    monkeypatch.setenv("APP_DATABASE_URL", "postgresql+asyncpg://app:hunter2@db/app")
    assert import_file(good_file).engine.driver == "asyncpg"
