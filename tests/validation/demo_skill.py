"""A throw-away skill, and what validate.py finds in it."""

from pathlib import Path

from fastapi_pro.validating.check import Options, check_skill
from fastapi_pro.validating.report import Finding

GOOD = "name: demo\ndescription: Does a thing. Use when it is asked for."


def skill(tmp_path: Path, front: str, body: str = "Text.\n") -> Path:
    """Write the skill `demo` with these lines of front matter, and return its SKILL.md."""
    return raw_skill(tmp_path, f"---\n{front}\n---\n{body}".encode())


def raw_skill(tmp_path: Path, content: bytes) -> Path:
    """Write these bytes as the SKILL.md of the skill `demo`."""
    folder = tmp_path / "demo"
    folder.mkdir(exist_ok=True)
    (folder / "SKILL.md").write_bytes(content)
    return folder / "SKILL.md"


def found(file: Path, options: Options | None = None) -> list[Finding]:
    """Return the findings of one skill."""
    return check_skill(file, "SKILL.md", options or Options())


def told(findings: list[Finding], level: str = "error") -> list[tuple[str, int, int]]:
    """Return code, line and column of the findings of a level."""
    return [(f.code, f.line, f.column) for f in findings if f.level == level]
