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
        f"{_APP}\nloaded = __import__('hashes')",
        f"import importlib\n{_APP}\ndef load(n): importlib.import_module(f'app.{{n}}')",
        f"import importlib\n{_APP}\ndef load(n): importlib.import_module('.' + n, 'app')",
        f"import importlib\n{_APP}\ndef load(n): importlib.import_module(__package__ + '.' + n)",
        f"import importlib\n{_APP}\ndef load(names): map(importlib.import_module, names)",
        f"import pkgutil\n{_APP}\nfor m in pkgutil.walk_packages(['app']): ...",
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


def test_an_entry_without_a_word_of_the_libraries_loads_what_it_imports(tmp_path: Path) -> None:
    source = f"""
#= shop/web.py
{_APP}
#= hashes.py
{_HASHES}
#= ingest.py
import pydantic
import hashes
import shop.web
#= server.py
import hashes
from shop.web import app
print(app, hashes)
#= Dockerfile
FROM python:3.13-slim
CMD ["uvicorn", "server:app"]
"""
    assert _hashing(tmp_path, source).severity == ""


@pytest.mark.parametrize(
    "main",
    [
        _APP,
        f"{_APP}\n#= app/tests/test_hashes.py\nimport hashes",
        f"{_APP}\n#= app/other.py\nimport fastapi, hashes",
        f"{_APP}\nkey = __import__('uuid').uuid4()",
        f"import importlib\n{_APP}\nparse = importlib.import_module('urllib.parse').urlparse",
        f"import importlib\n{_APP}\ndef load(n): importlib.import_module(f'app.plugins.{{n}}')",
        (
            f"import importlib\n{_APP}\ndef load(n):\n    name = 'app.jobs.' + n\n"
            "    importlib.import_module(name)"
        ),
        f"from importlib import import_module as load\n{_APP}\nload('plugins.%s' % app.title)",
        (
            f"import importlib, pkgutil\nfrom app import plugins\n{_APP}\n"
            "for m in pkgutil.iter_modules(plugins.__path__):\n"
            "    importlib.import_module(f'{plugins.__name__}.{m.name}')\n"
            "#= app/plugins/__init__.py\n"
        ),
    ],
)
def test_a_module_that_nothing_loads_matters_little(main: str, tmp_path: Path) -> None:
    source = f"#= app/__init__.py\n#= app/main.py\n{main}\n#= app/hashes.py\n{_HASHES}"
    found = _hashing(tmp_path, source)
    assert found.severity == "low"
    assert found.fix.endswith("(low: no application loads this module)")


_USED_BY = """
#= security.py
from passlib.context import CryptContext
pwd = CryptContext(schemes=["bcrypt"])
def make(password):
    return pwd.hash(password)
class Checker:
    def check(self, password, stored):
        return pwd.verify(password, stored)
#= main.py
from fastapi import FastAPI
import security
app = FastAPI()
@app.post("/login")
def login(password: str):
    {body}
"""


@pytest.mark.parametrize(
    ("body", "severity"),
    [
        ("return password", "low"),
        ("pwd = security\n    return pwd", "low"),
        ("return security.make(password)", ""),
        ("return security.Checker().check(password, '')", ""),
        ("return security.pwd.hash(password)", ""),
        ("return getattr(security, 'pwd').hash(password)", ""),
    ],
)
def test_hashes_that_only_unused_functions_make(body: str, severity: str, tmp_path: Path) -> None:
    found = _hashing(tmp_path, _USED_BY.format(body=body))
    assert found.severity == severity
    said = "(low: nothing that runs calls `make` or `check`)"
    assert found.fix.endswith(said) == (severity == "low")


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


_MIDDLEWARE = """
#= app/__init__.py
#= app/setup.py
from fastapi.security import HTTPBasic
from starlette.middleware.cors import CORSMiddleware
def add_cors(app):
    app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_credentials=True)
def add_all(app):
    add_cors(app)
#= app/main.py
from fastapi import FastAPI
from app.setup import add_all, add_cors
{main}
"""


@pytest.mark.parametrize(
    ("main", "severity"),
    [
        ("app = FastAPI()", "low"),
        ("app = FastAPI()\n# add_cors(app)", "low"),
        ("app = FastAPI()\ndef prepare():\n    add_all(app)", "low"),
        ("app = FastAPI()\n@app.get('/')\ndef other(add_all: int):\n    return add_all", "low"),
        ("app = FastAPI()\nadd_cors(app)", ""),
        ("app = FastAPI()\nadd_all(app)", ""),
        ("def create_app():\n    app = FastAPI()\n    add_all(app)\n    return app", ""),
        ("app = FastAPI()\nfor prepare in (add_all,):\n    prepare(app)", ""),
        ("app = FastAPI()\nfrom app import setup\ngetattr(setup, 'add_cors')(app)", ""),
        ("app = FastAPI()\n@app.on_event('startup')\ndef start():\n    add_all(app)", ""),
        ("app = FastAPI()\n#= Procfile\nweb: python -c 'import app; app.add_cors()'", ""),
        ("router = None", ""),
    ],
)
def test_a_function_that_nothing_calls(main: str, severity: str, tmp_path: Path) -> None:
    source = _MIDDLEWARE.format(main=main)
    found = [f for f in audit(tmp_path, source) if f.slug == "cors-any-origin-with-credentials"]
    assert {f.severity for f in found} == {severity}
    if severity == "low":
        assert found[0].fix.endswith("(low: nothing that runs calls `add_cors`)")


