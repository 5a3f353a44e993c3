"""The files below a folder, and their picture as a tree with a line about each."""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

Describe = Callable[[Path], str]

_LITTER = re.compile(r"^\.|^__pycache__$|\.pyc$|\.db(-\w+)?$")


def files_below(folder: Path) -> Iterator[Path]:
    """Yield the files below `folder`, sorted, without caches, dotfiles and databases.

    Links to folders are not followed. Raises OSError when a folder cannot be read.
    """
    for entry in _entries(folder):
        if _is_folder(entry):
            yield from files_below(entry)
        else:
            yield entry


def render_tree(folder: Path, describe: Describe) -> str:
    """Return the tree of `folder`, with what `describe` says of each Python file beside it.

    A package's `__init__.py` is not listed: its line stands beside the folder. Raises OSError
    when a folder cannot be read, and what `describe` raises.
    """
    rows = [(f"{folder.name}/", _about(folder, describe)), *_rows(folder, "", describe)]
    width = max(len(name) for name, _ in rows)
    return "\n".join(f"{name:<{width}}  # {about}" if about else name for name, about in rows)


def docstring_line(tree: ast.Module) -> str:
    """Return the first line of the module's docstring, "" without one."""
    return (ast.get_docstring(tree) or "").partition("\n")[0].strip()


def _rows(folder: Path, indent: str, describe: Describe) -> Iterator[tuple[str, str]]:
    entries = [entry for entry in _entries(folder) if entry.name != "__init__.py"]
    for entry in entries:
        is_last = entry is entries[-1]
        slash = "/" if _is_folder(entry) else ""
        branch = "└── " if is_last else "├── "
        yield f"{indent}{branch}{entry.name}{slash}", _about(entry, describe)
        if slash:
            yield from _rows(entry, indent + ("    " if is_last else "│   "), describe)


def _about(entry: Path, describe: Describe) -> str:
    file = entry / "__init__.py" if _is_folder(entry) else entry
    is_python = file.suffix == ".py" and file.is_file() and not file.is_symlink()
    return describe(file) if is_python else ""


def _entries(folder: Path) -> list[Path]:
    """Return what of a folder is worth showing: its folders, then its files, by name."""
    shown = [entry for entry in folder.iterdir() if not _is_litter(entry.name)]
    shown = [entry for entry in shown if not _is_folder(entry) or _entries(entry)]
    return sorted(shown, key=lambda entry: (not _is_folder(entry), entry.name))


def _is_folder(entry: Path) -> bool:
    return entry.is_dir() and not entry.is_symlink()


def _is_litter(name: str) -> bool:
    return bool(_LITTER.search(name))
