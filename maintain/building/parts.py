"""The generated parts of a page, between `<!-- KIND -->` and `<!-- end -->`."""

import re
from collections.abc import Callable

from maintain.building.refusal import refused

Place = tuple[int, int]
Make = Callable[[re.Match[str], Place], str]


def expand_parts(name: str, text: str, kind: str, code: str, make: Make) -> str:
    """Return the page with regenerated parts of a kind, which is a regular expression.

    `make` gets the match of the kind's line and its place, and returns the content of the part.
    The line ends of the page do not change. Raises RefusedError with `code` for a part without an
    end, and what `make` raises.
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
