"""new.py --minimal: the same service, with one file for each layer."""

import json
import os
import re
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from fastapi_pro.scaffolding.files import project_files
from fastapi_pro.scaffolding.imports import Import, rendered
from fastapi_pro.scaffolding.joining import Joined, JoinError, join
from new_project import sizes
from tests.support.projects import ROOT, check, needs_uv, python_of_all, run_in, run_new
from tests.support.sample import chosen

SNIPPETS = ROOT / "snippets"
FULL = project_files(SNIPPETS, "order_desk")
MINIMAL = project_files(SNIPPETS, "order_desk", is_minimal=True)
METRICS = {name for name in FULL if "metric" in name}
# Joined with what uses them: they stand alone for recipes, jobs and speed.
JOINED_WITH_THEIR_USE = {"Claims", "State", "VerifiedUser", "access_log", "access_token",
                         "add_cors", "add_middleware", "all_routes", "answer_error",
                         "authenticate", "create_sessionmaker", "is_our_fault"}  # fmt: skip
# One function makes either engine; one stores what a constraint may refuse.
OTHERS = {"_create_sqlite_engine", "on_begin", "on_connect"}
INSTEAD = {"begin_writing", "check_foreign_keys", "store"}


def app_files(texts: dict[str, str]) -> dict[str, str]:
    """Return the files of the application."""
    return {name: text for name, text in texts.items() if name.startswith("app/")}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A minimal project, to look at."""
    folder = tmp_path_factory.mktemp("minimal")
    run_new("order_desk", "--minimal", cwd=folder)
    return folder / "order_desk"


def test_each_layer_is_one_file(project: Path) -> None:
    names = {path.relative_to(project).as_posix() for path in (project / "app").rglob("*.py")}
    assert names == app_files(MINIMAL).keys()
    assert all(name.count("/") == 1 for name in names)
    assert len(names) <= 11 < len(app_files(FULL)) / 3


def test_lines_of_code_are_neither_empty_nor_comment_nor_docstring() -> None:
    text = '''"""A module."""

# A comment.
TEXT = """
two lines
"""


def f(  # of three lines
    a: int,
) -> None:
    """A docstring,

    of three lines.
    """
    "".join(  # code that begins with a string
        []
    )
'''
    assert sizes([text, "", "x = 1\n"]) == {"lines": 19, "code": 10}


def test_it_is_short_and_as_short_as_the_readme_says() -> None:
    told = re.search(
        r"`--minimal` .* ([\d,]+) lines, ([\d,]+) of them code", (ROOT / "README.md").read_text()
    )
    assert told
    lines, code = (int(number.replace(",", "")) for number in told.groups())
    size = sizes(app_files(MINIMAL).values())
    assert 0.97 * lines < size["lines"] <= lines
    assert 0.97 * code < size["code"] <= code <= 600


def test_besides_metrics_nothing_is_left_out() -> None:
    elsewhere = FULL.keys() - app_files(FULL).keys()
    assert elsewhere - MINIMAL.keys() == METRICS - app_files(FULL).keys()

    def names(texts: dict[str, str]) -> set[str]:
        joined = "\n".join(text for name, text in texts.items() if name.endswith(".py"))
        return set(re.findall(r"^ *(?:async )?(?:def|class) (\w+)", joined, re.MULTILINE))

    kept = names({name: text for name, text in FULL.items() if name not in METRICS})
    assert names(MINIMAL) == kept - JOINED_WITH_THEIR_USE - OTHERS | INSTEAD


def test_nothing_names_a_module_or_a_file_that_is_joined() -> None:
    for name, text in MINIMAL.items():
        for mention in re.findall(r"\bapp(?:/\w+)+(?:\.\w+)?/?", text):
            assert mention in MINIMAL, f"{name}: {mention}"
        found = re.findall(r"\bapp\.(?:core|api\.\w|services\.\w|schemas\.\w|models\.[a-z])", text)
        assert not found, f"{name}: {found}"
    counting = re.compile("metrics|prometheus", re.IGNORECASE)
    assert {name for name, text in MINIMAL.items() if counting.search(text)} == {"README.md"}


def test_its_linter_and_formatter_find_nothing(project: Path) -> None:
    for command in (["check"], ["format", "--check"]):
        run_in(project, sys.executable, "-m", "ruff", *command, "--no-cache")


def documentation(folder: Path) -> dict[str, object]:
    """Return the OpenAPI document of the service in a folder."""
    code = "import json; from app.main import app; print(json.dumps(app.openapi()))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder, env=os.environ | {"APP_JWT_SECRET": "x" * 32, "PYTHONPATH": str(folder)},
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    document: dict[str, object] = json.loads(done.stdout)
    return document


@pytest.mark.slow
def test_clients_read_the_same_documentation(project: Path) -> None:
    minimal, full = documentation(project), documentation(SNIPPETS)
    assert minimal.pop("info") != full.pop("info")  # the title is the project's name
    assert minimal == full


def test_one_process_is_started(project: Path) -> None:
    command = (project / "Dockerfile").read_text().split("CMD ", 1)[1].replace("\\\n", "")
    assert "--workers" not in json.loads(command)


def test_the_audit_finds_nothing_in_it(project: Path) -> None:
    command = [sys.executable, ROOT / "scripts" / "audit.py", project]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_recipes_join_the_full_project_only(tmp_path: Path) -> None:
    told = run_new("shop", "--minimal", "--with", "etag", cwd=tmp_path, code=2)
    assert told.rstrip().endswith("to the full project only; leave out --minimal, or --with")
    assert list(tmp_path.iterdir()) == []


# Of the tests that start servers, those that know the files: the others ask the same over HTTP.
LIVE = ["tests/test_migrations.py", "tests/test_deployment.py", "tests/test_live.py"]


@needs_uv
@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_services_tests_pass_on_both_databases(
    project: Path,
    server_url: str,
    tmp_path_factory: pytest.TempPathFactory,
    pytestconfig: pytest.Config,
) -> None:
    """A normal run takes a sixth of the files, and leaves out the type checker."""
    python = python_of_all(tmp_path_factory)
    run = partial(run_in, project, python, "-m", "pytest", "-q", "-n0")
    names = sorted(file.name for file in (project / "tests").glob("test_*.py"))
    names = chosen(pytestconfig, names, len(names) // 6, "snippets/tests")
    run("-m=not live", *(f"tests/{name}" for name in names), APP_TEST_DATABASE_URL=server_url)
    live = "not sqlite and (projects_types or dockerfiles_command or sigterm)"
    run("-m=live", "-k", live, *LIVE, APP_TEST_DATABASE_URL=server_url)
    if pytestconfig.getoption("whole"):
        check(project, python)


SMALL = {
    "README.md": "`app/core/db.py`, `app/shop`, app.core.db.make, app/main.py, app.core\n",
    "app/core/__init__.py": "",
    "app/core/db.py": '''"""The database."""

import os

# In any order.
separator = os.sep


def make() -> str:
    return separator
''',
    "app/shop/__init__.py": "from app.shop.a import A\n",
    "app/shop/a.py": """from re import compile

