"""What an audit has found before is not looked for again, and only where nothing has changed."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from fastapi_pro.auditing import difference, past_audits, runner
from fastapi_pro.auditing.finding import Finding
from fastapi_pro.auditing.model import project_files
from fastapi_pro.auditing.model.project_files import View
from fastapi_pro.auditing.past_audits import Known, PastAudits
from fastapi_pro.cli import audit
from tests.audit.repository import ANOTHER, HELD, Git, new, write
from tests.distribution.checkout import ROOT

CALLER = HELD.replace("import time", "from helpers import work").replace("time.sleep(1)", "work()")
DATABASE = """\
from sqlalchemy.ext.asyncio import create_async_engine
engine = create_async_engine("postgresql+asyncpg://db/x")
"""


@pytest.fixture(autouse=True)
def _rules(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Rules of a test's own: all tests that run beside it see those of the checkout."""
    monkeypatch.setattr(past_audits, "RULES", tmp_path_factory.mktemp("rules"))


@pytest.fixture
def audited(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is audited: "now", and "commit" for each process that looks at the commit."""
    asked: list[str] = []

    def note(owner: object, name: str, *what: str) -> None:
        real = getattr(owner, name)

        def noted(*given: Any) -> Any:
            asked.extend(what)
            return real(*given)

        monkeypatch.setattr(owner, name, noted)

    note(runner, "audit", "now")
    note(difference, "_at_once", "commit", "now")
    note(difference._Commit, "audit", "commit")  # noqa: SLF001 -- not what it returns is asked
    return asked


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """The folder in which past audits are kept."""
    return tmp_path / "cache" / "fastapi-pro" / "audits"


def test_what_has_not_changed_is_not_audited_again(
    git: Git, capsys: pytest.CaptureFixture[str], audited: list[str]
) -> None:
    write("app/api.py", HELD + ANOTHER)
    for expected in (["commit", "now"], []):
        assert new(capsys, "--diff") == [("app/api.py", 9)]
        assert audited == expected
        audited.clear()
    write("app/api.py", f"{HELD}x = 1\n{ANOTHER}")
    assert new(capsys, "--diff") == [("app/api.py", 10)]
    assert audited == ["now"]
    audited.clear()
    git("add", ".")
    assert new(capsys, "--staged") == [("app/api.py", 10)]
    assert audited == []


def test_what_was_found_before_a_commit_counts_for_that_commit(
    git: Git, capsys: pytest.CaptureFixture[str], audited: list[str]
) -> None:
    write("app/api.py", HELD + ANOTHER)
    write("app/jobs.py", "def work():\n    pass\n")
    assert new(capsys, "--diff") == [("app/api.py", 9)]
    git("add", ".")
    git("commit", "-qm", "second")
    audited.clear()
    write("app/api.py", HELD + ANOTHER + ANOTHER)
    assert new(capsys, "--diff") == [("app/api.py", 12)]
    assert audited == ["now"]


HELD_AT = ("app/api.py", 6)
ANOTHER_AT = ("app/api.py", 9)


def found(capsys: pytest.CaptureFixture[str], *options: str) -> set[tuple[str, int]]:
    """Return path and line of what a whole audit finds."""
    audit.main([*options, "--format", "json"])
    return {(item["path"], item["line"]) for item in json.loads(capsys.readouterr().out)}


@pytest.mark.usefixtures("git")
def test_a_whole_audit_is_not_repeated(
    capsys: pytest.CaptureFixture[str], audited: list[str]
) -> None:
    """Not for a part of the rules or of the files either; `--diff` knows one side by it."""
    write("app/api.py", HELD + ANOTHER)
    everything = found(capsys)
    assert everything >= {HELD_AT, ANOTHER_AT}
    assert found(capsys, "--all") == everything
    assert found(capsys, "--select", "blocking-call-in-async") == {HELD_AT, ANOTHER_AT}
    assert found(capsys, "--select", "forgotten-await") == set()
    assert found(capsys, "app/other.py") == set()
    assert audited == ["now"]
    assert new(capsys, "--diff") == [ANOTHER_AT]
    assert audited == ["now", "commit"]
    assert found(capsys, "--no-cache") == everything
    assert audited == ["now", "commit", "now"]


@pytest.mark.usefixtures("git")
def test_some_rules_do_not_stand_for_all(
    capsys: pytest.CaptureFixture[str], audited: list[str]
) -> None:
    write("app/api.py", HELD + ANOTHER)
    for _ in range(2):
        assert found(capsys, "--select", "forgotten-await") == set()
    assert audited == ["now"]
    assert new(capsys, "--diff") == [ANOTHER_AT]
    assert audited == ["now", "commit", "now"]


@pytest.mark.usefixtures("git")
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_several_processes_note_what_each_reads(
    capsys: pytest.CaptureFixture[str],
    audited: list[str],
    monkeypatch: pytest.MonkeyPatch,
    jobs: str,
) -> None:
    """What git ignores is read for the rules alone, in the process that asks one of them."""
    monkeypatch.setattr(runner, "_SMALL", 1)
    write(".gitignore", "helpers.py\n")
    write("app/api.py", CALLER)
    write("helpers.py", "import time\ndef work():\n    time.sleep(1)\n")
    write("other/main.py", HELD)
    everything = found(capsys, "--jobs", jobs)
    assert HELD_AT in everything
    first = [*audited]
    assert found(capsys, "--jobs", jobs) == everything
    assert audited == first
    write("helpers.py", "def work():\n    pass\n")
    assert HELD_AT not in found(capsys, "--jobs", jobs)
    assert audited == first * 2


def change_another_file() -> None:
    write("app/other.py", "from fastapi import APIRouter\nrouter = APIRouter()\nx = 1\n")


def change_an_ignored_module() -> None:
    write("helpers.py", "import time\ndef work():\n    time.sleep(1)\n")


def hide_a_module() -> None:
    write("app/helpers.py", "def work():\n    pass\n")


def change_an_ignored_manifest() -> None:
    write("requirements-dev.txt", "sqlalchemy\n")


def add_an_ignored_manifest() -> None:
    write("requirements-more.txt", "sqlalchemy\n")


def change_an_environment() -> None:
    write(".env", "DATABASE_URL=sqlite:///y\n")


def change_our_rules() -> None:
    (past_audits.RULES / "rule.md").write_text("A new sentence.\n")


INPUTS = (
    change_another_file, change_an_ignored_module, hide_a_module, change_an_ignored_manifest,
    add_an_ignored_manifest, change_an_environment, change_our_rules,
)  # fmt: skip


@pytest.mark.parametrize("change", INPUTS)
def test_whatever_the_audit_reads_counts(
    git: Git, capsys: pytest.CaptureFixture[str], audited: list[str], change: Callable[[], None]
) -> None:
    """What git ignores, and has no part in what is compared, too."""
    write("app/api.py", CALLER)
    write("app/db.py", DATABASE)
    write(".gitignore", "helpers.py\nrequirements-*\n")
    write(".env", "DATABASE_URL=sqlite:///x\n")
    git("add", ".")
    git("commit", "-qm", "second")
    write("helpers.py", "def work():\n    pass\n")
    write("requirements-dev.txt", "sqlalchemy[asyncio]\n")
    write("app/api.py", CALLER + ANOTHER)
    new(capsys, "--diff")
    audited.clear()
    new(capsys, "--diff")
    assert audited == []
    change()
    found = new(capsys, "--diff")
    assert "now" in audited
    assert found == new(capsys, "--diff", "--no-cache")


def test_a_fault_of_the_commit_shows_when_what_it_depends_on_changes(
    git: Git, capsys: pytest.CaptureFixture[str]
) -> None:
    """The findings kept of the commit are not those of a module that git ignores, as it was."""
    write("app/api.py", CALLER)
    write(".gitignore", "helpers.py\n")
    git("add", ".")
    git("commit", "-qm", "second")
    write("helpers.py", "def work():\n    pass\n")
    write("app/main.py", Path("app/main.py").read_text() + "x = 1\n")
    assert new(capsys, "--diff") == []
    change_an_ignored_module()
    assert new(capsys, "--diff") == []  # else it would be new
    assert new(capsys) == [("app/api.py", 6)]


def test_caches_of_tools_do_not_count(
    git: Git, capsys: pytest.CaptureFixture[str], audited: list[str]
) -> None:
    write(".gitignore", "__pycache__\n.pytest_cache\n")
    git("add", ".")
    git("commit", "-qm", "second")
    write("app/api.py", HELD + ANOTHER)
    assert new(capsys, "--diff") == [("app/api.py", 9)]
    audited.clear()
    write("app/__pycache__/main.pyc", "")
    write(".pytest_cache/x", "")
    assert new(capsys, "--diff") == [("app/api.py", 9)]
    assert audited == []


def test_without_a_cache_nothing_is_read_or_kept(
    git: Git, capsys: pytest.CaptureFixture[str], audited: list[str], kept: Path
) -> None:
    write("app/api.py", HELD + ANOTHER)
    for _ in range(2):
        assert new(capsys, "--diff", "--no-cache") == [("app/api.py", 9)]
    assert audited == ["commit", "now"] * 2
    assert not kept.exists()


def test_a_cache_in_the_project_is_not_used(
    git: Git, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "repo" / "cache"))
    write("app/api.py", HELD + ANOTHER)
    monkeypatch.chdir("app")
    assert new(capsys, "--diff") == [("api.py", 9)]
    assert not (tmp_path / "repo" / "cache").exists()


def test_a_cache_beside_the_project_is_used_even_if_its_name_begins_alike(
    git: Git, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    beside = tmp_path / "repo-cache"
    monkeypatch.setenv("XDG_CACHE_HOME", str(beside))
    write("app/api.py", HELD + ANOTHER)
    assert new(capsys, "--diff") == [("app/api.py", 9)]
    assert [*beside.rglob("*.json")]


@pytest.mark.parametrize(
    "broken", ["", "{", "[]", "null", '{"answers": {}}', '{"answers": {}, "findings": [[1]]}']
)
def test_a_broken_entry_is_ignored_and_replaced(
    git: Git, capsys: pytest.CaptureFixture[str], audited: list[str], kept: Path, broken: str
) -> None:
    write("app/api.py", HELD + ANOTHER)
    new(capsys, "--diff")
    good = {file: file.read_bytes() for file in kept.iterdir()}
    assert len(good) == 2
    for file in good:
        file.write_text(broken)
    audited.clear()
    assert new(capsys, "--diff") == [("app/api.py", 9)]
    assert audited == ["commit", "now"]
    assert {file: file.read_bytes() for file in kept.iterdir()} == good


def test_a_cache_that_cannot_be_written_is_no_trouble(
    git: Git, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "cache").write_text("no folder")
    write("app/api.py", HELD + ANOTHER)
    assert new(capsys, "--diff") == [("app/api.py", 9)]


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Path]:
    """A folder of a project, whose files this process sees as they are."""
    (tmp_path / "project").mkdir()
    yield tmp_path / "project"
    project_files.put_back({})


def test_the_least_used_go_first(
    tmp_path: Path, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    past = PastAudits(str(tmp_path), project)
    groups = [[project / f"{number}.py"] for number in range(4)]
    for number, group in enumerate(groups):
        past.keep([group], {}, Known([Finding("x", 1, 1, "a", "m" * 1000)]))
        for file in tmp_path.rglob("*.json"):
            if file.stat().st_mtime > 1000:
                os.utime(file, (number, number))
    assert past.find([groups[0]], View({})) is not None
    size = max(file.stat().st_size for file in tmp_path.rglob("*.json"))
    monkeypatch.setattr(past_audits, "_LARGEST", 3 * size + 100)
    past.keep([[project / "new.py"]], {}, Known([Finding("x", 1, 1, "a", "m" * 1000)]))
    assert len([*tmp_path.rglob("*.json")]) == 3
    is_there = [past.find([group], View({})) is not None for group in groups]
    assert is_there == [True, False, False, True]


def test_two_at_once_read_only_what_is_whole(tmp_path: Path, project: Path) -> None:
    """An entry is replaced, and never written over while another process reads it."""
    past = PastAudits(str(tmp_path), project)
    past.keep([[project]], {}, Known([]))
    [file] = tmp_path.rglob("*.json")
    whole = file.read_bytes()
    with file.open("rb") as begun:
        past.keep([[project]], {}, Known([Finding("x", 1, 1, "a", "m")]))
        assert begun.read() == whole
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_a_file_that_changes_meanwhile_is_not_kept(tmp_path: Path, project: Path) -> None:
    file = project / "x.py"
    file.write_text("1")
    project_files.put_back({}, watch=True)
    project_files.read(file)
    assert project_files.answers() == {f"read {file}": View({}).answer(f"read {file}")}
    file.write_text("2")
    project_files.read(file)
    assert project_files.answers() is None
    past = PastAudits(str(tmp_path), project)
    past.keep([[file]], project_files.answers(), Known([]))
    assert not [*tmp_path.rglob("*.json")]


def test_only_rules_that_were_asked_are_known(tmp_path: Path, project: Path) -> None:
    past = PastAudits(str(tmp_path), project)
    past.keep([[project / "x.py"]], {}, Known([], {"a", "b"}))
    known = [past.find([[project / "x.py"]], View({}), of) for of in ((), {"a"}, {"a", "c"}, None)]
    assert [one is not None for one in known] == [True, True, False, False]
    assert Known([]).answers(None)


_WATCH = """
import json, sys
from pathlib import Path
from fastapi_pro.auditing import runner
from fastapi_pro.auditing.detectors import detectors
from fastapi_pro.auditing.model import project_files
from fastapi_pro.auditing.sources.walk import collect

root = Path.cwd()
files = collect([root])[0]
detectors()
opened = set()

def note(event, given):
    if event in ("open", "os.listdir", "os.scandir") and str(given[0]).startswith(str(root)):
        opened.add(str(given[0]))

sys.addaudithook(note)
project_files.put_back({}, watch=True)
runner.run(files, root, 1)
print(json.dumps([sorted(opened), list(project_files.answers())]))
"""


def test_each_file_and_folder_that_an_audit_reads_is_noted(git: Git, tmp_path: Path) -> None:
    """As the interpreter itself tells; what starts the service, its packages and locks among it."""
    for name, text in {
        "app/api.py": CALLER, "helpers.py": "def work():\n    pass\n", "app/db.py": DATABASE,
        "uv.lock": "version = 1\n", "requirements.txt": "-r more.txt\nfastapi\n",
        "more.txt": "uvicorn\n", "Dockerfile": "FROM python:3.12\nCMD uvicorn app.main:app\n",
        "compose.yaml": "services:\n  web:\n    image: x\n", ".env": "A=1\n",
        "tests/conftest.py": "import fastapi\n", "pytest.ini": "[pytest]\n",
    }.items():  # fmt: skip
        write(name, text)
    done = subprocess.run(
        [sys.executable, "-c", _WATCH],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    opened, questions = json.loads(done.stdout)
    noted = {question.partition(" ")[2] for question in questions}
    assert {Path(path).name for path in opened} >= {"uv.lock", "more.txt", "Dockerfile", ".env"}
    assert set(opened) <= noted | {str(tmp_path / "repo")}
