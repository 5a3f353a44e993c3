"""From files to findings: what is told of files, columns, programs and processes."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from fastapi_pro.auditing import opened, runner
from fastapi_pro.auditing.finding import UNREADABLE, Finding
from fastapi_pro.auditing.model.program import Program
from fastapi_pro.auditing.runner import run, unparsed
from fastapi_pro.auditing.sources.parse import MAKE_READABLE, MAX_BYTES, parse_compactly
from fastapi_pro.auditing.sources.programs import are_joined_alike, programs
from tests.audit.programs import audit, write

ROOT = Path(__file__).parents[2]
_LATE = """
#= deps.py
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
sessionmaker = async_sessionmaker(create_async_engine("postgresql+asyncpg://db/app"))
async def get_db():
    async with sessionmaker() as session:
        yield session
        await session.commit()
#= main.py
from fastapi import Depends
from deps import get_db
def use(session=Depends(get_db)): ...
"""

_SLOW = """
#= slow.py
import time
from fastapi import FastAPI
app = FastAPI()
@app.get("/")
async def slow():
    time.sleep(1)
"""


@pytest.mark.parametrize("package", ["slow/__init__.py", "slow/more.py"])
def test_a_module_and_a_folder_of_one_name_are_both_read(package: str, tmp_path: Path) -> None:
    beside = _SLOW.replace("slow.py", package).replace("app = ", "from slow import app\napp = ")
    found = run(write(tmp_path, f"{_SLOW}{beside}"), tmp_path, 1)
    slow = [Path(f.path).relative_to(tmp_path) for f in found if f.slug == "blocking-call-in-async"]
    assert sorted(map(Path.as_posix, slow)) == ["slow.py", package]


def test_context_is_understood_and_not_reported_on(tmp_path: Path) -> None:
    files = write(tmp_path, _LATE)
    late = [f for f in run(files, tmp_path, 1) if f.slug == "commit-after-response"]
    assert [Path(f.path).name for f in late] == ["main.py"]
    deps, main = tmp_path / "deps.py", tmp_path / "main.py"
    assert late[0] in run([main], tmp_path, 1, [deps])
    assert late[0] not in run([deps], tmp_path, 1, [main])


@pytest.mark.parametrize("jobs", [1, 2])
def test_only_the_rules_that_are_asked_for_look_at_a_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jobs: int
) -> None:
    files = write(tmp_path, f"{_LATE}{_SLOW}#= wrong.py\nimport fastapi\n(\n")
    everything = run(files, tmp_path, 1)
    assert "blocking-call-in-async" in {finding.slug for finding in everything}
    monkeypatch.setattr(runner, "_SMALL", 1)
    slugs = {"commit-after-response", UNREADABLE}
    found = run(files, tmp_path, jobs, slugs=slugs)
    assert {finding.slug for finding in found} == slugs
    assert found == [finding for finding in everything if finding.slug in slugs]


def test_the_detectors_of_other_rules_are_not_imported() -> None:
    code = (
        "from fastapi_pro.auditing import detectors as d;"
        "print(*d.detectors({'commit-after-response'}), d._detector.cache_info().misses)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["commit-after-response", "1"]


def test_two_programs_know_nothing_of_each_other(tmp_path: Path) -> None:
    function = _LATE.replace("Depends(get_db)", 'Depends(get_db, scope="function")')
    for name, source in (("one", _LATE), ("two", function)):
        write(tmp_path / name, source)
    files = sorted(tmp_path.rglob("*.py"))
    found = {f for f in run(files, tmp_path, 1) if f.slug == "commit-after-response"}
    assert [Path(f.path) for f in found] == [tmp_path / "one" / "main.py"]
    groups = programs({file: file.read_bytes() for file in files}, tmp_path)
    assert [sorted({path.parent.name for path in group}) for group in groups] == [["one"], ["two"]]


def test_several_processes_find_what_one_finds(tmp_path: Path) -> None:
    for number in range(60):
        write(tmp_path / f"service{number}", _LATE)
    files = sorted(tmp_path.rglob("*.py"))
    found = run(files, tmp_path, 2)
    assert found == run(files, tmp_path, 1)
    assert len([f for f in found if f.slug == "commit-after-response"]) == 60


def test_a_column_counts_characters(tmp_path: Path) -> None:
    source = _LATE.replace("def use(session=Depends", 'def use(name="äöü€", session=Depends')
    late = [f for f in audit(tmp_path, source) if f.slug == "commit-after-response"]
    line = 'def use(name="äöü€", session=Depends(get_db)): ...'
    assert [f.column for f in late] == [line.index("Depends") + 1]


_CONFLICT = b"import fastapi\n<<<<<<< HEAD\nx = 1\n=======\nx = 2\n>>>>>>> theirs\n"


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        (b"import fastapi\nx = (\n", 2, "does not parse as Python 3"),
        (b"import fastapi\nx = '\xff'\n", 2, "is not utf-8"),
        (b"# coding: utf-7x\nimport fastapi\n", 1, "does not parse as Python 3"),
        (b"import fastapi\nx = '\x00'\n", 2, "has a NUL character"),
        (b"#\n# caf\xe9\nimport fastapi\n", 2, "is not utf-8"),
        (b"import fastapi\n" + b"(" * 5000 + b")" * 5000, 2, "does not parse as Python 3"),
        (_CONFLICT, 2, "has an unresolved merge conflict"),
        (_CONFLICT.replace(b"=======\n", b""), 2, "does not parse as Python 3"),
        (b"import fastapi\n" + b"#" * MAX_BYTES, 1, "larger than 1000000 bytes"),
    ],
    ids=[
        "unclosed",
        "not UTF-8",
        "unknown coding",
        "NUL",
        "not UTF-8 where the encoding is declared",
        "nested too deep",
        "conflict",
        "half a conflict",
        "huge",
    ],
)
def test_a_file_that_cannot_be_read_gets_a_line_and_does_not_stop_the_rest(
    content: bytes, line: int, message: str, tmp_path: Path
) -> None:
    files = write(tmp_path, _LATE)
    bad = tmp_path / "bad.py"
    bad.write_bytes(content)
    found = run([bad, *files], tmp_path, 1)
    unreadable = [f for f in found if f.slug == "unreadable"]
    assert [(f.path, f.line) for f in unreadable] == [(str(bad), line)]
    assert message in unreadable[0].message
    assert "commit-after-response" in {f.slug for f in found}


def test_a_file_that_is_too_large_is_to_be_left_out(tmp_path: Path) -> None:
    large = tmp_path / "large.py"
    large.write_bytes(b"import fastapi\n" + b"#" * MAX_BYTES)
    (found,) = run([large], tmp_path, 1)
    assert found.severity == "low"
    assert "--exclude" in found.fix


def test_a_file_that_is_gone_gets_a_line(tmp_path: Path) -> None:
    gone = tmp_path / "gone.py"
    assert run([gone], tmp_path, 1) == [
        Finding(str(gone), 1, 1, "unreadable", "No such file or directory", fix=MAKE_READABLE)
    ]


def test_files_without_a_trace_of_the_libraries_are_not_parsed(tmp_path: Path) -> None:
    (tmp_path / "plain.py").write_text("x = (\n")
    (tmp_path / "talk.py").write_text("# import fastapi\ny = 'import sqlalchemy\n")
    assert run(sorted(tmp_path.glob("*.py")), tmp_path, 1) == []


def test_installed_packages_are_programs_of_their_own_and_libraries_none(tmp_path: Path) -> None:
    write(
        tmp_path,
        _LATE.replace("deps.py", "one/deps.py")
        .replace("main.py", "two/main.py")
        .replace("from deps", "from one.deps"),
    )
    files = {file: file.read_bytes() for file in sorted(tmp_path.rglob("*.py"))}
    assert len(programs(files, tmp_path)) == 1
    library = tmp_path / "fastapi" / "routing.py"
    library.parent.mkdir()
    library.write_text("import starlette\n")
    files[library] = library.read_bytes()
    assert len(programs(files, tmp_path)) == 2
    (tmp_path / "one-1.0.dist-info").mkdir()
    assert [len(group) for group in programs(files, tmp_path)] == [1, 1]


def test_exceptions_without_parentheses_are_read_by_older_parsers_too(tmp_path: Path) -> None:
    source = _LATE + "try: ...\nexcept KeyError, ValueError:\n    pass\n"
    assert {f.slug for f in audit(tmp_path, source)} == {"commit-after-response"}


def test_a_named_file_that_cannot_be_parsed_is_told_though_it_is_in_no_program(
    tmp_path: Path,
) -> None:
    for name, text in (("bad.py", "def f(:\n"), ("good.py", "x = 1\n"), ("test_x.py", "class A(")):
        (tmp_path / name).write_text(text)
    files = sorted(tmp_path.iterdir())
    assert run(files, tmp_path, 1) == []
    found = unparsed(files, tmp_path, [])
    assert [(Path(f.path).name, f.severity) for f in found] == [
        ("bad.py", ""),
        ("test_x.py", "low"),
    ]
    assert unparsed(files, tmp_path, found) == []


def test_a_very_large_program_has_trees_of_less_memory_and_the_same_findings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = write(tmp_path, _LATE)
    found = run(files, tmp_path, 1)
    assert found
    trees: list[bytes] = []

    def note(source: bytes) -> ast.Module:
        trees.append(source)
        return parse_compactly(source)

    monkeypatch.setattr(opened, "parse_compactly", note)
    assert run(files, tmp_path, 1) == found
    assert trees == []
    monkeypatch.setattr(opened, "LARGE", 100)
    assert run(files, tmp_path, 1) == found
    assert len(trees) == len(files)


def test_the_trees_of_tests_of_a_very_large_program_go_before_the_other_rules_are_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = f"{_LATE}\n#= tests/test_it.py\nfrom fastapi.testclient import TestClient\n"
    text += "from main import app\n\n\ndef test_it():\n    TestClient(app).get('/')\n"
    files = write(tmp_path, text)
    found = run(files, tmp_path, 1)
    made: list[Program] = []

    def note(*given: object) -> Program:
        made.append(Program(*given))  # type: ignore[arg-type]
        return made[-1]

    monkeypatch.setattr(opened, "Program", note)
    monkeypatch.setattr(opened, "LARGE", 100)
    assert run(files, tmp_path, 1) == found
    first, second = made
    assert vars(first) == {}
    assert [m.was_parsed for m in second.modules if m.is_test] == [False]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_compact_tree_differs_in_the_ends_of_its_nodes_alone(end: str) -> None:
    lines = ("def f(x: int = 1) -> None:", "    return [x, f(), ()][0]", "\f", "a: int", "f()")
    source = end.join(lines).encode()
    whole, compact = ast.parse(source), parse_compactly(source)
    assert ast.dump(compact) == ast.dump(whole)
    for one, other in zip(ast.walk(whole), ast.walk(compact), strict=True):
        for name in ("lineno", "col_offset"):
            assert getattr(one, name, None) == getattr(other, name, None)
        assert "end_lineno" not in vars(other)


def test_the_trees_of_a_program_go_before_the_next_one_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Program] = []
    left: list[bool] = []

    def note(*given: object) -> Program:
        left.extend(bool(vars(program)) for program in made)
        made.append(Program(*given))  # type: ignore[arg-type]
        return made[-1]

    monkeypatch.setattr(opened, "Program", note)
    groups = [[path] for path in write(tmp_path, "#= one.py\nimport fastapi\n#= two.py\nx = 1\n")]
    runner.audit_one_by_one(groups, tmp_path)
    assert left == [False]


@pytest.mark.parametrize(
    ("other", "are_alike"),
    [
        ("from fastapi import FastAPI\nfrom a import b\nx = 1\n", True),
        ("from fastapi import FastAPI\nfrom a import c\n", False),
        ("from requests import get\nfrom a import b\n", False),
        ("from pydantic import Field\nfrom a import b\n", False),
        ("from fastapi import FastAPI\nfrom a import b\nrun('c:app')\n", False),
    ],
)
def test_what_a_file_imports_says_whether_it_is_of_the_same_program(
    other: str, are_alike: bool
) -> None:
    one = b"from fastapi import FastAPI\nfrom a import b\n"
    assert are_joined_alike(Path("x.py"), one, other.encode()) is are_alike


def test_a_template_that_does_not_parse_is_to_be_left_out(tmp_path: Path) -> None:
    template = tmp_path / "{{name}}" / "main.py"
    template.parent.mkdir()
    template.write_text("import fastapi\nclass {{name}}: ...\n")
    (found,) = run([template], tmp_path, 1)
    assert (found.severity, "a template" in found.fix) == ("low", True)


@pytest.mark.parametrize(
    ("text", "is_template"),
    [
        ("class {{ cookiecutter.name }}: ...\n", True),
        ("import os\n{% if cookiecutter.celery %}\nimport celery\n{% endif %}\n", True),
        ("{%- for name in names %}\n{{ name }} = 1\n{%- endfor %}\n", True),
        ("from {{module}}.models import User\n", True),
        ("def read(\n    {% if with_user %}user, {% endif %}\n): ...\n", True),
        ('def {{ a.b }}():\n    """Answer."""\n', True),
        ('PAGE = "{% if user %}{{ user.name }}{% endif %}"\ndef read(:\n', False),
        ("def read(:\n    return {{1}}\n", False),
        ("values = {{}\n", False),
        ("<html>{{ name }}</html>\n", True),
    ],
)
def test_a_template_is_known_by_its_text(text: str, is_template: bool, tmp_path: Path) -> None:
    module = tmp_path / "main.py"
    module.write_text(f"import fastapi\n{text}")
    (found,) = run([module], tmp_path, 1)
    assert found.slug == "unreadable"
    assert ("template" in found.fix, found.severity == "low") == (is_template, is_template)
