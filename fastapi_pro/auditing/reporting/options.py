"""The options of `[tool.fastapi-pro]` in pyproject.toml."""

import os
import re
import tomllib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi_pro.auditing.reporting.report import FORMATS
from fastapi_pro.messages import near


@dataclass(frozen=True, slots=True)
class Options:
    """The options of the file, None if it does not set them. `folder` is the folder of the file."""

    select: list[str] | None = None
    ignore: list[str] | None = None
    exclude: list[str] | None = None
    baseline: str | None = None
    format: str | None = None
    jobs: int | None = None
    folder: Path = Path()


class OptionsError(Exception):
    """A file that cannot be used: the message begins with its path and the line, from 1."""

    def __init__(self, path: Path, line: int, message: str) -> None:
        super().__init__(f"{path}:{line}: {message}")


def read_options(start: Path, slugs: Collection[str]) -> Options:
    """Return the options for the existing path `start`, of the nearest pyproject.toml above it.

    `slugs` are those that may be selected and ignored. Raises OptionsError.
    """
    start = start.resolve()
    for folder in [start, *start.parents]:
        path = folder / "pyproject.toml"
        if os.path.isfile(path):  # noqa: PTH113 -- False where it may not look
            return _read(path, slugs)
    return Options()


def _read(path: Path, slugs: Collection[str]) -> Options:
    try:
        text = path.read_bytes().decode()
    except OSError as error:
        raise OptionsError(path, 1, error.strerror or "cannot be read") from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise OptionsError(path, line, "not UTF-8; save the file as UTF-8") from None
    try:
        tool = tomllib.loads(text).get("tool", {})
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"line (\d+)", str(error))
        line = int(place[1]) if place else text.count("\n") + 1
        raise OptionsError(path, line, f"not TOML: {error}") from None
    except RecursionError:
        raise OptionsError(path, 1, "its values are nested too deep") from None
    table = tool.get("fastapi-pro", {}) if isinstance(tool, dict) else {}
    if not isinstance(table, dict):
        raise OptionsError(path, _line(text, "fastapi-pro"), "tool.fastapi-pro must be a table")
    # Tables below it belong to other tools.
    values = {key: value for key, value in table.items() if not isinstance(value, dict)}
    for key, value in values.items():
        if wrong := _wrong(key, value, slugs):
            raise OptionsError(path, _line(text, key), wrong)
    return Options(**values, folder=path.parent)


def _wrong(key: str, value: object, slugs: Collection[str]) -> str:
    """Say what is wrong with a key or its value; nothing when all is well."""
    if key not in _KEYS:
        return f"unknown key {key!a}{near(key, _KEYS)}"
    expected, is_right = _KEYS[key]
    if not is_right(value):
        return f"{key} must be {expected}, not {value!r}"
    if key in ("select", "ignore") and isinstance(value, list):
        for slug in value:
            if slug not in slugs:
                return f"{key}: there is no rule {slug!a}{near(slug, slugs)}"
    return ""


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


_KEYS: Mapping[str, tuple[str, Callable[[Any], bool]]] = {
    "select": ("a list of slugs", _is_texts),
    "ignore": ("a list of slugs", _is_texts),
    "exclude": ("a list of patterns", _is_texts),
    "baseline": ("the name of a file", lambda value: isinstance(value, str) and value != ""),
    "format": (f"one of {', '.join(FORMATS)}", lambda value: value in FORMATS),
    "jobs": ("a whole number above 0", lambda value: type(value) is int and value > 0),
}


def _line(text: str, key: str) -> int:
    """Return the line that sets a key of the table, or 1 if it cannot be found in the text."""
    is_ours, lines = False, text.splitlines()
    name = re.compile(rf"""\s*(?:.*fastapi-pro["']?\s*\.\s*)?["']?{re.escape(key)}["']?\s*=""")
    header = re.compile(r"""\s*\[\s*["']?tool["']?\s*\.\s*["']?fastapi-pro["']?\s*\]""")
    for number, line in enumerate(lines, start=1):
        if line.lstrip().startswith("["):
            is_ours = bool(header.match(line)) or line.strip() == "[tool]"
        if is_ours and name.match(line):
            return number
    return 1
