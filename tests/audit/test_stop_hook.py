"""The plugin's Stop hook: what it tells, when it is silent, and that it ends in time."""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from fastapi_pro.cli import stop_hook
from fastapi_pro.cli.stop_hook import OPTION, Finding, decide
from patience import wait_until
from tests.distribution.checkout import ROOT
from tests.support.git import commit_all, git

HELD = """\
import time
from fastapi import APIRouter
router = APIRouter()
@router.get("/one")
async def one():
    time.sleep(1)
"""
ANOTHER = '@router.get("/two")\nasync def two():\n    time.sleep(2)\n'
SESSION = "8b4c7951-57c3-4b11-94ba-d83a9c989843"
Asked = Callable[..., str]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A service with one fault, which is committed."""
    folder = tmp_path / "service"
    (folder / "app").mkdir(parents=True)
    (folder / "app" / "api.py").write_text(HELD)
    (folder / "pyproject.toml").write_text('[project]\nname = "x"\n')
    commit_all(folder)
    return folder


def asked(folder: Path, event: dict[str, Any] | None = None, **environment: str) -> str:
    """Return what the hook prints when a session in a folder is about to stop."""
    asked_of = {"cwd": str(folder), "session_id": SESSION, "stop_hook_active": False}
    return decide(asked_of | (event or {}), environment)


def reason(decision: str) -> str:
    told = json.loads(decision)
    assert told.keys() == {"decision", "reason"}
    assert told["decision"] == "block"
    return str(told["reason"])


def change(folder: Path, text: str = ANOTHER) -> None:
    with (folder / "app" / "api.py").open("a") as file:
        file.write(text)


def finding(**other: str | int) -> Finding:
    return {
        "path": "app/api.py", "line": 1, "column": 1, "slug": "lost-update", "severity": "high",
        "message": "lost", "fix": "Lock it", "consequence": "breaks", "cause": "",
    } | other  # fmt: skip


class Audit:
    """A stand-in for the audit: what it finds, and how often it was asked."""

    def __init__(self) -> None:
        self.found: list[Finding] = []
        self.calls = 0
        self.is_slow = False

    def __call__(self, *_: object) -> list[Finding]:
        """Audit."""
        self.calls += 1
        if self.is_slow:
            raise subprocess.TimeoutExpired("audit", 25)
        return self.found


@pytest.fixture
def audit(monkeypatch: pytest.MonkeyPatch) -> Audit:
    """The stand-in in place of the audit."""
    standin = Audit()
    monkeypatch.setattr(stop_hook, "new_findings", standin)
    return standin


def test_it_tells_what_head_had_not_with_place_consequence_and_fix(repository: Path) -> None:
    """Untracked files count; what HEAD had, and what is low, is not told."""
    change(repository)
    other = HELD.replace("one", "three").replace("time.sleep(1)", 'subprocess.run(["true"])')
    (repository / "app" / "new.py").write_text(other.replace("import time", "import subprocess"))
    text = reason(asked(repository))
    assert "found 2 faults" in text
    assert (
        "app/api.py:9:5: blocking-call-in-async [high] `async def two` calls `time.sleep`" in text
    )
    assert "app/new.py:6:5: blocking-call-in-async [high]" in text
    assert text.count("consequence: it shows with many requests") == 2
    assert text.count("fix: Await an async library") == 2
    assert "async def one" not in text


def test_as_the_plugin_calls_it_it_prints_the_decision_or_nothing(
    repository: Path, tmp_path: Path
) -> None:
    event = {"cwd": str(repository), "stop_hook_active": False}
    plugin = tmp_path / "my plugin"
    (plugin / "skills").mkdir(parents=True)
    (plugin / "skills" / "fastapi-pro").symlink_to(ROOT)
    command = hook()["command"].replace("${CLAUDE_PLUGIN_ROOT}", str(plugin))

    def run(text: str) -> str:
        done = subprocess.run(
            ["sh", "-c", command], input=text, capture_output=True, text=True, check=True
        )
        assert done.stderr == ""
        return done.stdout

    assert run(json.dumps(event)) == ""
    change(repository)
    assert "async def two" in reason(run(json.dumps(event)))
    assert run(json.dumps(event | {"stop_hook_active": True})) == ""
    assert run("no event") == ""


@pytest.mark.parametrize(
    ("event", "environment"),
    [({"stop_hook_active": True}, {}), ({"permission_mode": "plan"}, {}), ({}, {OPTION: "false"})],
    ids=["active", "plan", "off"],
)
def test_it_does_not_look_where_it_may_not_tell(
    repository: Path, audit: Audit, event: dict[str, Any], environment: dict[str, str]
) -> None:
    change(repository)
    assert asked(repository, event, **environment) == ""
    assert audit.calls == 0
    audit.found = [finding()]
    assert "lost-update" in reason(
        asked(repository, {"permission_mode": "default"}, **{OPTION: "true"})
    )


def test_without_a_change_that_the_audit_reads_it_does_not_look(
    repository: Path, audit: Audit
) -> None:
    (repository / "README.md").write_text("text")
    assert asked(repository) == ""
    assert audit.calls == 0
    (repository / "Dockerfile").write_text("FROM python\n")
    assert asked(repository) == ""
    assert audit.calls == 1
    (repository / "Dockerfile").unlink()
    (repository / "jobs").mkdir()
    (repository / "jobs" / "mail.py").write_text("x = 1\n")
    assert asked(repository) == ""
    assert audit.calls == 2


@pytest.mark.parametrize("text", ["import fastapi_users\n", "# import fastapi\n", ""])
def test_without_fastapi_it_does_not_look(tmp_path: Path, audit: Audit, text: str) -> None:
    (tmp_path / "main.py").write_text(text)
    (tmp_path / ".claude" / "skills").mkdir(parents=True)
    (tmp_path / ".claude" / "skills" / "main.py").write_text("from fastapi import FastAPI\n")
    git(tmp_path, "init", "-q")
    assert asked(tmp_path) == ""
    assert audit.calls == 0
    (tmp_path / "main.py").write_text("    from fastapi.routing import APIRoute\n")
    assert asked(tmp_path) == ""
    assert audit.calls == 1
    (tmp_path / "main.py").write_text("import os\rfrom fastapi import FastAPI\r")
    assert asked(tmp_path) == ""
    assert audit.calls == 2


FOREIGN = {
    "GIT_DIR": "{other}/.git",
    "GIT_WORK_TREE": "{other}",
    "GIT_COMMON_DIR": "{other}/.git",
    "GIT_OBJECT_DIRECTORY": "{other}/.git/objects",
    "GIT_INDEX_FILE": "{other}/.git/index",
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_NOGLOB_PATHSPECS": "1",
}


@pytest.mark.parametrize("name", FOREIGN)
def test_the_repository_is_that_of_the_folder_whatever_is_exported(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """A user's variables for the repository of the dotfiles, or those of a hook that runs this."""
    other = tmp_path / "other"
    other.mkdir()
    (other / "notes.txt").write_text("text\n")
    commit_all(other)
    change(repository)
    monkeypatch.setenv(name, FOREIGN[name].format(other=other))
    assert "found a fault" in reason(asked(repository))


