"""--diff: what the work tree has and a commit had not, on real repositories."""

import ast
import subprocess
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from fastapi_pro.auditing import opened, runner
from fastapi_pro.auditing.model import project_files
from fastapi_pro.auditing.sources.parse import parse
from fastapi_pro.cli import audit
from tests.audit.repository import ANOTHER, HELD, Git, new, refused, write


def test_a_fault_that_the_commit_had_is_not_reported(
    git: Git, capsys: pytest.CaptureFixture[str]
) -> None:
    assert new(capsys) == [("app/api.py", 6)]
    assert new(capsys, "--diff") == []
    write("app/api.py", HELD.replace("@router", "x = 1\n\n\n@router") + "y = 2\n")
    assert new(capsys, "--diff") == []


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_new_fault_is_reported_staged_or_not(
    git: Git, capsys: pytest.CaptureFixture[str], jobs: str
) -> None:
    write("app/api.py", HELD + ANOTHER)
    assert new(capsys, "--diff", "--jobs", jobs) == [("app/api.py", 9)]
    git("add", ".")
    assert new(capsys, "--diff", "--jobs", jobs) == [("app/api.py", 9)]
    git("commit", "-qm", "second")
    assert new(capsys, "--diff", "--jobs", jobs) == []
    assert new(capsys, "--diff", "HEAD~1", "--jobs", jobs) == [("app/api.py", 9)]
    assert new(capsys, "--diff=main") == []


def test_an_untracked_file_is_all_new_and_an_ignored_one_is_not_looked_at(
    git: Git, capsys: pytest.CaptureFixture[str]
) -> None:
    write("app/ä b.py", HELD)
    write("app/scratch.py", HELD)
    write(".gitignore", "scratch.py\n")
    assert new(capsys, "--diff") == [("app/ä b.py", 6)]


def test_the_fault_shows_in_a_file_that_did_not_change(
    git: Git, capsys: pytest.CaptureFixture[str]
) -> None:
    caller = HELD.replace("import time", "from app.jobs import work").replace(
        "time.sleep(1)", "work()"
    )
    write("app/api.py", caller)
    write("app/jobs.py", "def work():\n    pass\n")
    git("add", ".")
    git("commit", "-qm", "second")
    write("app/jobs.py", "import time\ndef work():\n    time.sleep(1)\n")
    assert new(capsys, "--diff") == [("app/api.py", 6)]


def test_a_renamed_file_is_not_new_whether_git_knows_or_not(
    git: Git, capsys: pytest.CaptureFixture[str]
) -> None:
    git("mv", "app/api.py", "app/routes.py")
    write("app/main.py", Path("app/main.py").read_text().replace("app.api", "app.routes"))
    assert new(capsys, "--diff") == []
    git("reset", "-q")
    assert new(capsys, "--diff") == []
    write("app/routes.py", HELD + ANOTHER)
    assert new(capsys, "--diff") == [("app/routes.py", 9)]
    git("add", "-A")
    assert new(capsys, "--diff") == [("app/routes.py", 9)]


def test_as_for_python_cr_alone_ends_a_line(git: Git, capsys: pytest.CaptureFixture[str]) -> None:
    """On both sides: as old Macs wrote files, and in one line of a file that has LF elsewhere."""
    others = HELD.replace("time.sleep(1)", "time.sleep(1)  # fastapi-pro: ignore[{}] told")
    write("app/api.py", HELD.replace("\n", "\r"))
    write("app/other.py", others.format("blocking-call-in-async").replace("\n", "\r"))
    assert new(capsys) == [("app/api.py", 6)]
    git("commit", "-qam", "second")
    write("app/api.py", ("x = 1\n" + HELD).replace("\n", "\r") + ANOTHER)
    assert new(capsys, "--diff") == [("app/api.py", 10)]
    git("add", ".")
    assert new(capsys, "--staged") == [("app/api.py", 10)]


def test_a_deleted_file_is_no_trouble(git: Git, capsys: pytest.CaptureFixture[str]) -> None:
    Path("app/api.py").unlink()
    assert new(capsys, "--diff") == []
    git("rm", "-q", "--cached", "app/other.py")
    assert new(capsys, "--diff") == []


def test_a_fault_that_moved_to_another_file_is_not_new(
    git: Git, capsys: pytest.CaptureFixture[str]
) -> None:
    write("app/api.py", "from fastapi import APIRouter\nrouter = APIRouter()\n")
    write("app/other.py", HELD)
    assert new(capsys, "--diff") == []


