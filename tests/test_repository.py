"""The checks of the whole repository, so that the test command of the README runs them all."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    "command",
    [
        "scripts/build.py --check",
        "scripts/validate.py --max-size-error",
        "-m ruff format --check",
        "-m ruff check",
        pytest.param("-m mypy", marks=pytest.mark.slow),
    ],
)
def test_the_check_passes(command: str) -> None:
    subprocess.run([sys.executable, *command.split()], cwd=ROOT, check=True)


def test_the_layers_of_the_service_the_audit_and_our_tools_are_kept_apart() -> None:
    environment = os.environ | {"PYTHONPATH": str(ROOT / "snippets")}
    subprocess.run(["lint-imports", "--no-cache"], cwd=ROOT, env=environment, check=True)


def test_services_never_commit() -> None:
    """The session's dependency does: what one request writes is one transaction."""
    calls = [
        node.func.attr
        for file in (ROOT / "snippets" / "app" / "services").glob("*.py")
        for node in ast.walk(ast.parse(file.read_bytes()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    ]
    assert "flush" in calls
    assert "commit" not in calls


def test_what_runs_at_a_users_needs_the_standard_library_alone() -> None:
    known = sys.stdlib_module_names | {"fastapi_pro"}
    package = ROOT / "fastapi_pro"
    for file in sorted({*package.rglob("*.py")} - {*package.glob("validating/**/*.py")}):
        for node in ast.walk(ast.parse(file.read_bytes())):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, file
                names = [node.module or ""]
            assert {name.partition(".")[0] for name in names} <= known, file


def test_ci_runs_the_test_command_of_the_readme() -> None:
    command = re.search(r"uv run pytest -n 3 --dist worksteal --cov", README)
    assert command is not None
    lines = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert lines[-1] == command.group()


def tracked_files() -> list[Path]:
    """Return the files that git knows, or none where this is no checkout."""
    listing = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return [ROOT / name for name in listing.stdout.split("\0") if name]


def test_no_tracked_file_pins_this_machine() -> None:
    files = tracked_files()
    names = {file.name for file in files}
    assert not names & {"uv.lock", ".python-version", "package-lock.json"}
    machine = re.compile(rb"/(?:work|root|home/\w+)/(?!tests)")
    for file in files:
        if file.exists() and file != Path(__file__):
            assert not machine.search(file.read_bytes()), file
