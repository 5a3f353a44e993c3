"""Settings: what is read, and what stops the start."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Self

import pytest
from pydantic import Field, SecretStr, ValidationError, model_validator

from app.core.config import Settings, get_settings
from live import ROOT

SECRET = "0123456789abcdef0123456789abcdef"


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Start from a valid environment, and no `.env`."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("APP_JWT_SECRET", SECRET)
    monkeypatch.delenv("APP_CORS_ORIGINS")
    get_settings.cache_clear()


def test_the_defaults_need_only_a_secret() -> None:
    settings = get_settings()
    assert settings.database_url.get_secret_value().startswith("sqlite+aiosqlite:///")
    assert settings.jwt_exp_minutes == 30
    assert settings.cors_origins == ()
    assert settings.create_tables


@pytest.mark.parametrize(
    ("value", "origins"),
    [
        ('["https://a.example", "http://localhost:3000"]',
         ("https://a.example", "http://localhost:3000")),
        ("https://a.example, http://localhost:3000,",
         ("https://a.example", "http://localhost:3000")),
        ("https://a.example", ("https://a.example",)),
        ("[]", ()),
        ("", ()),
    ],
)  # fmt: skip
def test_origins_are_a_json_list_or_a_comma_list(
    monkeypatch: pytest.MonkeyPatch, value: str, origins: tuple[str, ...]
) -> None:
    monkeypatch.setenv("APP_CORS_ORIGINS", value)
    assert get_settings().cors_origins == origins


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("APP_JWT_SECRET", "hunter2-too-short"),
        ("APP_JWT_SECRET", None),
        ("APP_JWT_EXP_MINUTES", "hunter2"),
        ("APP_JWT_EXP_MINUTES", "-5"),
        ("APP_JWT_EXP_MINUTES", "0"),
        ("APP_JWT_EXP_MINUTES", "9" * 30),
        ("APP_DATABASE_URL", "hunter2"),
        ("APP_DATABASE_URL", ""),
        ("APP_DATABASE_URL", "postgresql://u:hunter2@h/d"),
        ("APP_DATABASE_URL", "postgresql+psycopg2://u:hunter2@h/d"),
        ("APP_DATABASE_URL", "postgresql+asyncpg://u:hunter2@h:port/d"),
        ("APP_DATABASE_URL", "postgresql+asyncpg://u:hunter2@h/d?sslmode=require"),
        ("APP_DATABASE_POOL_SIZE", "0"),
        ("APP_CREATE_TABLES", "hunter2"),
        ("APP_CORS_ORIGINS", "*"),
        ("APP_CORS_ORIGINS", "https://*.hunter2.example"),
        ("APP_CORS_ORIGINS", "https://hunter2.example/"),
        ("APP_CORS_ORIGINS", "hunter2.example"),
        ("APP_CORS_ORIGINS", '["https://hunter2.example"'),
        ("APP_CORS_ORIGINS", "[1]"),
    ],
)
def test_a_bad_setting_stops_the_start_and_its_value_stays_secret(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    variable: str,
    value: str | None,
) -> None:
    if value is None:
        monkeypatch.delenv(variable)
    else:
        monkeypatch.setenv(variable, value)
    with pytest.raises(SystemExit) as stopped:
        get_settings()
    assert stopped.value.code == 3
    message = capsys.readouterr().err
    assert message.startswith(f"{variable}: ")
    assert "hunter2" not in message


def test_every_bad_setting_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("APP_JWT_SECRET", "short")
    monkeypatch.setenv("APP_JWT_EXP_MINUTES", "long")
    with pytest.raises(SystemExit):
        get_settings()
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(":")[0] for line in lines] == ["APP_JWT_SECRET", "APP_JWT_EXP_MINUTES"]


class OwnSettings(Settings):
    """Settings as a project may go on with them."""

    hosts: list[str] = Field(default=[])

    @model_validator(mode="after")
    def need_two(self) -> Self:
        """Refuse what no field alone is to blame for."""
        if len(self.hosts) == 1:
            raise ValueError("one host is no cluster")
        return self


@pytest.mark.parametrize(
    ("hosts", "told"), [("hunter2", '"hosts"'), ('["hunter2"]', "one host is no cluster")]
)
def test_a_setting_of_ones_own_stops_the_start_as_any_other(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], hosts: str, told: str
) -> None:
    monkeypatch.setattr("app.core.config.Settings", OwnSettings)
    monkeypatch.setenv("APP_HOSTS", hosts)
    with pytest.raises(SystemExit) as stopped:
        get_settings()
    assert stopped.value.code == 3
    message = capsys.readouterr().err
    assert told in message
    assert "hunter2" not in message


DOTENV = "APP_JWT_EXP_MINUTES=5\nPOSTGRES_PASSWORD=x\n"
MINUTES = "from app.core.config import get_settings; print(get_settings().jwt_exp_minutes)"


def test_a_dotenv_file_is_read_and_may_hold_what_other_programs_need(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(DOTENV)
    done = subprocess.run(
        [sys.executable, "-c", MINUTES],
        cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, check=True,
    )  # fmt: skip
    assert done.stdout == b"5\n"


def test_the_dotenv_file_of_who_runs_the_tests_is_not_read(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(DOTENV)
    assert get_settings().jwt_exp_minutes == 30


def test_the_variables_of_who_runs_the_tests_are_not_read() -> None:
    """A service that runs beside the tests, from this shell, has its own."""
    own = {"APP_CREATE_TABLES": "0", "app_jwt_exp_minutes": "5", "PROMETHEUS_MULTIPROC_DIR": "/x"}
    kept = {"APP_TEST_DATABASE_URL": "postgresql+asyncpg://u@h/d"}
    paths = {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")])}
    script = "import os, without_dotenv; print(*os.environ)"
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=os.environ | own | kept | paths, capture_output=True, check=True, text=True,
    )  # fmt: skip
    assert {*done.stdout.split()}.isdisjoint(own)
    assert {*done.stdout.split()} >= {*kept}


def test_printing_the_settings_shows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APP_DATABASE_URL", "postgresql+asyncpg://u:hunter2@h/d")
    assert "hunter2" not in repr(get_settings())
    assert SECRET not in repr(get_settings())


def test_the_error_of_the_settings_class_shows_no_value() -> None:
    with pytest.raises(ValidationError) as caught:
        Settings(jwt_secret=SecretStr("hunter2"), jwt_exp_minutes=-7_777)
    assert "jwt_secret" in str(caught.value)
    assert "hunter2" not in str(caught.value)
    assert "7777" not in str(caught.value)


def test_origins_may_be_given_in_code() -> None:
    assert Settings(cors_origins=("https://a.example",)).cors_origins == ("https://a.example",)
