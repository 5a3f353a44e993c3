"""Files for a newer Python: another Python that is here audits them, or the command says so."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from fastapi_pro.auditing.project_audit import ProjectAudit
from fastapi_pro.cli import audit as audit_cli
from fastapi_pro.cli import newer_python
from fastapi_pro.paths import ROOT
from tests.support.forbidden import forbid

NEXT = f"3.{sys.version_info[1] + 1}"
MAIN = "import fastapi\n\nfrom fastapi import FastAPI\n\napp = FastAPI()\n"
BROKEN = "import fastapi\n\ntype = = 1\n"

Audit = Callable[..., subprocess.CompletedProcess[str]]

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the programs in the test are scripts")


@pytest.fixture
def audit(tmp_path: Path) -> Audit:
    """Return a function that audits a project where no Python but ours, and those of bin/, is."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "main.py").write_text(BROKEN)
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYENV", "UV_", "XDG_", "PYTHON", "FASTAPI_PRO"))
    }
    environment |= {"PATH": str(tmp_path / "bin"), "HOME": str(tmp_path)}

    def run(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, str(ROOT / "scripts" / "audit.py"), *arguments],
            cwd=tmp_path / "project",
            env=environment | more,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def fake(path: Path, *, reads: bool) -> None:
    """Write a program that is a newer Python as far as it says."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        f'#!/bin/sh\nif [ "$1" = -c ]; then exit {0 if reads else 1}; fi\n'
        f'shift 2\necho "{path.name} $1s: $2 $3 $FASTAPI_PRO_PYTHON"\nexit 1\n'
    )
    path.chmod(0o755)


@pytest.mark.parametrize(
    "place",
    [
        f"bin/python{NEXT}",
        "bin/python3",
        f".local/share/uv/python/cpython-{NEXT}.4-linux-x86_64-gnu/bin/python3",
        f".pyenv/versions/{NEXT}.1/bin/python3",
    ],
)
def test_another_python_runs_with_the_same_arguments(
    audit: Audit, tmp_path: Path, place: str
) -> None:
    fake(tmp_path / place, reads=True)
    run = audit("--jobs", "1")
    assert run.returncode == 1
    assert run.stdout.strip() == f"{Path(place).name} audits: --jobs 1 {sys.executable}"


def test_the_newest_that_reads_the_file_runs(audit: Audit, tmp_path: Path) -> None:
    minor = sys.version_info[1]
    fake(tmp_path / "bin" / f"python3.{minor + 1}", reads=True)
    fake(tmp_path / "bin" / f"python3.{minor + 2}", reads=True)
    fake(tmp_path / "bin" / f"python3.{minor + 3}", reads=False)
    assert audit("--jobs", "1").stdout.startswith(f"python3.{minor + 2} audits")


def test_a_file_that_no_python_reads_is_reported(audit: Audit, tmp_path: Path) -> None:
    fake(tmp_path / "bin" / f"python{NEXT}", reads=False)
    run = audit()
    assert "main.py:3:8: unreadable" in run.stdout
    assert "not read, which" not in run.stderr


@pytest.mark.parametrize("home", ["~", "."])
def test_without_a_home_nothing_of_the_project_is_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, home: str
) -> None:
    fake(tmp_path / home / ".pyenv" / "versions" / f"{NEXT}.1" / "bin" / "python3", reads=True)
    monkeypatch.chdir(tmp_path)
    for name in ("PYENV_ROOT", "PYENV", "UV_PYTHON_INSTALL_DIR", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os.path, "expanduser", lambda path: str(path).replace("~", home))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert list(newer_python.pythons()) == []


def test_the_folder_of_another_user_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake(tmp_path / "pyenv" / "versions" / f"{NEXT}.1" / "bin" / "python3", reads=True)
    fake(tmp_path / "uv" / f"cpython-{NEXT}.1-x" / "bin" / "python3", reads=True)
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    monkeypatch.setenv("UV_PYTHON_INSTALL_DIR", str(tmp_path / "uv"))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert len(list(newer_python.pythons())) == 2
    forbid(tmp_path / "pyenv", monkeypatch)
    forbid(tmp_path / "uv" / f"cpython-{NEXT}.1-x" / "bin", monkeypatch)
    assert list(newer_python.pythons()) == []


def test_a_run_by_another_python_looks_for_none(audit: Audit, tmp_path: Path) -> None:
    fake(tmp_path / "bin" / f"python{NEXT}", reads=True)
    run = audit(FASTAPI_PRO_PYTHON="python")
    assert "main.py:3:8: unreadable" in run.stdout


def test_nothing_is_looked_for_where_all_is_read(audit: Audit, tmp_path: Path) -> None:
    (tmp_path / "project" / "main.py").write_text(MAIN)
    fake(tmp_path / "bin" / f"python{NEXT}", reads=True)
    assert "audits" not in audit().stdout


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="this Python reads all of it")
@pytest.mark.parametrize(
    "line",
    [
        "class Repo[T]: ...",
        "def first[T](items: list[T]) -> T: ...",
        "    async def first[T](items): ...",
        "type Ids = list[int]",
        "type Pair[T] = tuple[T, T]",
        "x = f'{'a'}'",
    ],
)
def test_the_version_that_would_read_it_is_said(audit: Audit, tmp_path: Path, line: str) -> None:
    head = "class A:\n" if line.startswith(" ") else ""
    (tmp_path / "project" / "main.py").write_text(f"import fastapi\n{head}{line}\n")
    told = "1 file was not read: it needs Python 3.12; run the audit with it"
    assert told in audit().stderr


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="this Python reads all of it")
@pytest.mark.parametrize(
    "line",
    [
        "class Repo[T]: ...",
        "class Größe[T]: ...",
        "def first[T](items: list[T]) -> T: ...",
        "if True:\n    async  def first [T](items): ...",
        "type Ids = list[int]",
        "type Pair[T] = tuple[T, T]",
    ],
)
def test_the_audit_is_not_done_before_another_python_does_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    newer = tmp_path / "bin" / f"python{NEXT}"
    fake(newer, reads=True)
    monkeypatch.setattr(newer_python, "pythons", lambda: iter([str(newer)]))
    monkeypatch.delenv("FASTAPI_PRO_PYTHON", raising=False)
    (tmp_path / "new.py").write_text(f"import fastapi\n{line}\n", "utf-8")
    monkeypatch.setattr(ProjectAudit, "all", None)
    assert audit_cli.main([str(tmp_path), "--no-cache"]) == 1


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="this Python reads all of it")
@pytest.mark.parametrize(
    "text", ["type = items[0]\n", "'''\nclass Repo[T]: ...\n'''\n", "def f(: ...\n", BROKEN]
)
def test_what_only_looks_like_newer_syntax_is_audited(tmp_path: Path, text: str) -> None:
    (tmp_path / "main.py").write_text(text)
    (tmp_path / "Dockerfile").write_text("type x = 1\n")
    assert newer_python.with_newer_syntax(sorted(tmp_path.iterdir())) == []


@pytest.mark.slow
@pytest.mark.skipif(sys.version_info >= (3, 12), reason="this Python reads all of it")
def test_a_real_newer_python_finds_what_is_in_the_file(audit: Audit, tmp_path: Path) -> None:
    newer = [p for p in newer_python.pythons() if newer_python.reads_one(p, [__file__])]
    if not newer:
        pytest.skip("no newer Python is here")
    (tmp_path / "bin" / f"python{NEXT}").symlink_to(Path(newer[0]).resolve())
    bad = ROOT / "snippets" / "rules" / "token_without_expiry" / "bad.py"
    code = "class Box[T]: ...\n" + bad.read_text(encoding="utf-8").replace('"""', "# ", 1)
    (tmp_path / "project" / "main.py").write_text(code.replace('."""', "", 1))
    run = audit()
    assert "token-without-expiry" in run.stdout, run.stderr
    assert "unreadable" not in run.stdout
