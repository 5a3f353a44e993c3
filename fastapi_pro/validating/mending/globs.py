"""Globs that can never match as they are written, and what their authors meant."""

import re

from fastapi_pro.validating.globs import TooManyPatternsError, expand_braces, split_commas, why_dead

_RANGE = re.compile(r"\{(?:(\d{1,3})\.\.(\d{1,3})|([a-z])\.\.([a-z])|([A-Z])\.\.([A-Z]))\}")
_ONE_OF = re.compile(r"@\(([^()]*)\)")
_WHOLE = re.compile(r"(?:\*\*?/|\*\.|\./|[\w.-]+/)\S*(?:\*|/|\.\w+|\.\{[\w,]+\})")
_SEPARATOR = re.compile(r"\*\*\\|\w\\(?:\w|\*+[.\\])")


def mend_glob(glob: str) -> str | None:
    """Return a glob that matches what a dead one was meant to match, None if that is not clear.

    Two globs with a space between them get a comma instead, as the client splits at commas.
    """
    mended = ", ".join(map(_mend, _parts(glob)))
    if mended == glob:
        return None
    try:
        patterns = [each for part in split_commas(mended) for each in expand_braces(part)]
    except TooManyPatternsError:
        return None
    is_done = patterns and not any(map(why_dead, patterns)) and mend_glob(mended) is None
    return mended if is_done else None


def _parts(glob: str) -> list[str]:
    words = glob.split()
    return words if len(words) > 1 and all(map(_WHOLE.fullmatch, words)) else [glob.strip()]


def _mend(glob: str) -> str:
    if len(glob) > 2 and glob[0] in "'\"" and glob[-1] == glob[0]:
        glob = glob[1:-1]
    if _SEPARATOR.search(glob):
        glob = glob.replace("\\", "/")
    glob = _ONE_OF.sub(_alternatives, _RANGE.sub(_range, glob))
    if glob.startswith("./") and not glob[2:3].isspace():
        bare = glob.removeprefix("./")
        glob = bare if "/" in bare.rstrip("/") else f"/{bare}"
    return glob


def _range(found: re.Match[str]) -> str:
    first, last = (each for each in found.groups() if each)
    if first.isdigit():
        width = len(first) if first.startswith("0") or last.startswith("0") else 1
        low, high = sorted((int(first), int(last)))
        return _braces([f"{number:0{width}}" for number in range(low, high + 1)])
    low, high = sorted((ord(first), ord(last)))
    return _braces([chr(number) for number in range(low, high + 1)])


def _alternatives(found: re.Match[str]) -> str:
    return _braces(found[1].split("|"))


def _braces(items: list[str]) -> str:
    return "{" + ",".join(items) + "}" if len(items) > 1 else items[0]
