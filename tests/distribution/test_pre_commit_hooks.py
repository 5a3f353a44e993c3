"""The hooks that other projects name: installed and run by pre-commit itself, from a repository."""

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

import pytest
import yaml
from identify import identify

from fastapi_pro.auditing import difference
from tests.audit.repository import ANOTHER, HELD
from tests.distribution.checkout import ROOT, copy_tracked
from tests.support.git import AS_SOMEBODY

MANIFEST = ROOT / ".pre-commit-hooks.yaml"
HOOKS: dict[str, dict[str, Any]] = {
    hook["id"]: hook for hook in yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))
}
# pip finds hatchling, and what validate needs, where this test does
LIBRARIES = {"PYTHONPATH": sysconfig.get_path("purelib")}
OFFLINE = LIBRARIES | {
    "PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull, "PIP_NO_BUILD_ISOLATION": "0"
}  # fmt: skip
AUDIT = HOOKS["fastapi-pro-audit"]


def test_the_manifest_is_valid() -> None:
    subprocess.run([sys.executable, "-m", "pre_commit", "validate-manifest", MANIFEST], check=True)


@pytest.mark.parametrize(
    "name",
    ["app/main.py", "Dockerfile", "compose.yaml", "Procfile", "start.sh", ".env", "nginx.conf",
     "web.service", "requirements.txt", "pyproject.toml", "uv.lock", "Pipfile.lock", "setup.cfg"],
)  # fmt: skip
def test_a_file_that_the_audit_reads_starts_the_hook(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.parent.mkdir(exist_ok=True)
    file.write_text("x = 1\n")
    tags = identify.tags_from_path(str(file))
    assert tags.issuperset(AUDIT["types"])
    assert tags.isdisjoint(AUDIT["exclude_types"])


@pytest.mark.parametrize("suffix", sorted(difference.NOT_READ - {".json"}))  # as Pipfile.lock is
def test_a_file_that_it_does_not_read_does_not(suffix: str) -> None:
    tags = identify.tags_from_filename(f"x{suffix}")
    assert not tags.issuperset(AUDIT["types"]) or not tags.isdisjoint(AUDIT["exclude_types"])


def run(
    folder: Path, *command: str | Path, code: int = 0, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run a command beside what pre-commit has installed; it must exit with `code`."""
    known = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment = known | {"PRE_COMMIT_HOME": str(folder.parent / "kept")} | variables
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done


def git(folder: Path, *arguments: str, code: int = 0) -> str:
    done = run(folder, "git", *AS_SOMEBODY, *arguments, code=code)
    return done.stdout + done.stderr


def pre_commit(folder: Path, *arguments: str, code: int = 0, **variables: str) -> str:
    command = (sys.executable, "-m", "pre_commit", *arguments, "--color=never")
    return run(folder, *command, code=code, **variables).stdout


def naming(repo: dict[str, str], hook: str) -> str:
    """Return the configuration of a project that has one of the hooks."""
    return yaml.safe_dump({"repos": [repo | {"hooks": [{"id": hook}]}]})


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which pre-commit has installed the hook, and a project that names it."""
    folder = tmp_path_factory.mktemp("hooks")
    source = copy_tracked(folder / "source")
    git(source, "init", "-q")
    git(source, "add", "--all")
    git(source, "commit", "-qm", "a release")
    first = folder / "first"
    (first / "app").mkdir(parents=True)
    (first / "app" / "api.py").write_text(HELD)
    repo = {"repo": str(source), "rev": git(source, "rev-parse", "HEAD").strip()}
    (first / ".pre-commit-config.yaml").write_text(naming(repo, "fastapi-pro-audit"))
    git(first, "init", "-q", "-b", "main")
    git(first, "add", "--all")
    git(first, "commit", "-qm", "first")
    pre_commit(first, "install", "--install-hooks", **OFFLINE)
    return folder


@pytest.fixture
def project(home: Path, request: pytest.FixtureRequest) -> Path:
    """A project of the test's own, with one fault that is committed."""
    folder = home / request.node.name
    shutil.copytree(home / "first", folder)
    return folder


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_commit_that_brings_a_fault_is_refused(project: Path) -> None:
    api = project / "app" / "api.py"
    api.write_text(HELD + ANOTHER)
    git(project, "add", ".")
    told = git(project, "commit", "-m", "second", code=1)
    assert "app/api.py:9:5: blocking-call-in-async [high]" in told
    assert "app/api.py:6" not in told
    api.write_text(HELD + "x = 1\n")
    git(project, "add", ".")
    api.write_text(HELD + ANOTHER)
    (project / "untracked.py").write_text(HELD)
    assert "fastapi-pro audit...." in git(project, "commit", "-m", "second")
    assert api.read_text() == HELD + ANOTHER
    assert "app/api.py:9:5" in git(project, "commit", "-m", "third", "app/api.py", code=1)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_of_commits_that_are_compared_it_reports_what_they_brought(project: Path) -> None:
    git(project, "switch", "-qc", "topic")
    (project / "app" / "api.py").write_text(HELD + ANOTHER)
    git(project, "commit", "-qam", "second", "--no-verify")
    compared = ("run", "--from-ref", "main", "--to-ref", "HEAD")
    told = pre_commit(project, *compared, code=1)
    assert "app/api.py:9:5" in told
    assert "app/api.py:6" not in told


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_commit_of_what_is_not_read_starts_nothing(project: Path) -> None:
    (project / "README.md").write_text("x")
    git(project, "add", ".")
    assert "(no files to check)Skipped" in git(project, "commit", "-m", "second")


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_skill_that_changes_is_checked(
    project: Path, home: Path, pytestconfig: pytest.Config
) -> None:
    if not pytestconfig.getoption("whole"):
        pytest.skip("installs the package once more: with --whole")
    source = home / "source"
    repo = {"repo": str(source), "rev": git(source, "rev-parse", "HEAD").strip()}
    (project / ".pre-commit-config.yaml").write_text(naming(repo, "fastapi-pro-validate"))
    pre_commit(project, "install-hooks", **OFFLINE)
    skill = project / ".claude" / "skills" / "mine" / "SKILL.md"
    skill.parent.mkdir(parents=True)
    skill.write_text("---\nname: mine\ndescription: ask in #help\n---\n# Mine\n")
    git(project, "add", ".")
    told = pre_commit(project, "run", code=1, **LIBRARIES)
    assert ".claude/skills/mine/SKILL.md:3:21: value-cut" in told
    skill.write_text(skill.read_text().replace("ask in #help", '"ask in #help"'))
    git(project, "add", ".")
    pre_commit(project, "run", **LIBRARIES)
