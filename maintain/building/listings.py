"""The parts of a page that list the pages, or the recipes: what for, and where to read.

They stand between the lines `<!-- pages -->` or `<!-- recipe names -->` and `<!-- end -->`. What a
page is for is its line `Read this to ...`, up to the first stop; the page of a recipe is the one
that lists its folder's files.
"""

import re
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from fastapi_pro.scaffolding.recipes import PLUG, RecipeError, recipes_told
from maintain.building.refusal import refused
from maintain.building.sources import decode

_BEGIN = re.compile(r"^<!-- (pages|recipe names) -->\r?$", re.MULTILINE)
_PART = re.compile(
    r"^<!-- (?P<kind>pages|recipe names) -->(?P<end>\r?\n)(?:.*\n)*?<!-- end -->(?=\r?$)",
    re.MULTILINE,
)
_PURPOSE = re.compile(r"^Read this (?:to )?(.+?)(?:\.(?: |\r?$)|: |; )", re.MULTILINE)


def expand_listings(name: str, text: str, root: Path) -> str:
    """Return the page with its listings made anew. Raises RefusedError, and OSError."""
    if not _BEGIN.search(text):
        return text
    whole = {match.start() for match in _PART.finditer(text)}
    for match in _BEGIN.finditer(text):
        if match.start() not in whole:
            place = (text.count("\n", 0, match.start()) + 1, 1)
            raise refused("bad-listing", "the part has no end", "write <!-- end -->", name, place)

    def part(match: re.Match[str]) -> str:
        kind = match["kind"]
        lines = f"<!-- {kind} -->\n{_KINDS[kind](root)}\n<!-- end -->"
        return lines.replace("\n", match["end"])

    return _PART.sub(part, text)


def purposes(root: Path) -> dict[str, str]:
    """Return what each page of `references/` is read for. Raises RefusedError, and OSError."""
    told = {}
    for name, text in _texts(root).items():
        purpose = _PURPOSE.search(text)
        if purpose is None:
            fix = "write a line such as: Read this to add an endpoint."
            raise refused("no-purpose", "the page does not say when to read it", fix, name)
        told[name] = purpose[1]
    return told


def _pages(root: Path) -> str:
    told = {PurePosixPath(name).stem: purpose for name, purpose in purposes(root).items()}
    return "\n".join(f"- `{name}`: {purpose}" for name, purpose in told.items())


def _recipes(root: Path) -> str:
    texts = _texts(root)
    links = []
    for recipe in _told(root):
        listed = f"<!-- files snippets/recipes/{recipe} "
        page = next((name for name, text in texts.items() if listed in text), None)
        if page is None:
            plug, fix = f"snippets/recipes/{recipe}/{PLUG}", f"write {listed}-->"
            raise refused("unshown", "no page is about this recipe", fix, plug)
        links.append(f"[{recipe}]({page})")
    return f"{', '.join(links)}."


def _told(root: Path) -> dict[str, str]:
    try:
        return recipes_told(root / "snippets")
    except RecipeError as error:
        message, _, fix = str(error).partition("; ")
        raise refused("bad-recipe", message, fix, "snippets/recipes") from error


def _texts(root: Path) -> dict[str, str]:
    files = sorted((root / "references").glob("*.md"))
    names = {f"references/{file.name}": file for file in files}
    return {name: decode(file.read_bytes(), name) for name, file in names.items()}


_KINDS: dict[str, Callable[[Path], str]] = {"pages": _pages, "recipe names": _recipes}
