"""The files below `snippets/`, found by the path that a fence names, read and parsed once."""

import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePosixPath

from fastapi_pro.rulebook import Rule, load_rules
from maintain.building.extract import Module, parse_module
from maintain.building.refusal import refused

FOLDER = "snippets"


@dataclass(frozen=True)
class Snippets:
    """The snippets of one project, and those of its modules that were parsed already."""

    root: Path
    modules: dict[Path, Module] = field(default_factory=dict)

    @cached_property
    def rules(self) -> list[Rule]:
        """Return the project's rules. Raises RuleError, and OSError when they cannot be read."""
        return load_rules(self.root / FOLDER / "rules")


def locate(snippets: Snippets, source: str) -> Path:
    """Return the file or folder that `source`, a path from the root, names.

    Raises RefusedError when it is not below `snippets/`, links followed, or does not exist.
    """
    path = PurePosixPath(source)
    inside = path.parts[:1] == (FOLDER,) and ".." not in path.parts
    try:
        real = (snippets.root / path).resolve()
        inside = inside and real.is_relative_to(snippets.root.resolve() / FOLDER)
        exists = real.is_file() or real.is_dir()
    except (OSError, RuntimeError, ValueError):  # too long, links in a circle, a zero byte
        exists = False
    if not inside:
        raise refused(
            "outside-snippets",
            f"`{source}` is not below {FOLDER}/",
            f"move the file there and write {FOLDER}/..., without .. and links that lead out",
        )
    if not exists:
        raise refused("missing-file", f"there is no `{source}`", "name a file that exists")
    return snippets.root / path


def read_text(snippets: Snippets, path: Path) -> str:
    r"""Return a snippet's text, its lines ended by `\n`, without a byte order mark.

    Raises RefusedError when it is not UTF-8, OSError when it cannot be read.
    """
    text = decode(path.read_bytes(), relative(snippets, path))
    return re.sub(r"\r\n?", "\n", text).removeprefix("\ufeff")


def decode(raw: bytes, name: str) -> str:
    """Return the bytes of the file `name` as text.

    Raises RefusedError at the first byte that is not UTF-8.
    """
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        before = raw[: error.start]
        line = before.count(b"\n") + 1
        column = len(before[before.rfind(b"\n") + 1 :].decode()) + 1
        message = f"byte 0x{raw[error.start]:02x} is not UTF-8"
        raise refused(
            "not-utf-8", message, "save the file as UTF-8", name, (line, column)
        ) from error


def load_module(snippets: Snippets, path: Path) -> Module:
    """Return the parsed Python file.

    Raises RefusedError when it is not UTF-8 or does not parse, OSError when it cannot be read.
    """
    if path not in snippets.modules:
        text = read_text(snippets, path)
        snippets.modules[path] = parse_module(relative(snippets, path), text)
    return snippets.modules[path]


def relative(snippets: Snippets, path: Path) -> str:
    """Return the path from the root, with forward slashes."""
    return path.relative_to(snippets.root).as_posix()
