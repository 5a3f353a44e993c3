"""Environment markers of requirements: `; python_version < "3.12"`."""

import re

from fastapi_pro.auditing.libraries.version_ranges import Range, ranges

_PYTHON = re.compile(r"""python(?:_full)?_version\s*([<>=!~]=?|===)\s*["']([\d.*]+)["']""")
_WINDOWS = re.compile(
    r"""(?:sys_platform|platform_system|os_name)\s*==\s*["'](?:win32|Windows|nt)["']"""
)


def is_never(marker: str, python: Range) -> bool:
    """Say whether a marker is always false with these Python versions, or true only on Windows.

    A marker with an `or` is not decided.
    """
    if re.search(r"\bor\b", marker):
        return False
    wanted = [one for match in _PYTHON.finditer(marker) for one in ranges(match[1] + match[2])]
    is_impossible = any(_minor(one).within(python).is_empty for one in wanted)
    return is_impossible or _WINDOWS.search(marker) is not None


def _minor(wanted: Range) -> Range:
    """Return the range with the minor version as its lower bound."""
    return Range(low=(wanted.low[0][:2], wanted.low[1]), high=wanted.high)
