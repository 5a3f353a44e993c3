"""--staged: what a commit is about to add, whatever the work tree holds besides."""

import json
import subprocess
from pathlib import Path

import pytest

from fastapi_pro.auditing import runner
from fastapi_pro.cli import audit
from tests.audit.repository import ANOTHER, HELD, Git, new, refused, write


def test_what_is_staged_is_reported_and_nothing_else(
    git: Git, capsys: pytest.CaptureFixture[str]
) -> None:
    write("app/untracked.py", HELD)
    write("app/api.py", HELD + ANOTHER)
    assert new(capsys, "--staged") == []
    git("add", "app/api.py")
    assert new(capsys, "--staged") == [("app/api.py", 9)]
    git("commit", "-qm", "second")
    assert new(capsys, "--staged") == []


def test_a_file_that_is_half_staged_is_judged_as_staged(
    git: Git, capsys: pytest.CaptureFixture[str]
) -> None:
    write("app/api.py", f"x = 'ä'\n{HELD}{ANOTHER}")
    git("add", "app/api.py")
    write("app/api.py", HELD)
    assert new(capsys, "--staged") == [("app/api.py", 10)]
    git("add", "app/api.py")
    write("app/api.py", HELD + ANOTHER)
    assert new(capsys, "--staged") == []


def test_the_staged_text_gives_column_ignores_and_fingerprint(
    git: Git, capsys: pytest.CaptureFixture[str]
) -> None:
    fault = '    "ä"; time.sleep(2)'
    write("app/api.py", HELD + ANOTHER.replace("    time.sleep(2)", fault))
    git("add", "app/api.py")
    command = ["--staged", "--select", "blocking-call-in-async", "--format", "sarif"]
    assert audit.main(command) == 1
    [staged] = json.loads(capsys.readouterr().out)["runs"][0]["results"]
    write("app/api.py", "\n" * 20)
    assert audit.main(command) == 1
    [result] = json.loads(capsys.readouterr().out)["runs"][0]["results"]
    assert result == staged
    region = result["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": 9, "startColumn": fault.index("time") + 1}
    write(
        "app/api.py", HELD + ANOTHER.rstrip() + "  # fastapi-pro: ignore[blocking-call-in-async] x"
    )
    git("add", "app/api.py")
    write("app/api.py", HELD + ANOTHER)
    assert new(capsys, "--staged") == []


@pytest.mark.parametrize("is_staged", [True, False])
def test_modules_that_are_staged_are_those_that_imports_lead_to(
    git: Git, capsys: pytest.CaptureFixture[str], *, is_staged: bool
) -> None:
    caller = HELD.replace("import time", "from app.jobs import work").replace(
        "time.sleep(1)", "work()"
    )
    write("app/jobs.py", "import time\ndef work():\n    time.sleep(1)\n")
    write("app/api.py", caller)
    if is_staged:
        git("add", "app/jobs.py")
        Path("app/jobs.py").unlink()
    git("add", "app/api.py")
    assert new(capsys, "--staged") == [("app/api.py", 6)] * is_staged


def test_a_staged_file_that_is_no_longer_on_the_disk_is_read(
    git: Git, capsys: pytest.CaptureFixture[str]
) -> None:
    write("app/new/ü b.py", HELD)
    write("lib/old.py", HELD)
    git("add", ".")
    Path("app/new/ü b.py").unlink()
    Path("app/new").rmdir()
    Path("lib/old.py").unlink()
    assert new(capsys, "app", "--staged") == [("app/new/ü b.py", 6)]
    assert new(capsys, "--staged", "--exclude", "lib") == [("app/new/ü b.py", 6)]


def test_a_staged_removal_and_one_that_is_not_staged(
    git: Git, capsys: pytest.CaptureFixture[str]
) -> None:
    git("rm", "-q", "--cached", "app/api.py")
    write("app/api.py", HELD + ANOTHER)
    assert new(capsys, "--staged") == []
    git("reset", "-q")
    git("mv", "app/api.py", "app/routes.py")
    Path("app/routes.py").unlink()
    assert new(capsys, "--staged") == []


def test_a_file_that_is_only_meant_to_be_added_is_not_staged(
    git: Git, capsys: pytest.CaptureFixture[str]
) -> None:
    write("app/later.py", HELD)
    git("add", "-N", "app/later.py")
    assert new(capsys, "--staged") == []


def test_before_the_first_commit_all_that_is_staged_is_new(
    git: Git, capsys: pytest.CaptureFixture[str]
) -> None:
    git("checkout", "-q", "--orphan", "fresh")
    write("app/untracked.py", HELD)
    assert new(capsys, "--staged") == [("app/api.py", 6)]


