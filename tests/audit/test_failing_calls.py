"""Where a line fails each time it runs, that is told, and nothing of what no run reaches."""

from pathlib import Path

import pytest

from fastapi_pro.auditing import opened
from tests.audit.programs import audit

_PROGRAM = """
import logging
import time
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase
app = FastAPI()
class Base(DeclarativeBase): ...
@app.get("/rows")
async def read(db: AsyncSession, wanted: bool):
{body}
"""
_QUERY, _SLEEP = "db.query(Base)", "time.sleep(2)"
_NOT_REACHED, _REACHED = (
    ["query-on-async-session"],
    ["blocking-call-in-async", "query-on-async-session"],
)


def _found(body: str, folder: Path) -> list[str]:
    """Return the rules that such an endpoint breaks; `Q` in its body fails, and `S` blocks."""
    lines = body.replace("Q", _QUERY).replace("S", _SLEEP).splitlines()
    source = _PROGRAM.format(body="\n".join(f"    {line}" for line in lines))
    return sorted(finding.slug for finding in audit(folder, source))


@pytest.mark.parametrize(
    "body",
    [
        "Q\nS",
        "rows = [Q, S]",
        "with db:\n    Q\nS",
        "if wanted:\n    Q\n    S",
        "try:\n    Q\n    S\nexcept ValueError:\n    pass",
    ],
)
def test_what_no_run_reaches_is_not_told(body: str, tmp_path: Path) -> None:
    assert _found(body, tmp_path) == _NOT_REACHED


@pytest.mark.parametrize(
    "body",
    [
        "S\nQ",
        "if wanted:\n    Q\nS",
        "if wanted:\n    Q\nelse:\n    S",
        "try:\n    Q\nexcept Exception:\n    S",
        "try:\n    Q\nexcept Exception:\n    pass\nS",
        "for row in []:\n    Q\nS",
    ],
)
def test_what_a_run_may_reach_is_told(body: str, tmp_path: Path) -> None:
    assert _found(body, tmp_path) == _REACHED


@pytest.mark.parametrize(
    "body",
    [
        "return 1\nS",
        "raise ValueError\nS",
        "if wanted:\n    return 1\n    S\nreturn 2",
        "if wanted:\n    return 1\nelse:\n    return 2\nS",
        "return 1\nfor row in []:\n    S",
        "try:\n    return 1\nfinally:\n    pass\nwith db:\n    S",
        "try:\n    pass\nexcept ValueError:\n    raise\n    S",
        "match wanted:\n    case True:\n        return 1\n        S",
        "if False:\n    S",
        "if wanted:\n    if 0:\n        S",
    ],
)
def test_code_that_is_cut_off_is_not_told(body: str, tmp_path: Path) -> None:
    assert _found(body, tmp_path) == []


@pytest.mark.parametrize(
    "body",
    [
        "if wanted:\n    return 1\nS",
        "if wanted:\n    return 1\nelif db:\n    return 2\nS",
        "def inner():\n    return 1\nS",
        "for row in []:\n    return 1\nS",
        "try:\n    return 1\nexcept ValueError:\n    pass\nS",
        "if True:\n    S",
        "if False:\n    pass\nelse:\n    S",
        "if wanted: return 1\nelse: S",
    ],
)
def test_code_that_a_condition_cuts_off_is_told(body: str, tmp_path: Path) -> None:
    assert _found(body, tmp_path) == ["blocking-call-in-async"]


@pytest.mark.parametrize("body", ["Q\nS", "return 1\nS", "if wanted:\n    return 1\nS"])
def test_a_tree_that_does_not_say_where_nodes_end_tells_the_same(
    body: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = _found(body, tmp_path)
    monkeypatch.setattr(opened, "LARGE", 0)
    assert _found(body, tmp_path) == whole
