"""build.py as a command: it writes all pages or none, shows the difference, and says what fails."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from maintain import build
from patience import patient
from tests.building.small_repository import SCRIPT, SNIPPETS, SmallRepository, fence


def test_second_build_writes_nothing(project: SmallRepository) -> None:
    """A page that is up to date is not written again."""
    page = project.page(fence("python snippets/app/db.py#Repo") + fence("text snippets/app"))
    assert project.build() == 0
    before, written = page.read_bytes(), page.stat()
    assert project.build() == 0
    assert page.read_bytes() == before
    assert page.stat().st_ino == written.st_ino


def test_mode_is_kept(project: SmallRepository) -> None:
    """The page keeps its permissions, and no temporary file stays."""
    page = project.page(fence("dockerfile snippets/Dockerfile"))
    page.chmod(0o640)
    assert project.build() == 0
    assert page.stat().st_mode & 0o777 == 0o640
    assert {path.name for path in project.root.iterdir()} == {
        "SKILL.md",
        "pyproject.toml",
        "snippets",
    }


@pytest.mark.parametrize("broken", ["os.fsync", "pathlib.Path.replace", "tempfile.mkstemp"])
def test_failing_write_leaves_the_old_files(
    project: SmallRepository,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    broken: str,
) -> None:
    """When the disk is full every page keeps its content, and the user is told."""

    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    project.page(fence("dockerfile snippets/Dockerfile"))
    project.write("references/a.md", fence("dockerfile snippets/Dockerfile"))
    before = project.bytes()
    monkeypatch.setattr(broken, fail)
    assert project.build() == 1
    assert project.bytes() == before
    assert "No space left" in capsys.readouterr().out


def test_no_page_is_replaced_before_all_are_on_disk(
    project: SmallRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A failure at the second page leaves the first one old."""
    synced: list[int] = []

    def fail_second(handle: int) -> None:
        synced.append(handle)
        if len(synced) == 2:
            raise OSError(28, "No space left on device")

    project.page(fence("dockerfile snippets/Dockerfile"))
    project.write("references/a.md", fence("dockerfile snippets/Dockerfile"))
    before = project.bytes()
    monkeypatch.setattr(os, "fsync", fail_second)
    assert project.build() == 1
    assert project.bytes() == before


def test_check_shows_the_difference(
    project: SmallRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    """--check prints a unified diff and fails until the page is up to date."""
    page = project.page("# T\n```dockerfile snippets/Dockerfile\nFROM old\n```")
    before = page.read_bytes()
    assert project.build("--check") == 1
    assert page.read_bytes() == before
    printed = capsys.readouterr()
    assert "run scripts/maintain.py refresh" in printed.err
    assert printed.out.splitlines() == [
        "--- SKILL.md",
        "+++ SKILL.md (generated)",
        "@@ -1,4 +1,5 @@",
        " # T",
        " ```dockerfile snippets/Dockerfile",
        "-FROM old",
        "+FROM python:3.11",
        "+RUN pip install app",
        " ```",
        "\\ No newline at end of file",
    ]
    assert project.build() == 0
    assert capsys.readouterr().out == "wrote SKILL.md\n"
    assert project.build("--check") == 0
    assert capsys.readouterr().out == ""


def test_unreadable_files_are_told(
    project: SmallRepository, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file that cannot be read ends the run with one line, not with a traceback."""

    def fail(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    project.page("x")
    monkeypatch.setattr(Path, "read_bytes", fail)
    assert project.build() == 1
    out = capsys.readouterr().out
    assert out.startswith("cannot read or write: ")
    assert "SKILL.md" in out
    assert out.count("\n") == 1


def test_head_closes_the_pipe(project: SmallRepository) -> None:
    """`build.py --check | head -0` ends quietly."""
    project.page(fence("dockerfile snippets/Dockerfile"))
    command = [sys.executable, str(SCRIPT), "--root", str(project.root), "--check"]
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, check=False)
    os.close(writer)
    assert (done.returncode, done.stderr) == (1, b"")


@pytest.mark.parametrize("options", [["--bogus"], ["--root", "/nowhere"], ["extra"]])
def test_wrong_use_exits_with_2(options: list[str]) -> None:
    """Wrong options and a root without a skill are told apart from findings."""
    with pytest.raises(SystemExit) as caught:
        build.main(options)
    assert caught.value.code == 2


def test_command(project: SmallRepository) -> None:
    """The script runs by itself, also where the terminal knows no box characters, and is quick."""
    project.page(fence("text snippets/app/"))
    for number in range(60):
        code = SNIPPETS["snippets/app/db.py"] * 3
        project.write(f"snippets/app/m{number}.py", code)
        page = project.root / f"references/p{number % 12}.md"
        old = page.read_text() if page.exists() else ""
        project.write(
            f"references/{page.name}", f"{old}{fence(f'python snippets/app/m{number}.py')}"
        )
    command = [sys.executable, str(SCRIPT), "--root", str(project.root)]
    ascii_only = {**os.environ, "PYTHONIOENCODING": "ascii"}
    check = [*command, "--check"]
    drift = subprocess.run(check, capture_output=True, text=True, env=ascii_only, check=False)
    assert (drift.returncode, drift.stderr) == (1, "build.py: run scripts/maintain.py refresh\n")
    assert "+\\u2514\\u2500\\u2500 " in drift.stdout
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    started = time.perf_counter()
    done = subprocess.run(check, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert time.perf_counter() - started < patient(2)  # 0.3 s on a quiet machine
