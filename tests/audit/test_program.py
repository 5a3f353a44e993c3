"""What is asked of a whole program."""

from pathlib import Path

import pytest

from fastapi_pro.auditing.libraries.known_types import KnownTypes
from fastapi_pro.auditing.model.module import Module
from fastapi_pro.auditing.model.program import Program
from fastapi_pro.auditing.sources.parse import parse


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """A program of one call."""
    source = b"from starlette.responses import JSONResponse as Answer\nAnswer({})\n"
    module = Module(tmp_path / "main.py", "main.py", source, parse)
    return Program([module], tmp_path, lambda _: None, KnownTypes())


def test_a_librarys_thing_has_one_name_whatever_it_is_imported_from(program: Program) -> None:
    [call] = program.calls_of("fastapi.responses.JSONResponse")
    assert (call.line, call.called) == (2, "fastapi.responses.JSONResponse")


def test_a_name_that_nothing_is_called_by_is_refused(program: Program) -> None:
    with pytest.raises(ValueError, match=r"ask for that") as caught:
        list(program.calls_of("starlette.responses.JSONResponse"))
    assert "fastapi.responses.JSONResponse" in str(caught.value)