log = compile("a")


class A:
    it = compile


def size() -> int:
    return 1
""",
    "app/shop/b.py": """import os

from app.core import db
from app.core.db import make
from app.shop import a
from app.shop.a import A as First

both = First, a.size


class B(a.A):
    é = "é"; its = db.make(), make(), a.size  # as it is


@db.make
async def size() -> int:
    return both
""",
    "app/main.py": """from app.core import db
from app.shop import A, b
from app.shop.b import size

every = A, b.B, b.size, size, db
""",
    "tests/test_it.py": """import os

os.environ["A"] = "app.core.db.separator"

import first
from app.core.db import separator as mine
from app.shop import b
from other import x

assert b.size is mine
""",
}
SHOP = {
    "app.base": Joined(["app.core.db"]),
    "app.shop": Joined(["app.shop.a", "app.shop.b"], "What is sold."),
    "app.main": Joined(["app.main"], "It."),
}
JOINED = {
    "README.md": "`app/base.py`, `app/shop.py`, app.base.make, app/main.py, app.core\n",
    "app/base.py": SMALL["app/core/db.py"],
    "app/shop.py": '''"""What is sold."""

from re import compile

from app import base
from app.base import make

log = compile("a")


class A:
    it = compile


def a_size() -> int:
    return 1


both = A, a_size


class B(A):
    é = "é"; its = base.make(), make(), a_size  # as it is


@base.make
async def b_size() -> int:
    return both
''',
    "app/main.py": '''"""It."""

from app import base, shop
from app.shop import A, b_size

every = A, shop.B, shop.b_size, b_size, base
''',
    "tests/test_it.py": """import os

os.environ["A"] = "app.base.separator"

import first
from app import shop
from app.base import separator as mine
from other import x

assert shop.b_size is mine
""",
}


def test_modules_are_joined_and_what_names_them_follows() -> None:
    assert join(SMALL, SHOP) == JOINED


B = "app/shop/b.py"
MAIN = "app/main.py"


@pytest.mark.parametrize(
    ("file", "text", "why"),
    [
        ("app/core/new.py", "x = 1\n", "app.core.new is not part of a module; add it to `parts`"),
        (B, "from app.shop import a\n\nx = a\n", "app.shop.b:3: a will be this module"),
        (B, "a_size = 1\nsize = 2\n", "app.shop.a: size would become a_size, which exists"),
        (B, "from os import sep as A\n\nx = A\n", "app.shop would have A twice; rename"),
        (B, "x = compile = 1\n", "app.shop would have compile twice; rename"),
        (
            MAIN,
            "from app.shop import b\n\n\ndef f(b):\n    return b\n",
            "app.main: b would become shop",
        ),
        (
            MAIN,
            "from app.shop import b\n\n\ndef f():\n    shop = b\n",
            "app.main: b would become shop",
        ),
    ],
)
def test_what_would_be_mixed_up_is_refused(file: str, text: str, why: str) -> None:
    with pytest.raises(JoinError, match=f"^{re.escape(why)}"):
        join(SMALL | {file: text}, SHOP)


LONG = [f"a_rather_long_name_number_{number}" for number in range(4)]


def test_imports_are_laid_out_as_ruff_does(tmp_path: Path) -> None:
    others = [Import("httpx", name) for name in ("get", "BAD", "Client", "ASGITransport")]
    imports = [Import("os.path"), Import("re"), Import("re", "sub"), Import("app", "b"), *others]
    imports += [Import("httpx", "codes", "C"), Import("app", "a", "x"), Import("app.c", "C")]
    imports += [Import("app.d", name) for name in LONG]
    text = rendered(imports, "app")
    (tmp_path / "it.py").write_text(text)
    options = ["--isolated", "--line-length=100", "--no-cache"]
    sort = ["check", "--select=I", "--config=lint.isort.known-first-party=['app']"]
    for command in (sort, ["format", "--check"]):
        run_in(tmp_path, sys.executable, "-m", "ruff", *command, *options)
