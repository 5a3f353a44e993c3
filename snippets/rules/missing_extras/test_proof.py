"""Proof of missing-extras."""

import re
import subprocess
import sys
import tomllib
from importlib.metadata import requires, version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

MODULES = {
    "greenlet": "greenlet",
    "email-validator": "email_validator",
    "python-multipart": "python_multipart",
}
ERRORS = {
    "greenlet": "the Python 'greenlet' library is installed",
    "email-validator": "ImportError: email-validator is not installed, run `pip install",
    "python-multipart": 'RuntimeError: Form data requires "python-multipart" to be installed',
}


def installed_by(file: Path) -> set[str]:
    """Return what an installer brings for the requirements at the top of a script."""
    [block] = re.findall(r"^# /// script\n(.*?)^# ///$", file.read_text(), re.MULTILINE | re.DOTALL)
    metadata = tomllib.loads(re.sub(r"^# ?", "", block, flags=re.MULTILINE))
    todo = [Requirement(text) for text in metadata["dependencies"]]
    found: set[tuple[str, str]] = set()
    while todo:
        requirement = todo.pop()
        name = canonicalize_name(requirement.name)
        for extra in {"", *requirement.extras}:
            if (name, extra) in found:
                continue
            found.add((name, extra))
            for text in requires(name) or ():
                needed = Requirement(text)
                if needed.marker is None or needed.marker.evaluate({"extra": extra}):
                    todo.append(needed)
    return {name for name, _ in found}


def start(file: Path, hidden: str) -> str:
    """Import a file where one module is not installed, and return what Python says."""
    code = f"import runpy, sys; sys.modules[{hidden!r}] = None; runpy.run_path({str(file)!r})"
    command = [sys.executable, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=False).stderr


@pytest.mark.slow
def test_bad_does_not_start_without_what_its_libraries_use(bad_file: Path) -> None:
    missing = MODULES.keys() - installed_by(bad_file)
    assert missing >= {"email-validator", "python-multipart"}
    if version("sqlalchemy").startswith("2.0."):
        missing -= {"greenlet"}  # 2.0 brings it for Pythons below 3.13, and asks for it later
    else:
        assert "greenlet" in missing
    for name in missing:
        assert ERRORS[name] in start(bad_file, MODULES[name])


@pytest.mark.slow
def test_good_brings_all_that_it_uses(good_file: Path) -> None:
    assert installed_by(good_file) >= MODULES.keys()
    assert start(good_file, "a_module_that_nobody_uses") == ""
