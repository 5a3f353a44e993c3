"""Proof of unmaintained-auth-libraries."""

import ast
import importlib.metadata
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

PYPROJECT = Path(__file__).parents[3] / "pyproject.toml"
USE = """
import runpy, sys
code = runpy.run_path(sys.argv[1])
assert code["verify_password"]("secret", code["hash_password"]("secret"))
assert code["decode_token"](code["create_token"]("1")) == "1"
"""
READ_WHAT_THE_OTHER_WROTE = """
import runpy, sys
old, new = (runpy.run_path(file) for file in sys.argv[1:])
assert old["_hasher"].__class__.__module__ == "passlib.context"
assert new["verify_password"]("secret", old["hash_password"]("secret"))
assert new["decode_token"](old["create_token"]("1")) == "1"
"""


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JWT_SECRET", "a secret of more than thirty-two bytes")


def run(code: str, *files: Path, warnings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", warnings, "-c", code, *files],
        capture_output=True,
        text=True,
        check=False,
    )


def libraries(file: Path) -> set[str]:
    """Return the distributions that a file imports, without Python's own modules."""
    nodes = list(ast.walk(ast.parse(file.read_text())))
    modules = {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    modules |= {name.name for node in nodes if isinstance(node, ast.Import) for name in node.names}
    distributions = importlib.metadata.packages_distributions()
    return {
        name.lower()
        for module in modules - sys.stdlib_module_names
        for name in distributions[module.partition(".")[0]]
    }


def newest(names: set[str], day: str) -> set[str]:
    """Return the newest versions that PyPI had on a day."""
    result = subprocess.run(
        ["uv", "pip", "compile", "-", "--quiet", "--no-deps", "--no-header", "--no-annotate",
         "--python", sys.executable, "--exclude-newer", day],
        input="\n".join(names), capture_output=True, text=True, check=True, cwd=PYPROJECT.anchor,
    )  # fmt: skip
    return set(result.stdout.split())


def test_bad_warns_of_what_is_deprecated(bad_file: Path) -> None:
    result = run(USE, bad_file, warnings="always")
    assert result.returncode == 0
    assert "DeprecationWarning: Accessing argon2.__version__ is deprecated" in result.stderr
    crypt_is_still_there = sys.version_info < (3, 13)
    assert ("'crypt' is deprecated" in result.stderr) is crypt_is_still_there


def test_bad_has_had_no_release_since_may_2025(bad_file: Path) -> None:
    today = tomllib.loads(PYPROJECT.read_text())["tool"]["uv"]["exclude-newer"]
    names = libraries(bad_file)
    assert newest(names, "2025-05-31") == newest(names, today)
    assert newest({"passlib"}, "2020-10-31") == newest({"passlib"}, today)


def test_good_runs_with_warnings_as_errors(good_file: Path) -> None:
    result = run(USE, good_file, warnings="error")
    assert result.returncode == 0, result.stderr


def test_good_has_had_releases_since_may_2025(good_file: Path) -> None:
    today = tomllib.loads(PYPROJECT.read_text())["tool"]["uv"]["exclude-newer"]
    names = libraries(good_file)
    assert newest(names, "2025-05-31").isdisjoint(newest(names, today))


def test_good_reads_the_hashes_and_tokens_of_bad(bad_file: Path, good_file: Path) -> None:
    result = run(READ_WHAT_THE_OTHER_WROTE, bad_file, good_file, warnings="ignore")
    assert result.returncode == 0, result.stderr
