"""The part of a page that names its sections: a line of links.

It stands between the lines `<!-- contents -->` and `<!-- end -->`.
"""

import re

from maintain.building.parts import expand_parts
from maintain.building.refusal import refused

_FENCE = re.compile(r"^```.*?^```\r?$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^## (.+?)\r?$", re.MULTILINE)


def expand_contents(name: str, text: str) -> str:
    """Return the page with a regenerated line of links. Raises RefusedError."""
    headings = _HEADING.findall(_FENCE.sub("", text))
    links = ", ".join(f"[{heading}](#{anchor_of(heading)})" for heading in headings)

    def make(_match: re.Match[str], place: tuple[int, int]) -> str:
        if not headings:
            fix = "write `## ...` lines, or take the part out"
            raise refused("bad-contents", "the page has no sections", fix, name, place)
        return links

    return expand_parts(name, text, "contents", "bad-contents", make)


def anchor_of(heading: str) -> str:
    """Return what a link to a heading ends in, as GitHub makes it."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