def test_a_user_whose_commands_go_into_submodules_is_told_too(
    repository: Path, audit: Audit
) -> None:
    git(repository, "config", "submodule.recurse", "true")
    change(repository)
    audit.found = [finding()]
    assert "found a fault" in reason(asked(repository))


def test_of_a_repository_its_folder_is_audited_of_a_worktree_the_worktree(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders: list[Path] = []
    monkeypatch.setattr(stop_hook, "new_findings", lambda folder, *_: folders.append(folder) or [])
    change(repository)
    (repository / "web").mkdir()
    asked(repository / "web")
    asked(repository / "web", CLAUDE_PROJECT_DIR=str(repository / "app"))
    asked(repository / "app", CLAUDE_PROJECT_DIR=str(repository / "web"))  # nothing changed there
    other = repository.parent / "other"
    git(repository, "worktree", "add", str(other))
    change(other)
    asked(other, CLAUDE_PROJECT_DIR=str(repository / "app"))
    assert folders == [repository, repository / "app", other]


def test_a_session_is_told_a_finding_once(repository: Path, audit: Audit, tmp_path: Path) -> None:
    data = {"CLAUDE_PLUGIN_DATA": str(tmp_path / "data")}
    change(repository)
    audit.found = [finding()]
    assert "found a fault" in reason(asked(repository, **data))
    assert asked(repository, **data) == ""
    assert audit.calls == 1  # nothing has changed
    change(repository, "\n")
    audit.found = [finding(line=2), finding(slug="subject-type", message="text")]
    text = reason(asked(repository, **data))
    assert audit.calls == 2
    assert "subject-type" in text
    assert "lost-update" not in text
    event = {"cwd": str(repository), "session_id": "another"}
    assert "found 2 faults" in reason(decide(event, data))


def test_after_a_week_a_session_is_forgotten(
    repository: Path, audit: Audit, tmp_path: Path
) -> None:
    change(repository)
    told = tmp_path / "data" / "told"
    told.mkdir(parents=True)
    (told / "old.json").write_text("{}")
    os.utime(told / "old.json", (0, 0))
    (told / "new.json").write_text("{}")
    (told / f"{SESSION}.json").write_text("damaged")
    audit.found = [finding()]
    assert asked(repository, CLAUDE_PLUGIN_DATA=str(tmp_path / "data"))
    assert sorted(file.name for file in told.iterdir()) == [f"{SESSION}.json", "new.json"]


def test_a_project_that_takes_too_long_is_tried_once(
    repository: Path, audit: Audit, tmp_path: Path
) -> None:
    data = {"CLAUDE_PLUGIN_DATA": str(tmp_path / "data")}
    change(repository)
    audit.is_slow = True
    assert asked(repository, **data) == ""
    change(repository, "\n")
    assert asked(repository, **data) == ""
    assert audit.calls == 1


def test_the_worst_ten_are_told_and_those_of_one_cause_as_one(
    repository: Path, audit: Audit
) -> None:
    change(repository)
    audit.found = [
        *(finding(severity="low", line=n) for n in range(5)),
        *(finding(severity="medium", line=n) for n in range(1, 10)),
        *(finding(cause="one", consequence="load", line=n) for n in range(20, 25)),
        finding(consequence="stranger", line=30),
        finding(line=40),
    ]
    text = reason(asked(repository))
    assert "found 12 faults" in text
    places = [line.split(":")[1] for line in text.splitlines() if "lost-update [" in line]
    assert places == ["40", "30", "20", *map(str, range(1, 8))]
    assert "lost (and in 4 more places)" in text
    assert "2 more: sh " in text


def test_however_long_the_texts_the_client_takes_it_whole(repository: Path, audit: Audit) -> None:
    change(repository)
    texts = {"path": "ordner/" * 100, "message": "ü" * 5000, "fix": '"\n' * 5000}
    audit.found = [finding(line=n, **texts) for n in range(10)]
    decision = asked(repository)
    assert len(decision) < 10_000
    assert "more: sh " in reason(decision)


@pytest.fixture
def fake_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in place of the skill's, whose audit a test writes."""
    (tmp_path / "skill" / "scripts").mkdir(parents=True)
    monkeypatch.setattr(stop_hook, "ROOT", tmp_path / "skill")
    return tmp_path / "skill"


@pytest.mark.parametrize("code", ["raise SystemExit(2)", "print('no JSON'); raise SystemExit(1)"])
def test_an_audit_that_fails_is_silent(
    repository: Path, fake_root: Path, code: str, monkeypatch: pytest.MonkeyPatch,
    capsysbinary: pytest.CaptureFixture[bytes],
) -> None:  # fmt: skip
    change(repository)
    (fake_root / "scripts" / "audit.py").write_text(code)
    event = json.dumps({"cwd": str(repository)}).encode()
    monkeypatch.setattr("sys.stdin", Stdin(event))
    assert stop_hook.main() == 0
    assert capsysbinary.readouterr() == (b"", b"")


class Stdin:
    """What sys.stdin is, with bytes to read."""

    def __init__(self, content: bytes) -> None:
        self.buffer = self
        self.read = lambda: content


def test_outside_git_it_is_silent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", Stdin(json.dumps({"cwd": str(tmp_path)}).encode()))
    assert stop_hook.main() == 0


@pytest.mark.skipif(sys.platform == "win32", reason="needs FIFOs")
def test_at_its_limit_the_audit_ends_with_all_it_has_started(
    repository: Path, fake_root: Path, tmp_path: Path
) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    (fake_root / "scripts" / "audit.py").write_text(
        f"import os, signal\nfd = os.open({str(fifo)!r}, os.O_WRONLY)\nos.fork()\n"
        "os.write(fd, b'x')\nsignal.pause()\n"
    )
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)

    class WhenBothRun(stop_hook.Limit):
        @property
        def left(self) -> float:
            both = read(reader)
            wait_until(lambda: next(both) == b"xx")
            return 0

    with pytest.raises(subprocess.TimeoutExpired):
        stop_hook.new_findings(repository, "", WhenBothRun(0))
    wait_until(lambda: is_at_end(reader))
    os.close(reader)


def read(reader: int) -> Iterator[bytes]:
    """Yield all that has come so far."""
    seen = b""
    while True:
        with contextlib.suppress(BlockingIOError):
            seen += os.read(reader, 10)
        yield seen


def is_at_end(reader: int) -> bool:
    """Say whether nobody can write any more."""
    try:
        return os.read(reader, 1) == b""
    except BlockingIOError:
        return False


def hook() -> dict[str, Any]:
    """Return the hook as the plugin registers it."""
    hooks: dict[str, Any] = json.loads((ROOT / "plugin" / "hooks" / "hooks.json").read_bytes())
    [group] = hooks["hooks"]["Stop"]
    [found] = group["hooks"]
    return dict(found)


def test_its_limit_is_below_that_of_the_hook() -> None:
    assert hook()["timeout"] > stop_hook.SECONDS
    plugin = json.loads((ROOT / "plugin" / "plugin.json").read_bytes())
    [option] = plugin["userConfig"]
    assert f"CLAUDE_PLUGIN_OPTION_{option.upper()}" == OPTION
