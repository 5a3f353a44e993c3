"""What is asked of a whole program."""

from pathlib import Path

import pytest

from fastapi_pro.auditing.libraries.known_types import KnownTypes
from fastapi_pro.auditing.model.module import Module
from fastapi_pro.auditing.model.program import Program
from fastapi_pro.auditing.sources.parse import parse
from tests.audit.programs import audit


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


def test_calls_are_followed_into_modules_beside_the_program(tmp_path: Path) -> None:
    """Whatever they call there: neither the class nor its method is named by the program's own."""
    found = audit(
        tmp_path,
        """
#= service/main.py
from fastapi import FastAPI

from shared.clients import prices as kept

app = FastAPI()


@app.get("/")
async def root() -> None:
    kept.fetch()
#= shared/clients.py
from shared.http import Prices

prices = Prices()
#= shared/http.py
import time


class Prices:
    def fetch(self) -> None:
        time.sleep(10)
""",
    )
    assert [f.line for f in found if f.slug == "blocking-call-in-async"] == [10]


def test_callers_are_found_by_the_name_that_an_import_gives() -> None:
    source = (
        "from other import work as done\n\n\ndef work():\n    done()\n    x.done()\n    work()\n"
    )
    module = Module(Path("main.py"), "main.py", source.encode(), parse)
    assert [call.lineno for call in module.calls_of_imported("work")] == [7, 5]
