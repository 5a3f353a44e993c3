"""Which findings are new: compares two audits by what does not change when lines move."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from fastapi_pro.auditing.finding import Finding


class Place(NamedTuple):
    """A finding, the earlier name of its file, and the text of its line."""

    finding: Finding
    path: Path
    text: str


def _same(p: Place) -> tuple[object, ...]:
    return p.path, p.finding.slug, p.text, p.finding.message


def _same_line(p: Place) -> tuple[object, ...]:
    return p.path, p.finding.slug, p.text


def _moved(p: Place) -> tuple[object, ...]:
    return p.finding.slug, p.text, p.finding.message


_SAMENESS: tuple[Callable[[Place], tuple[object, ...]], ...] = (_same, _same_line, _moved)
"""What an old and a new finding must have in common to be the same, the surest first.

`_moved` is for code that moved to another file. The same line may be in several files by chance, so
the message, which names the code, must be the same too.
"""


def new_findings(now: Iterable[Place], before: Iterable[Place]) -> list[Finding]:
    """Return the findings of `now` without a counterpart in `before`; each counts only once."""
    found, known = sorted(now), sorted(before)
    for key in _SAMENESS:
        left: dict[tuple[object, ...], list[Place]] = defaultdict(list)
        for place in reversed(known):
            left[key(place)].append(place)
        new = []
        for place in found:
            same = left.get(key(place))
            if same:
                same.pop()
            else:
                new.append(place)
        found, known = new, sorted(place for places in left.values() for place in places)
    return [place.finding for place in found]