def test_the_index_of_a_commit_of_named_files_is_the_one_that_counts(
    git: Git, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`git commit FILE` commits from an index of its own, and tells its hooks."""
    seen = tmp_path / "seen"
    hook = Path(".git/hooks/pre-commit")
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(
        f'#!/bin/sh\necho "$GIT_INDEX_FILE" > "{seen}"\ncp "$GIT_INDEX_FILE" .git/seen\n'
    )
    hook.chmod(0o755)
    write("app/other.py", HELD)
    git("add", ".")
    write("app/api.py", HELD + ANOTHER)
    git("commit", "-qm", "second", "app/api.py")
    git("reset", "-q", "--soft", "HEAD~1")
    git("reset", "-q", "app/api.py")
    assert seen.read_text().strip() not in ("", ".git/index")
    monkeypatch.setenv("GIT_INDEX_FILE", ".git/seen")
    assert new(capsys, "--staged") == [("app/api.py", 9)]
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "of another repository"))
    assert new(capsys, "--staged") == [("app/other.py", 6)]


def test_where_pre_commit_compares_commits_it_reports_what_they_brought(
    git: Git, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    git("switch", "-qc", "topic")
    write("app/api.py", HELD + ANOTHER)
    git("commit", "-qam", "second")
    git("switch", "-q", "main")
    write("app/other.py", HELD)
    git("commit", "-qam", "third")
    git("switch", "-q", "topic")
    assert new(capsys, "--staged") == []
    monkeypatch.setenv("PRE_COMMIT_FROM_REF", "main")
    assert new(capsys, "--staged") == [("app/api.py", 9)]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--staged", "--diff"], "not allowed with argument"),
        (["--staged", "--write-baseline", "x.json"], "--staged reports only new ones"),
    ],
)
def test_wrong_use_is_told(
    git: Git, capsys: pytest.CaptureFixture[str], arguments: list[str], says: str
) -> None:
    assert says in refused(capsys, *arguments)


def test_several_processes_see_what_is_staged(
    git: Git, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "_SMALL", 0)
    write("app/api.py", HELD + ANOTHER)
    write("lib/api.py", HELD)
    git("add", ".")
    write("app/api.py", HELD)
    Path("lib/api.py").unlink()
    assert new(capsys, "--staged", "--jobs", "2") == [("app/api.py", 9), ("lib/api.py", 6)]


@pytest.mark.parametrize("option", ["--staged", "--diff"])
def test_what_a_merge_brings_is_not_new(
    git: Git, capsys: pytest.CaptureFixture[str], option: str
) -> None:
    git("switch", "-qc", "topic")
    write("app/api.py", HELD + "x = 1\n")
    git("commit", "-qam", "second")
    git("switch", "-q", "main")
    write("app/api.py", HELD + "x = 2\n")
    write("app/other.py", HELD)
    git("commit", "-qam", "third")
    git("switch", "-q", "topic")
    with pytest.raises(subprocess.CalledProcessError):
        git("merge", "-q", "main")
    write("app/api.py", HELD + ANOTHER)
    git("add", ".")
    assert new(capsys, option) == [("app/api.py", 9)]


@pytest.mark.parametrize("option", ["--staged", "--diff"])
def test_in_a_file_with_a_conflict_what_either_side_had_is_not_new(
    git: Git, capsys: pytest.CaptureFixture[str], option: str
) -> None:
    third = ANOTHER.replace("two", "three")
    git("switch", "-qc", "topic")
    write("app/api.py", HELD + "x = 1\n" + ANOTHER)
    git("commit", "-qam", "second")
    git("switch", "-q", "main")
    write("app/api.py", HELD + "x = 2\n" + third)
    git("commit", "-qam", "third")
    with pytest.raises(subprocess.CalledProcessError):
        git("merge", "-q", "topic")
    write("app/api.py", HELD + "x = 3\n" + ANOTHER + third)
    git("add", ".")
    assert new(capsys, option) == []
    fourth = ANOTHER.replace("two", "four")
    write("app/api.py", HELD + "x = 3\n" + ANOTHER + third + fourth)
    git("add", ".")
    assert new(capsys, option) == [("app/api.py", 16)]


@pytest.mark.parametrize("option", ["--staged", "--diff"])
def test_what_only_both_sides_of_a_merge_together_do_is_new(
    git: Git, capsys: pytest.CaptureFixture[str], option: str
) -> None:
    """One side lets a function block, the other calls it in an endpoint."""
    calling = HELD.replace("import time", "from app.jobs import work")
    write("app/jobs.py", "import time\ndef work():\n    pass\n")
    git("add", ".")
    git("commit", "-qm", "second")
    git("switch", "-qc", "topic")
    write("app/other.py", calling.replace("time.sleep(1)", "work()"))
    git("commit", "-qam", "third")
    git("switch", "-q", "main")
    write("app/jobs.py", "import time\ndef work():\n    time.sleep(1)\n")
    git("commit", "-qam", "fourth")
    git("merge", "-q", "--no-commit", "topic")
    assert new(capsys, option) == [("app/other.py", 6)]
