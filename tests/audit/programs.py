"""Programs written in one string, and what the audit finds in them."""

import re
from dataclasses import replace
from pathlib import Path

from fastapi_pro.auditing.finding import Finding
from fastapi_pro.auditing.runner import run
from fastapi_pro.auditing.sources.deploy_files import is_deploy_file

_FILE = re.compile(r"^#= (\S+)\n", re.MULTILINE)


def write(folder: Path, source: str) -> list[Path]:
    """Write a program below a folder: one file `main.py`, or one after each line `#= path`."""
    parts = _FILE.split(source.lstrip("\n"))
    files = dict(zip(parts[1::2], parts[2::2], strict=True)) if len(parts) > 1 else {}
    if parts[0].strip():
        files["main.py"] = parts[0]
    written = []
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        written.append(path)
    return sorted(p for p in written if p.suffix == ".py" or is_deploy_file(str(p)))


def audit(folder: Path, source: str) -> list[Finding]:
    """Return what is found in a program, its paths relative to the folder."""
    found = run(write(folder, source), folder, 1)
    return [replace(f, path=Path(f.path).relative_to(folder).as_posix()) for f in found]


def only(folder: Path, slug: str, source: str) -> Finding:
    """Return the one finding of a rule in a program."""
    (found,) = [f for f in audit(folder, source) if f.slug == slug]
    return found


def severity_of(folder: Path, slug: str, source: str) -> str:
    """Return the severity of the one finding of a rule at most, "not told" where there is none."""
    found = [f for f in audit(folder, source) if f.slug == slug]
    assert len(found) < 2
    return found[0].severity if found else "not told"


def marked(source: str) -> set[tuple[str, int]]:
    """Return the files and lines of a program that end in `# !`, or have it alone below them."""
    name, line, found = "main.py", 0, set()
    for text in source.lstrip("\n").splitlines():
        if match := _FILE.match(f"{text}\n"):
            name, line = match[1], 0
            continue
        line += 1
        if text.endswith("# !"):
            found.add((name, line - (text.strip() == "# !")))
    return found