def test_an_ignore_that_is_taken_away_brings_its_finding(
    git: Git, capsys: pytest.CaptureFixture[str]
) -> None:
    ignored = "time.sleep(1)  # fastapi-pro: ignore[blocking-call-in-async] short"
    write("app/api.py", HELD.replace("time.sleep(1)", ignored))
    write("app/third.py", f"import fastapi\n{ignored}\n")
    git("add", ".")
    git("commit", "-qm", "second")
    write("app/api.py", HELD)
    assert new(capsys, "--diff") == [("app/api.py", 6)]


def test_a_file_that_no_longer_parses_is_new(git: Git, capsys: pytest.CaptureFixture[str]) -> None:
    write("app/api.py", HELD + "(\n")
    assert new(capsys, "--diff") == [("app/api.py", 7)]


def test_a_program_that_did_not_change_is_not_audited(
    git: Git, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write("worker/jobs.py", HELD)
    git("add", ".")
    git("commit", "-qm", "second")
    write("app/api.py", HELD + ANOTHER)
    write("README.md", "changed\n")
    write("package.json", "{}")
    write(".github/workflows/ci.yml", "on: push\n")
    asked: list[str] = []

    class Noted(opened.Opened):
        def __init__(self, paths: list[Path], *more: Any) -> None:
            asked.extend(path.name for path in paths)  # here; those of the commit in its process
            super().__init__(paths, *more)

    monkeypatch.setattr(runner, "Opened", Noted)
    assert new(capsys, "--diff") == [("app/api.py", 9)]
    assert sorted(asked) == ["api.py", "main.py", "other.py"]
    git("checkout", "app")
    asked.clear()
    assert new(capsys, "--diff") == []
    assert asked == []


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_both_sides_are_found_by_one_process_or_by_two(
    git: Git, capsys: pytest.CaptureFixture[str], jobs: str
) -> None:
    """At once or one after the other; a fault that has moved is no new one."""
    write("app/api.py", f"{HELD}x = 1\n{ANOTHER}")
    write("app/jobs.py", HELD)
    git("add", ".")
    git("commit", "-qm", "second")
    write("app/api.py", f"y = 1\n{HELD}{ANOTHER}{ANOTHER.replace('two', 'three')}")
    assert new(capsys, "--diff", "--jobs", jobs) == [("app/api.py", 13)]


def test_only_the_files_that_changed_are_parsed_for_the_commit(
    git: Git, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    parsed = tmp_path / "parsed"

    def note(source: bytes) -> ast.Module:
        with parsed.open("ab") as file:  # of both processes
            file.write(b"changed\n" if HELD.encode() in source else b"same\n")
        return parse(source)

    monkeypatch.setattr(opened, "parse", note)
    write("app/api.py", HELD + ANOTHER)
    assert new(capsys, "--diff", "--jobs", "2") == [("app/api.py", 9)]
    assert sorted(parsed.read_text().split()) == ["changed", "changed", "same", "same"]


def test_a_process_sees_files_as_they_were(tmp_path: Path) -> None:
    for name in ("changed.py", "added.py", "same.py"):
        (tmp_path / name).write_text("now")
    gone = tmp_path / "package" / "gone.txt"
    old = {tmp_path / "changed.py": b"then", tmp_path / "added.py": None, gone: b"here"}
    with ProcessPoolExecutor(1, initializer=project_files.put_back, initargs=(old,)) as pool:

        def then(ask: Callable[..., object], *given: object) -> object:
            return pool.submit(ask, *given).result()

        assert then(project_files.read, tmp_path / "changed.py") == b"then"
        assert then(project_files.size, tmp_path / "changed.py") == 4
        assert then(project_files.read, tmp_path / "same.py") == b"now"
        with pytest.raises(FileNotFoundError):
            then(project_files.read, tmp_path / "added.py")
        assert then(project_files.is_file, gone) is True
        assert then(project_files.is_file, tmp_path / "added.py") is False
        assert then(project_files.names, tmp_path) == {"changed.py", "same.py", "package"}
        assert then(project_files.glob, gone.parent, "g*.txt") == [gone]
    assert project_files.read(tmp_path / "changed.py") == b"now"


def test_a_manifest_that_changed_is_read_as_it_was(
    git: Git, capsys: pytest.CaptureFixture[str]
) -> None:
    write("app/db.py", "from sqlalchemy.ext.asyncio import create_async_engine\n"
          'engine = create_async_engine("postgresql+asyncpg://db/x")\n')  # fmt: skip
    write("requirements.txt", "fastapi\nsqlalchemy[asyncio]\n")
    git("add", ".")
    git("commit", "-qm", "second")
    code = ["--select", "missing-extras", "--format", "json", "--diff"]
    assert audit.main(code) == 0
    write("requirements.txt", "fastapi\nsqlalchemy\n")
    assert audit.main(code) == 1
    git("commit", "-qam", "third")
    assert audit.main(code) == 0
    write("README.md", "x")
    assert audit.main(code) == 0
    assert "asyncio" in capsys.readouterr().out


def test_imports_lead_to_the_files_that_were_there(
    git: Git, capsys: pytest.CaptureFixture[str]
) -> None:
    write("app/jobs.py", "import time\ndef work():\n    time.sleep(1)\n")
    caller = HELD.replace("import time", "from app.jobs import work")
    write("app/api.py", caller.replace("time.sleep(1)", "work()"))
    git("add", ".")
    git("commit", "-qm", "second")
    Path("app/jobs").mkdir()
    Path("app/jobs.py").rename("app/jobs/__init__.py")
    assert new(capsys, "--diff") == []
    write("app/jobs/__init__.py", "def work():\n    pass\n")
    git("add", ".")
    git("commit", "-qm", "third")
    write("app/jobs/__init__.py", "import time\ndef work():\n    time.sleep(1)\n")
    assert new(capsys, "--diff") == [("app/api.py", 6)]


def test_part_of_the_project_is_understood_with_the_rest(
    git: Git, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write("app/api.py", HELD + ANOTHER)
    write("lib/api.py", HELD)
    assert new(capsys, "app", "--diff") == [("app/api.py", 9)]
    assert new(capsys, "lib/api.py", "--diff") == [("lib/api.py", 6)]
    monkeypatch.chdir("app")
    assert new(capsys, "--diff") == [("api.py", 9)]


def test_links_submodules_and_other_repositories_are_passed_over(
    git: Git, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    library = tmp_path / "library"
    library.mkdir()
    git("init", "-q", cwd=library)
    (library / "x.py").write_text(HELD)
    git("add", ".", cwd=library)
    git("commit", "-qm", "x", cwd=library)
    git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(library), "sub")
    Path("link").symlink_to("app")
    git("add", ".")
    git("commit", "-qm", "second")
    (Path("sub") / "x.py").write_text(HELD + ANOTHER)
    git("-c", "protocol.file.allow=always", "clone", "-q", str(library), "nested")
    Path("link").unlink()
    write("app/api.py", HELD + ANOTHER)
    assert ("app/api.py", 9) in new(capsys, "app", "--diff")
    assert new(capsys, "sub", "--diff") == [("sub/x.py", 9)]
    told = refused(capsys, "app", "sub/x.py", "sub", "--diff")
    assert told.endswith("app and sub are in different repositories; audit each on its own\n")


def test_git_says_whom_it_does_not_trust_and_what_to_do(
    git: Git, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    told = refused(capsys, "--diff")
    assert "detected dubious ownership" in told
    assert "; if you trust it: git config --global --add safe.directory " in told


def test_a_linked_work_tree_and_a_shallow_clone_have_their_own_head(
    git: Git, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git("commit", "-q", "--allow-empty", "-m", "second")
    git("worktree", "add", "-q", str(tmp_path / "side"))
    git("clone", "-q", "--depth=1", f"file://{tmp_path / 'repo'}", str(tmp_path / "shallow"))
    for name in ("side", "shallow"):
        monkeypatch.chdir(tmp_path / name)
        write("app/api.py", HELD + ANOTHER)
        assert new(capsys, "--diff") == [("app/api.py", 9)]
    assert audit.main(["--diff", "HEAD~1"]) == 2
    assert (
        "'HEAD~1' is not a commit of this repository; the clone is shallow"
        in capsys.readouterr().err
    )
    git("fetch", "-q", "--depth=1", "origin", git("rev-parse", "HEAD~1"), cwd=tmp_path / "shallow")
    assert audit.main(["--diff", "FETCH_HEAD..."]) == 2
    told = "no commit in common with 'FETCH_HEAD'; the clone is shallow: fetch the rest first"
    assert told in capsys.readouterr().err


def test_what_the_other_branch_has_mended_is_not_new_with_dots(
    git: Git, capsys: pytest.CaptureFixture[str]
) -> None:
    git("switch", "-q", "--detach")
    write("app/other.py", HELD)
    git("commit", "-qam", "second")
    branch = git("rev-parse", "HEAD")
    git("switch", "-q", "main")
    write("app/api.py", HELD.replace("time.sleep(1)", "pass"))
    git("commit", "-qam", "third")
    git("update-ref", "refs/remotes/origin/main", "main")
    git("switch", "-q", "--detach", branch)
    assert new(capsys, "--diff", "origin/main") == [("app/api.py", 6), ("app/other.py", 6)]
    assert new(capsys, "--diff", "origin/main...") == [("app/other.py", 6)]


def test_a_project_below_the_top_is_compared_whatever_its_name_and_gits_settings(
    git: Git, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("diff.relative", "diff.noprefix", "core.quotepath"):
        git("config", name, "true")
    git("config", "color.ui", "always")
    git("config", "diff.external", "false")
    git("config", "status.showUntrackedFiles", "no")
    write("services/ä shop/pyproject.toml", "")
    write("services/ä shop/api.py", HELD)
    git("add", ".")
    git("commit", "-qm", "second")
    write("services/ä shop/api.py", HELD + ANOTHER)
    write("services/ä shop/new.py", HELD)
    write("app/api.py", HELD + ANOTHER)
    monkeypatch.chdir("services/ä shop")
    assert new(capsys, "--diff") == [("api.py", 9), ("new.py", 6)]


def test_before_the_first_commit_all_is_new(git: Git, capsys: pytest.CaptureFixture[str]) -> None:
    git("checkout", "-q", "--orphan", "fresh")
    assert new(capsys, "--diff") == [("app/api.py", 6)]


def test_it_works_in_a_hook(
    git: Git, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write("app/api.py", HELD + ANOTHER)
    for name, value in (("GIT_DIR", ".git"), ("GIT_INDEX_FILE", ".git/index"), ("GIT_PREFIX", "")):
        monkeypatch.setenv(name, value)
    monkeypatch.chdir("app")
    assert new(capsys, "--diff") == [("api.py", 9)]


def test_a_folder_that_a_link_leads_to_is_compared(
    git: Git, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "repo")
    write("app/api.py", HELD + ANOTHER)
    assert [line for _, line in new(capsys, str(tmp_path / "link"), "--diff")] == [9]


def test_nothing_in_the_repository_is_written(git: Git, capsys: pytest.CaptureFixture[str]) -> None:
    write("app/api.py", HELD + ANOTHER)
    write("app/untracked.py", HELD)

    def state() -> dict[Path, tuple[int, int]]:
        return {p: (p.stat().st_mtime_ns, p.stat().st_size) for p in Path().rglob("*")}

    before = state()
    assert new(capsys, "--diff")
    assert state() == before


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--diff", "nowhere"], "--diff: 'nowhere' is not a commit of this repository"),
        (["--diff", "--output=x"], "expected at most one argument"),
        (["--diff=--output=x"], "'--output=x' is not a commit of this repository"),
        (
            ["--diff", "app"],
            "'app' is not a commit of this repository; for the path app, write `--diff=HEAD app`",
        ),
        (["--diff="], "--diff: no commit is named; write one"),
        (["--diff=..."], "--diff: no commit is named; write one"),
        (["--diff", "--write-baseline", "x.json"], "--write-baseline writes all findings"),
    ],
)
def test_wrong_use_is_told(
    git: Git, capsys: pytest.CaptureFixture[str], arguments: list[str], says: str
) -> None:
    told = refused(capsys, *arguments)
    assert says in told or "unrecognized" in told
    assert not Path("x").exists()


def test_outside_a_repository_and_without_git_it_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert audit.main([str(tmp_path), "--diff"]) == 2
    told = f"--diff: {tmp_path} is in no git repository; audit it without this option\n"
    assert capsys.readouterr().err.endswith(told)
    subprocess.run(["git", "init", "-q", "--bare", tmp_path], check=True)
    monkeypatch.chdir(tmp_path)
    assert audit.main(["--diff"]) == 2
    told = f"--diff: {tmp_path} is no work tree of git; audit where its files are checked out\n"
    assert capsys.readouterr().err.endswith(told)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert audit.main([str(tmp_path), "--diff"]) == 2
    assert "--diff: git is not installed" in capsys.readouterr().err


def test_a_baseline_hides_what_it_knows_and_nothing_counts_as_fixed(
    git: Git, capsys: pytest.CaptureFixture[str]
) -> None:
    write("app/api.py", HELD + ANOTHER)
    assert audit.main(["--write-baseline", "known.json"]) == 0
    write("app/other.py", HELD)
    assert new(capsys, "--diff", "--baseline", "known.json") == [("app/other.py", 6)]
    audit.main(["--diff", "--baseline", "known.json"])
    assert "fixed" not in capsys.readouterr().err


def test_as_text_it_says_since_when(git: Git, capsys: pytest.CaptureFixture[str]) -> None:
    write("app/api.py", HELD + ANOTHER)
    assert audit.main(["--diff", "--select", "blocking-call-in-async"]) == 1
    captured = capsys.readouterr()
    assert "app/api.py:9:5: blocking-call-in-async [high]" in captured.out
    assert "Found new since HEAD: 1 high\nRead: 3 Python files\n" in captured.out
    assert "ask:" not in captured.out
