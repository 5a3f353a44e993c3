"""What a finding says depends on the versions that the project has."""

from pathlib import Path

import pytest

from fastapi_pro.paths import RULES
from fastapi_pro.rulebook import load_rule
from tests.audit.programs import audit

LATE = """
#= app/main.py
from fastapi import Depends, FastAPI
from sqlalchemy import create_engine
from sqlalchemy.orm import Session
engine = create_engine("postgresql://db/app", hide_parameters=True)
app = FastAPI()
def get_db():
    with Session(engine) as session:
        yield session
        session.commit()
@app.get("/")
def use(session: Session = Depends(get_db)): ...
#= requirements.txt
"""


def _fixes(folder: Path, requirement: str) -> list[str]:
    found = audit(folder, f"{LATE}{requirement}\n")
    return [f.fix for f in found if f.slug == "commit-after-response"]


@pytest.mark.parametrize("version", ["==0.105.0", "==0.118.0", "==0.120.4", "<0.121,>=0.118"])
def test_an_old_version_gets_the_fix_for_it(version: str, tmp_path: Path) -> None:
    (fix,) = _fixes(tmp_path, f"fastapi{version}")
    assert fix.startswith("Commit in the endpoint")


@pytest.mark.parametrize("version", [">=0.118", "<1"])
def test_where_older_ones_are_admitted_the_fix_names_its_version(
    version: str, tmp_path: Path
) -> None:
    (fix,) = _fixes(tmp_path, f"fastapi{version}")
    assert fix.startswith("`Depends(get_db")
    assert fix.endswith("(from fastapi 0.121)")


@pytest.mark.parametrize("requirement", ["fastapi>=0.121", "fastapi", "fastapi==0.165.0", "httpx"])
def test_else_the_fix_has_no_version(requirement: str, tmp_path: Path) -> None:
    (fix,) = _fixes(tmp_path, requirement)
    assert fix == load_rule(RULES / "commit_after_response").fix


@pytest.mark.parametrize("version", ["==0.106.0", "==0.117.1", "<0.118,>0.110"])
def test_a_version_without_the_fault_gets_nothing(version: str, tmp_path: Path) -> None:
    assert _fixes(tmp_path, f"fastapi{version}") == []


def test_without_a_fix_for_old_versions_an_upgrade_is_named(tmp_path: Path) -> None:
    found = audit(
        tmp_path,
        """
from sqlalchemy.ext.asyncio import create_async_engine
engine = create_async_engine("postgresql+asyncpg://db/app", pool_pre_ping=True)
#= requirements.txt
asyncpg==0.31.0
""",
    )
    (fix,) = [f.fix for f in found if f.slug == "ping-that-hangs"]
    assert fix.endswith("(from asyncpg 0.32)")


HASHING = """
#= app/main.py
import anyio
from fastapi import FastAPI
from passlib.context import CryptContext
context = CryptContext(schemes=["argon2"])
app = FastAPI()
@app.post("/a")
async def a(password: str):
    {call}
#= pyproject.toml
"""
HASH, VERIFY = "context.hash(password)", "context.verify(password, hash=app.state.hash)"


@pytest.mark.parametrize(
    ("call", "python", "fix"),
    [
        (HASH, 'requires-python = ">=3.8"', "loop.run_in_executor(None, context.hash, password)"),
        (
            HASH,
            'requires-python = ">=3.7,<4"',
            "loop.run_in_executor(None, context.hash, password)",
        ),
        (VERIFY, 'python = "^3.8"', "loop.run_in_executor(None, context.verify, password, …)"),
        (HASH, 'requires-python = ">=3.9"', "asyncio.to_thread(context.hash, password)"),
        (VERIFY, 'python = "~3.11"', "asyncio.to_thread(context.verify, password, hash="),
        (HASH, 'requires-python = "<4"', "asyncio.to_thread(context.hash, password)"),
        (HASH, 'name = "app"', "asyncio.to_thread(context.hash, password)"),
    ],
)
def test_old_pythons_have_no_to_thread(call: str, python: str, fix: str, tmp_path: Path) -> None:
    found = audit(tmp_path, f"{HASHING.format(call=call)}[project]\n{python}\n")
    (told,) = [f.fix for f in found if f.slug == "hashing-on-event-loop"]
    assert told.startswith(f"`await {fix}")


def test_the_fix_of_a_rule_has_none_either(tmp_path: Path) -> None:
    source = HASHING.format(call="import time; time.sleep(3)")
    found = audit(tmp_path, f'{source}[project]\nrequires-python = ">=3.8"\n')
    (told,) = [f.fix for f in found if f.slug == "blocking-call-in-async"]
    assert told.endswith("`loop.run_in_executor`")
