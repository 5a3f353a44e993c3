"""Fix files on disk: read, change, and replace the old file by the new one in one step."""

import difflib
from dataclasses import dataclass
from pathlib import Path

from fastapi_pro.messages import visible
from fastapi_pro.validating.check import Options, check_text
from fastapi_pro.validating.mending.edits import MARK, Source
from fastapi_pro.validating.mending.skill import mend_text
from fastapi_pro.validating.report import Finding
from fastapi_pro.whole_files import replace_file

_MANIFESTS = {"plugin.json", "marketplace.json", "hooks.json"}


@dataclass(frozen=True)
class Mending:
    """What to write into a file, and the findings that this fixes."""

    file: Path
    shown: str
    old: str
    new: str
    findings: list[Finding]

    def write(self) -> None:
        """Write the file as a whole or not at all; keep its mode, and keep a link a link."""
        replace_file(self.file, self.new.encode())

    def lines(self) -> list[str]:
        """Return for each finding the new text of its line."""
        now = Source(self.new).lines
        return [
            f"{visible(f.path)}:{f.line}:{f.column}: {f.code} fixed: {visible(f.message)}; "
            f"now {visible(now[f.line - 1].strip())}"
            for f in self.findings
        ]

    def diff(self) -> str:
        """Return what changes, as a unified diff."""
        old, new = (text.splitlines(keepends=True) for text in (self.old, self.new))
        lines = difflib.unified_diff(old, new, self.shown, self.shown)
        return "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)


def mend_skill(file: Path, shown: str, options: Options) -> Mending | None:
    """Return what to write into a SKILL.md, None if there is nothing to fix."""
    old = _read(file)
    if old is None:
        return None
    new, findings = mend_text(old, lambda text: check_text(text, file, shown, options))
    return Mending(file, shown, old, new, findings) if findings else None


def mend_manifest(file: Path, findings: list[Finding]) -> Mending | None:
    """Return a manifest without the byte order mark before its JSON, None if it has none."""
    marks = [f for f in findings if f.code == "json-invalid" and "byte order mark" in f.message]
    old = _read(file) if marks and file.name in _MANIFESTS else None
    if old is None or not old.startswith(MARK):
        return None
    return Mending(file, marks[0].path, old, old.removeprefix(MARK), marks)


def _read(file: Path) -> str | None:
    """Return the exact text of a file, None if it cannot be read as UTF-8."""
    try:
        return file.read_bytes().decode() if file.is_file() else None
    except (OSError, UnicodeDecodeError):
        return None
