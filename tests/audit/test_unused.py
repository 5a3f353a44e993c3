"""What no application runs matters little, and the finding says why."""

from pathlib import Path

import pytest

from fastapi_pro.auditing.finding import Finding
from tests.audit.programs import audit, only

_HASHES = """
from passlib.context import CryptContext
hashes = CryptContext(schemes=["bcrypt"])
"""
_APP = """
from fastapi import FastAPI
app = FastAPI()
"""


def _hashing(folder: Path, *files: str) -> Finding:
    source = "\n#= requirements.txt\nfastapi\npasslib[bcrypt]\n"
    return only(folder, "passlib-bcrypt-5", "".join(files) + source)


@pytest.mark.parametrize(
    "main",
    [
        f"import hashes\n{_APP}",
        f"from other import value\n{_APP}\n#= other.py\nimport fastapi\nimport hashes\nvalue = 1",
        f"{_APP}\nTASKS = ['hashes:run']",
        f"import importlib\n{_APP}\nloaded = importlib.import_module('has' + 'hes')",
        "from fastapi import APIRouter\nrouter = APIRouter()",
        f"{_APP}\n#= worker.py\nimport fastapi\nimport hashes\nif __name__ == '__main__': ...",
        f"{_APP}\n#= worker.py\nimport fastapi, arq, hashes\nclass WorkerSettings: ...",
        f"{_APP}\n#= Procfile\nworker: python -m app.hashes",
    ],
)
def test_a_module_that_something_loads_counts(main: str, tmp_path: Path) -> None:
    source = f"#= app/__init__.py\n#= app/main.py\n{main}\n#= app/hashes.py\n{_HASHES}"
    found = _hashing(tmp_path, source.replace("#= worker", "#= app/worker").replace(
        "#= other", "#= app/other"))  # fmt: skip
    assert found.severity == ""
    assert "imports" not in found.fix


@pytest.mark.parametrize(
    "main",
    [
        _APP,
        f"{_APP}\n#= app/tests/test_hashes.py\nimport hashes",
        f"{_APP}\n#= app/other.py\nimport fastapi, hashes",
    ],
)
def test_a_module_that_nothing_loads_matters_little(main: str, tmp_path: Path) -> None:
    source = f"#= app/__init__.py\n#= app/main.py\n{main}\n#= app/hashes.py\n{_HASHES}"
    found = _hashing(tmp_path, source)
    assert found.severity == "low"
    assert found.fix.endswith("(low: nothing imports this module)")


_CLIENT = """
#= main.py
from fastapi import APIRouter, FastAPI
import routes
app = FastAPI()
outer = APIRouter()
{include}
#= routes.py
import httpx
from fastapi import APIRouter
router, other = APIRouter(), APIRouter()
@router.get("/price")
async def price() -> str:
    async with httpx.AsyncClient() as client:
        return (await client.get("https://example.com/price")).text
"""


@pytest.mark.parametrize(
    ("include", "severity"),
    [
        ("app.include_router(routes.router)", ""),
        ("outer.include_router(routes.router)\napp.include_router(outer)", ""),
        ("for each in (routes.router,):\n    app.include_router(each)", ""),
        ("app.router.routes.extend(routes.router.routes)", ""),
        ("", "low"),
        ("outer.include_router(routes.router)", "low"),
        ("app.include_router(outer)", "low"),
    ],
)
def test_an_endpoint_whose_router_nobody_includes(
    include: str, severity: str, tmp_path: Path
) -> None:
    source = _CLIENT.format(include=include).replace(
        "router, other = APIRouter(), APIRouter()", "router = APIRouter()"
    )
    found = only(tmp_path, "http-client-per-request", source)
    assert found.severity == severity
    assert found.fix.endswith("(low: no application includes its router)") == (severity == "low")


def test_what_stands_beside_such_an_endpoint_counts(tmp_path: Path) -> None:
    source = _CLIENT.format(include="app.include_router(outer)") + _HASHES
    found = [f for f in audit(tmp_path, source) if f.slug == "passlib-bcrypt-5"]
    assert [f.severity for f in found] == [""] * len(found)
