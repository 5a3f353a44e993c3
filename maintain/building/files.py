"""The part of a page that lists the files of a topic which it does not show.

It stands between the lines `<!-- files GLOB ... -->` and `<!-- end -->`. A glob is a file, a folder
(which means what lies below it), or has a `*` in its last part. Tests, and files that the page
shows whole, are left out. What a file is for is the first line of its docstring; of a plug.diff,
which files it changes, and which recipes it needs.
"""

import re
from collections.abc import Iterable
from pathlib import Path

from fastapi_pro.scaffolding.recipes import PLUG
from maintain.building.parts import Place, expand_parts
from maintain.building.refusal import refused
from maintain.building.sources import Snippets, load_module, read_text, relative
from maintain.building.tree import docstring_line, files_below

_SHOWN = re.compile(r"^```\w+ (snippets/[^\s#]+)\r?$", re.MULTILINE)
_CHANGED = re.compile(r"^\+\+\+ (\S+)$", re.MULTILINE)
_NEEDS = re.compile(r"^Needs: (.+)$", re.MULTILINE)
_TESTS = "tests"


def expand_files(name: str, text: str, snippets: Snippets) -> tuple[str, set[Path]]:
    """Return the page with regenerated lists of files, and the files that they name.

    Raises RefusedError, and OSError when a file cannot be read.
    """
    listed: set[Path] = set()
    shown = set(_SHOWN.findall(text))

    def make(match: re.Match[str], place: Place) -> str:
        files = _files(match["globs"], snippets, name, place)
        rows = [
            f"| `{relative(snippets, file)}` | {_purpose(file, snippets)} |"
            for file in files
            if relative(snippets, file) not in shown
        ]
        listed.update(files)
        return "\n".join(["| File | What it is |", "|---|---|", *rows])

    kind = r"files (?P<globs>[^\r\n]+)"
    return expand_parts(name, text, kind, "bad-files", make), listed


def _files(globs: str, snippets: Snippets, name: str, place: Place) -> list[Path]:
    """Return the files, those of each glob in order. Raises RefusedError for a glob without any."""
    files: list[Path] = []
    for glob in globs.split():
        path = snippets.root / glob
        found = sorted(path.parent.glob(path.name)) if "*" in path.name else [path]
        found = [file for one in found for file in (files_below(one) if one.is_dir() else [one])]
        found = [file for file in found if file.is_file() and _is_told(file, snippets.root / glob)]
        if not found:
            fix = "write the path of a file, a folder, or a glob below snippets/"
            raise refused("bad-files", f"`{glob}` names no file", fix, name, place)
        files += found
    return list(dict.fromkeys(files))


def _is_told(file: Path, named: Path) -> bool:
    """Say whether to list a file: not a test, or an empty `__init__.py`."""
    if file == named:
        return True
    inner = file.relative_to(named).parts if file.is_relative_to(named) else (file.name,)
    return _TESTS not in inner and file.name != "__init__.py"


def _coded(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _purpose(file: Path, snippets: Snippets) -> str:
    """Return what a file is for. Raises RefusedError if the file does not say it."""
    if file.suffix == ".py":
        told = docstring_line(load_module(snippets, file).tree).removesuffix(".")
    else:
        text = read_text(snippets, file)
        first = text.partition("\n")[0]
        told = first.removeprefix("# ") if first.startswith("# ") else ""
        if file.name == PLUG:
            told = f"changes {_coded(_CHANGED.findall(text))}"
            if needs := _NEEDS.search(text):
                told += f"; needs {_coded(needs[1].split(', '))}"
    if not told:
        message, fix = "the file does not say what it is", "begin it with a docstring or a comment"
        raise refused("no-purpose", message, fix, relative(snippets, file))
    return told.replace("|", "\\|")
