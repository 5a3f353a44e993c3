"""What lock files pin: one version of each package, or one for each range of Python versions."""

import json
import re
from pathlib import Path
from typing import NamedTuple

from fastapi_pro.auditing.libraries.text_files import read_text
from fastapi_pro.auditing.model import project_files

_TOML = ("uv.lock", "poetry.lock", "pdm.lock", "pylock*.toml")
_LARGEST = 20_000_000  # bytes; a lock file lists every wheel
_BLOCK = re.compile(r"(?m)^\[\[packages?\]\][ \t]*\r?$")
_NAME = re.compile(r"""(?m)^name\s*=\s*["']([^"']+)["']""")
_VERSION = re.compile(r"""(?m)^version\s*=\s*["']([^"']+)["']""")
_MARKERS = re.compile(r"""(?m)^(?:resolution-)?markers?\s*=\s*(\[[^\]]*\]|".*"|'.*')""")


class Locked(NamedTuple):
    """One pinned version, and the markers under which it is installed, if any."""

    version: str
    markers: tuple[str, ...]


@project_files.kept
def locked_in(folder: Path) -> dict[str, list[Locked]]:
    """Return the versions that the lock files of a folder pin, by normalised package name."""
    found: dict[str, list[Locked]] = {}
    for pattern in _TOML:
        for path in project_files.glob(folder, pattern):
            _add_toml(found, read_text(path, _LARGEST))
    _add_pipfile(found, read_text(folder / "Pipfile.lock", _LARGEST))
    return found


def normalised(name: str) -> str:
    """Return a package's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _add_toml(found: dict[str, list[Locked]], text: str) -> None:
    # the whole file through tomllib takes a second
    for block in _BLOCK.split(text)[1:]:
        name, version = _NAME.search(block), _VERSION.search(block)
        if name and version:
            written = _MARKERS.search(block)
            markers = re.findall(r'"([^"]*)"', written[1]) if written else []
            found.setdefault(normalised(name[1]), []).append(Locked(version[1], tuple(markers)))


def _add_pipfile(found: dict[str, list[Locked]], text: str) -> None:
    try:
        data = json.loads(text) if text else {}
    except ValueError:
        return
    for section in ("default", "develop"):
        listed = data.get(section) if isinstance(data, dict) else None
        for name, entry in listed.items() if isinstance(listed, dict) else ():
            version = entry.get("version") if isinstance(entry, dict) else None
            if isinstance(version, str) and normalised(name) not in found:
                found[normalised(name)] = [Locked(version.lstrip("="), ())]
