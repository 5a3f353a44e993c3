"""Versions, and the ranges of them that a requirement allows."""

import re
from dataclasses import dataclass

Bound = tuple[tuple[int, ...], int]
"""A version without trailing zeros, and -1 for "just below it", else 0."""

_LOWEST: Bound = ((), 0)
_NEWEST: Bound = ((10**9,), 0)
_CLAUSE = re.compile(
    r"(===?|~=|!=|>=|<=|=|>|<|\^|~)?\s*v?(\d+(?:\.\d+)*)((?:\.\*)?)[^\s,|;)\]]*", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Range:
    """The versions from `low` to `high`, both included."""

    low: Bound = _LOWEST
    high: Bound = _NEWEST

    @property
    def is_exact(self) -> bool:
        """Whether it is one version."""
        return self.low == self.high

    @property
    def is_empty(self) -> bool:
        """Whether no version lies in it."""
        return self.low > self.high

    def within(self, other: "Range") -> "Range":
        """Return what lies in both."""
        return Range(max(self.low, other.low), min(self.high, other.high))


def bound(version: str) -> Bound:
    """Return a version such as "0.118.0" in a form to compare; suffixes are ignored."""
    match = _CLAUSE.search(version)
    return (_release(match[2]), 0) if match else _NEWEST


def _release(text: str) -> tuple[int, ...]:
    numbers = [int(part[:9]) for part in text.split(".")]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


def ranges(text: str) -> list[Range]:
    """Return the ranges that a specifier allows, one for each of Poetry's alternatives.

    It reads specifiers of PEP 440 (`>=1,<2`, `~=1.4`, `==1.*`), of Poetry (`^1.4`, `~1.4`, `1.4`)
    and of conda (`=1.4`); anything else allows all versions.
    """
    return [_both(alternative) for alternative in text.split("||")]


def _both(text: str) -> Range:
    found = Range()
    for match in _CLAUSE.finditer(text):
        found = found.within(_clause(match[1] or "==", match[2], is_prefix=bool(match[3])))
    return found


def _clause(operator: str, version: str, *, is_prefix: bool) -> Range:
    numbers = [int(part[:9]) for part in version.split(".")]
    here = (_release(version), 0)
    match operator:
        case "!=":
            return Range()
        case ">=" | ">":
            return Range(low=here)
        case "<":
            return Range(high=(here[0], -1))
        case "<=":
            return Range(high=_below_next(numbers) if is_prefix else here)
        case "~=":
            return Range(here, _below_next(numbers[:-1] or numbers))
        case "~":
            return Range(here, _below_next(numbers[:2]))
        case "^":
            length = next((i for i, number in enumerate(numbers) if number), len(numbers) - 1)
            return Range(here, _below_next(numbers[: length + 1]))
    is_exact = operator != "=" and not is_prefix
    return Range(here, here if is_exact else _below_next(numbers))


def _below_next(numbers: list[int]) -> Bound:
    """Return the end of the versions that begin like this one: for 1.4, just below 1.5."""
    following = ".".join(map(str, [*numbers[:-1], numbers[-1] + 1]))
    return _release(following), -1
