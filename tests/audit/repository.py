"""A service in a git repository, one fault in it, and what an audit of changes reports."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from fastapi_pro.cli import audit

HELD = """\
import time
from fastapi import APIRouter
router = APIRouter()
@router.get("/one")
async def one():
    time.sleep(1)
"""
ANOTHER = """\
@router.get("/two")
async def two():
    time.sleep(2)
"""
Git = Callable[..., str]


def write(name: str, text: str) -> None:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text(text)


def new(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[tuple[str, int]]:
    """Return path and line of what is new, whose exit code must agree."""
    select = ("--select", "blocking-call-in-async,unreadable,unused-ignore")
    code = audit.main([*arguments, *select, "--format", "json"])
    captured = capsys.readouterr()
    assert code < 2, captured.err
    items = json.loads(captured.out)
    assert code == bool(items)
    return [(item["path"], item["line"]) for item in items]


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Return what the command says to wrong use."""
    try:
        code: object = audit.main(arguments)
    except SystemExit as stop:
        code = stop.code
    assert code == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    return captured.err