@pytest.mark.parametrize(
    ("base", "main", "severity"),
    [
        ("SQLModel", "", "low"),
        ("SQLModel", "print(Account(name='a').check('b'))", ""),
        ("SQLModel, table=True", "", ""),
    ],
)
def test_a_schema_of_sqlmodel_that_nothing_names(
    base: str, main: str, severity: str, tmp_path: Path
) -> None:
    source = f"""
#= schemas.py
from passlib.context import CryptContext
from sqlmodel import Field, SQLModel
pwd = CryptContext(schemes=["bcrypt"])
class Account({base}):
    name: str = Field(primary_key=True)
    stored: str = ""
    def check(self, password: str) -> bool:
        return pwd.verify(password, self.stored)
#= main.py
from fastapi import FastAPI
from schemas import Account
app = FastAPI()
{main}
"""
    assert _hashing(tmp_path, source).severity == severity


_CLASS = """
#= app/__init__.py
#= app/logs.py
import time
from starlette.middleware.base import BaseHTTPMiddleware
class Timing({base}):
    async def dispatch(self, request, call_next):
        time.sleep(2)
        return await call_next(request)
#= app/main.py
from fastapi import FastAPI
from app.logs import Timing
app = FastAPI()
{main}
"""


@pytest.mark.parametrize(
    ("base", "main", "severity"),
    [
        ("BaseHTTPMiddleware", "", "low"),
        ("BaseHTTPMiddleware", "# app.add_middleware(Timing)", "low"),
        ("BaseHTTPMiddleware", "def add(app):\n    app.add_middleware(Timing)", "low"),
        ("BaseHTTPMiddleware", "app.add_middleware(Timing)", ""),
        ("BaseHTTPMiddleware", "class Other(Timing): ...", ""),
        ("BaseHTTPMiddleware, metaclass=Registry", "", ""),
    ],
)
def test_a_class_that_nothing_uses(base: str, main: str, severity: str, tmp_path: Path) -> None:
    source = _CLASS.format(base=base, main=main)
    found = only(tmp_path, "blocking-call-in-async", source)
    assert found.severity == severity
    assert ("nothing that runs uses `Timing`" in found.fix) == (severity == "low")


_LEVELS = """
#= app/__init__.py
#= app/main.py
from fastapi import FastAPI
from app.routes import v1
app = FastAPI()
{include}
#= app/routes/__init__.py
#= app/routes/v1.py
from fastapi import APIRouter
from app.routes.items import router as items
v1 = APIRouter()
api = APIRouter()
api.include_router(items)
v1.include_router(api)
def register(app):
    app.include_router(v1)
#= app/routes/items.py
from fastapi import APIRouter
from app.work import wait
router = APIRouter()
@router.get("/items")
async def items():
    return await wait()
#= app/work.py
import time
async def wait():
    time.sleep(2)
"""


@pytest.mark.parametrize(
    ("include", "severity"),
    [
        ("app.include_router(v1.v1)", ""),
        ("v1.register(app)", ""),
        ("", "low"),
        ("def prepare():\n    v1.register(app)", "low"),
    ],
)
def test_what_only_endpoints_call_that_no_application_includes(
    include: str, severity: str, tmp_path: Path
) -> None:
    found = only(tmp_path, "blocking-call-in-async", _LEVELS.format(include=include))
    assert found.severity == severity


_TWO = """
#= app/__init__.py
#= app/main.py
from fastapi import APIRouter, FastAPI
app = FastAPI()
{main}
#= app/{other}.py
from fastapi import FastAPI
import app.models
app = FastAPI()
names = {{}}
@app.post("/names")
def add(name: str):
    names[name] = 1
@app.delete("/names")
def drop(name: str):
    del names[name]
#= app/models.py
"""
_BOTH = "import app.models\napp.include_router(APIRouter())"


@pytest.mark.parametrize(
    ("main", "other", "is_unused"),
    [
        (_BOTH, "older", True),
        ("import app.models", "older", False),
        (f"{_BOTH}\nfrom app import older\napp.mount('/old', older.app)", "older", False),
        (f"{_BOTH}\n#= Procfile\nold: uvicorn app.older:app", "older", False),
        (_BOTH, "server", False),
    ],
)
def test_an_application_beside_the_one_with_the_routers(
    main: str, other: str, tmp_path: Path, *, is_unused: bool
) -> None:
    found = only(tmp_path, "state-in-memory", _TWO.format(main=main, other=other))
    assert ("no application loads this module" in found.fix) == is_unused


_HANDLERS = """
from fastapi import FastAPI
from passlib.context import CryptContext
app = FastAPI()
class Events:
    async def on_sale(self):
        return CryptContext(schemes=["bcrypt"])
@app.post("/events")
async def receive(kind: str):
    HANDLE
"""


@pytest.mark.parametrize(
    ("handle", "severity"),
    [
        ("await getattr(Events(), f'on_{kind}')()", ""),
        ("name = 'on_' + kind\n    await getattr(Events(), name)()", ""),
        ("await getattr(Events(), f'before_{kind}')()", "low"),
        ("return Events()", "low"),
    ],
)
def test_a_method_that_is_looked_up_by_the_beginning_of_its_name(
    handle: str, severity: str, tmp_path: Path
) -> None:
    assert _hashing(tmp_path, _HANDLERS.replace("HANDLE", handle)).severity == severity


def test_a_module_of_the_same_name_as_the_one_that_it_imports(tmp_path: Path) -> None:
    """A server that is started in `src` finds `services.user` there, not the importing file."""
    source = """
#= src/main.py
from fastapi import Depends, FastAPI
from api.services.user import get_service
app = FastAPI()
@app.get("/")
async def read(service=Depends(get_service)):
    return await service.read()
#= src/api/services/user.py
from services.user import Service
def get_service() -> Service:
    return Service()
#= src/services/user.py
import time
class Service:
    async def read(self):
        time.sleep(1)
"""
    assert only(tmp_path, "blocking-call-in-async", source).severity == ""
