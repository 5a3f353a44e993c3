"""docs/validate.md: every code, with a wrong and a right example that are run here."""

import ast
import json
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import pytest

from fastapi_pro.cli import validate
from fastapi_pro.paths import ROOT
from fastapi_pro.validating.codes import Code
from fastapi_pro.validating.mending.skill import MENDERS

PAGE = (ROOT / "docs" / "validate.md").read_text(encoding="utf-8")
PACKAGE = ROOT / "fastapi_pro" / "validating"
FIELDS = {"name": "name: demo", "description": "description: Formats notes."}
BLOCK = re.compile(r"^(`{3,})(\w+) (wrong|right) ?(.*)\n((?:.*\n)*?)\1$", re.MULTILINE)
TELLING = {"Finding", "Problem", "FrontMatterError", "_error", "_warning", "at", "warn"}


@dataclass(frozen=True)
class Example:
    """A block of the page: its language, its files or none for a skill, and its text."""

    language: str
    files: list[str]
    text: str

    def write(self, folder: Path) -> None:
        """Write what it shows into a folder named demo."""
        if self.language == "sh":
            subprocess.run(["/bin/sh", "-ec", self.text], cwd=folder, check=True)
        elif self.files:
            for name in self.files:
                file = folder / name
                file.parent.mkdir(parents=True, exist_ok=True)
                is_manifest = name.endswith("plugin.json") and len(self.files) > 1
                file.write_text('{"name": "notes"}' if is_manifest else self.text)
        elif self.language == "yaml":
            lines = self.text.splitlines()
            given = {line.partition(":")[0].removeprefix("-") for line in lines}
            own = [line for line in lines if not line.startswith("-")]
            front = [line for name, line in FIELDS.items() if name not in given]
            text = "\n".join(["---", *front, *own, "---", "Text.", ""])
            (folder / "SKILL.md").write_text(text)
        else:
            front = "\n".join(FIELDS.values())
            (folder / "SKILL.md").write_text(f"---\n{front}\n---\n{self.text}")


@dataclass(frozen=True)
class Entry:
    """What the page says of a code: its levels, and its examples."""

    code: str
    about: str
    wrong: Example
    right: Example

    @property
    def levels(self) -> set[str]:
        """The levels that its first words name."""
        words = re.split(r"[.;] ", self.about)[0].lower().replace("not portable", "not-portable")
        return {"error", "warning", "not-portable"} & set(re.findall(r"[\w-]+", words))


def _entries() -> list[Entry]:
    parts = re.split(r"^### `([\w-]+)`\n", PAGE, flags=re.MULTILINE)
    entries = []
    for code, text in zip(parts[1::2], parts[2::2], strict=True):
        blocks = BLOCK.findall(text)
        found = {kind: Example(lang, files.split(), body) for _, lang, kind, files, body in blocks}
        assert len(blocks) == 2, code
        entries.append(Entry(code, text.strip(), found["wrong"], found["right"]))
    return entries


ENTRIES = _entries()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a skill, of a plugin or of a project."""
    place = tmp_path / "demo"
    place.mkdir()
    return place


def _levels(folder: Path, capsys: pytest.CaptureFixture[str], *options: str) -> dict[str, set[str]]:
    """Return each code that is found, with its levels."""
    validate.main([str(folder), "--format", "json", *options])
    told = json.loads(capsys.readouterr().out)
    levels: dict[str, set[str]] = {}
    for finding in told["findings"] if isinstance(told, dict) else told:
        levels.setdefault(finding["code"], set()).add(finding["level"])
    return levels


def test_every_code_has_one_entry_in_alphabetical_order() -> None:
    assert [entry.code for entry in ENTRIES] == sorted(get_args(Code))


def test_no_finding_has_another_code() -> None:
    """What the type does not see: codes that are given to Finding as they stand."""
    codes = set()
    for file in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in TELLING:
                values = [str(arg.value) for arg in node.args if isinstance(arg, ast.Constant)]
                codes |= {value for value in values if re.fullmatch(r"[a-z]+(-[a-z]+)+", value)}
    assert len(codes) > 40
    assert codes <= set(get_args(Code))


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.code)
def test_the_wrong_example_has_the_finding(
    entry: Entry, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    entry.wrong.write(folder)
    levels = _levels(folder, capsys)
    assert entry.levels
    assert levels.get(entry.code, set()) <= entry.levels
    assert entry.code in levels


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.code)
def test_the_right_example_has_neither_it_nor_an_error(
    entry: Entry, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    entry.right.write(folder)
    levels = _levels(folder, capsys)
    assert entry.code not in levels
    assert "error" not in set().union(*levels.values())


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.code)
def test_fix_mends_what_the_page_says_and_nothing_else(
    entry: Entry, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The wrong example becomes the right one."""
    is_mended = entry.code in {*MENDERS, "json-invalid"}
    assert ("`--fix`" in entry.about) == is_mended
    if not is_mended:
        return
    entry.wrong.write(folder)
    levels = _levels(folder, capsys, "--fix")
    assert "hooks" in entry.wrong.text or entry.code not in levels
    other = tmp_path / "right" / "demo"
    other.mkdir(parents=True)
    entry.right.write(other)
    for file in other.rglob("*.*"):
        if file.is_file() and "hooks" not in entry.wrong.text:
            assert (folder / file.relative_to(other)).read_bytes() == file.read_bytes()
