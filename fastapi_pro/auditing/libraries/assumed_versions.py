"""Which versions the audit assumes that a project runs with, in words, for its summary."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from fastapi_pro.auditing.libraries.lock_files import locked_in
from fastapi_pro.auditing.libraries.manifests import declared_in
from fastapi_pro.auditing.libraries.project_packages import versions_in
from fastapi_pro.auditing.libraries.version_ranges import Bound, Range
from fastapi_pro.auditing.model.module import is_test
from fastapi_pro.auditing.sources.walk import display

_PACKAGES = ("fastapi", "pydantic", "sqlalchemy")
_FEW = 3  # services of one repository that are told apart


def assumed_versions(files: Iterable[Path], root: Path) -> list[str]:
    """Return a phrase for each package that rules and fixes depend on, if a file names it.

    If parts of the project differ, each phrase names the folder.
    """
    own = (file for file in files if not is_test(display(file, root)))
    places = sorted(
        {place for folder in {f.parent for f in own} for place in _places(folder, root)}
    )
    return [phrase for package in _PACKAGES if (phrase := _phrase(package, places, root))]


def _places(folder: Path, root: Path) -> Iterator[Path]:
    """Yield the nearest folder above a file that declares anything; the root if none does."""
    for place in (folder, *folder.parents):
        if place == root or declared_in(place) or locked_in(place):
            yield place
            return


def _phrase(package: str, places: list[Path], root: Path) -> str:
    told: dict[str, Path] = {}
    for place in places:
        if found := versions_in(place, root, package):
            told.setdefault(" or ".join(dict.fromkeys(map(_words, found))), place)
    if len(told) < 2:
        return f"{package} {next(iter(told))}" if told else ""
    parts = [f"{words} ({display(place, root)})" for words, place in list(told.items())[:_FEW]]
    return f"{package} {', '.join(parts)}"


def _words(one: Range) -> str:
    """Return a version, or the newest of a range, which is the one that counts."""
    if one.is_exact:
        return _number(one.high)
    if one.high == Range().high:
        return "newest (no file bounds it)"
    return f"below {_number(one.high)}" if one.high[1] < 0 else f"up to {_number(one.high)}"


def _number(version: Bound) -> str:
    numbers = (*version[0], 0) if len(version[0]) < 2 else version[0]
    return ".".join(map(str, numbers))
