"""The parts of a page that list the pages, or the recipes: what for, and where to read.

They stand between the lines `<!-- pages -->` or `<!-- recipe names -->` and `<!-- end -->`. What a
page is for is its line `Read this to ...`, up to the first stop; the page of a recipe is the one
that lists its folder's files.
"""

import re
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from fastapi_pro.scaffolding.recipes import PLUG, RecipeError, recipes_told
from maintain.building.parts import expand_parts
from maintain.building.refusal import refused
from maintain.building.sources import decode

_PURPOSE = re.compile(r"^Read this (?:to )?(.+?)(?:\.(?: |\r?$)|: |; )", re.MULTILINE)


def expand_listings(name: str, text: str, root: Path) -> str:
    """Return the page with regenerated listings. Raises RefusedError, and OSError."""
    kind = f"(?P<kind>{'|'.join(_KINDS)})"
    return expand_parts(
        name, text, kind, "bad-listing", lambda match, _: _KINDS[match["kind"]](root)
    )


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
        folder = f"snippets/recipes/{recipe}"
        listed = re.compile(rf"<!-- files (?:\S+ )*{re.escape(folder)} ")  # perhaps with others
        page = next((name for name, text in texts.items() if listed.search(text)), None)
        if page is None:
            plug, fix = f"{folder}/{PLUG}", f"write <!-- files {folder} -->"
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
