"""The parts of a page that are made: what stands between `<!-- KIND -->` and `<!-- end -->`."""

import re
from collections.abc import Callable

from maintain.building.refusal import refused

Place = tuple[int, int]
Make = Callable[[re.Match[str], Place], str]


def expand_parts(name: str, text: str, kind: str, code: str, make: Make) -> str:
    """Return the page with its parts of a kind, a regular expression, made anew.

    `make` gets the match of the kind's line, and its place, and returns what stands in the part.
    The line ends of the page stay. Raises RefusedError with `code` for a part without an end, and
    what `make` raises.
    """
    begin = re.compile(rf"^<!-- {kind} -->(?P<end>\r?)$", re.MULTILINE)
    part = re.compile(
        rf"^<!-- {kind} -->(?P<end>\r?)\n(?:(?!<!-- ).*\n)*?<!-- end -->(?=\r?$)", re.MULTILINE
    )
    whole = {match.start() for match in part.finditer(text)}
    for match in begin.finditer(text):
        if match.start() not in whole:
            place = _place(text, match)
            raise refused(code, "the part has no end", "write <!-- end -->", name, place)

    def made(match: re.Match[str]) -> str:
        first = match[0].partition("\n")[0].removesuffix("\r")
        lines = f"{first}\n{make(match, _place(text, match))}\n<!-- end -->"
        return lines.replace("\n", f"{match['end']}\n")

    return part.sub(made, text)


def _place(text: str, match: re.Match[str]) -> Place:
    return text.count("\n", 0, match.start()) + 1, 1
