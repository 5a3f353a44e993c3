"""The skills to compare, as docs/skills.toml lists them, and what their pages hold."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fastapi_pro.validating.fences import find_fences

_PYTHON = re.compile(r"python[\d.]*|py3?", re.IGNORECASE)
_HIDDEN_OR_CACHE = re.compile(r"\..*|__pycache__|node_modules")


class SurveyError(Exception):
    """The survey cannot be made; the message says why, and what to do."""


@dataclass(frozen=True)
class Source:
    """Where a skill comes from: a wheel, a commit of a repository, or this checkout."""

    key: str
    title: str
    package: str = ""
    repository: str = ""
    commit: str = ""
    path: str = ""


@dataclass(frozen=True)
class Pages:
    """A skill's text: `first` is what loads when it is used, `fences` are (language, code).

    Pages of rules count as text; their code, of which half is bad on purpose, is in no fence.
    """

    first: str
    everything: str
    fences: tuple[tuple[str, str], ...]

    @property
    def python(self) -> list[str]:
        """Return the code of the Python blocks."""
        return [code for language, code in self.fences if _PYTHON.fullmatch(language)]


def read_sources(file: Path) -> tuple[list[Source], list[str]]:
    """Return the skills of a list, and the packages that their blocks import.

    Raises SurveyError.
    """
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
        sources = [Source(key, **fields) for key, fields in data["skills"].items()]
        return sources, list(data["packages"])
    except OSError as error:
        raise SurveyError(f"{file}: {error.strerror}") from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        message = f"{file}: {error}; write `packages = [...]` and a table [skills.NAME] for each"
        raise SurveyError(message) from None


def read_pages(place: Path) -> Pages:
    """Return the text of a skill: a folder with SKILL.md and references/, or one markdown file.

    Raises SurveyError.
    """
    files = [place]
    if place.is_dir():
        files = [place / "SKILL.md", *sorted((place / "references").rglob("*.md"))]
    try:
        texts = [file.read_text(encoding="utf-8") for file in files]
    except OSError as error:
        message = f"{error.filename}: {error.strerror}; name a folder that holds SKILL.md"
        raise SurveyError(message) from None
    except UnicodeDecodeError:
        raise SurveyError(f"{place}: a page is not UTF-8; name another folder") from None
    shown = [text for file, text in zip(files, texts, strict=True) if file.parent.name != "rules"]
    fences = tuple(fence for text in shown for fence in _fences(text))
    return Pages(texts[0], "".join(texts), fences)


def _fences(text: str) -> Iterator[tuple[str, str]]:
    lines = text.split("\n")
    for fence in find_fences(text):
        yield fence.language, "\n".join(lines[fence.start + 1 : fence.end]) + "\n"


def import_path(place: Path) -> list[Path]:
    """Return the folders that make a skill's own Python files importable, packages as such."""
    if not place.is_dir():
        return []
    return [folder for folder in _folders(place) if _has_modules(folder)]


def _folders(folder: Path) -> Iterator[Path]:
    """Yield a folder and those below it, without packages, which are imported by their name."""
    yield folder
    for path in sorted(folder.iterdir()):
        if path.is_dir() and not _HIDDEN_OR_CACHE.fullmatch(path.name) and not _is_package(path):
            yield from _folders(path)


def _has_modules(folder: Path) -> bool:
    return any(_is_package(path) or path.suffix == ".py" for path in folder.iterdir())


def _is_package(path: Path) -> bool:
    return (path / "__init__.py").is_file()
