"""The patterns of `paths`: gitignore rules after brace expansion.

The rows of `tests/validation/skill_rows/globs.py` show that the client follows them. It uses npm's
`ignore`; pathspec's GitIgnoreSpec gives the same answers.
"""

import re
import warnings
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

MAX_PATTERNS = 1000  # the client's budget for brace expansion (documented for 2.1.217)
MAX_LENGTH = 4096
MAX_STARS = 16  # matching a pattern with more could take hours

_TWO = re.compile(r"[*/.]\S*(?:\s+|[;|])(?:\*|\./|/)")
_MACHINE = re.compile(r"[A-Za-z]:[\\/]|/(?:home|Users|root)/")
_GROUP = re.compile(r"\{(?!-?\w+\.\.-?\w+\})([^}]+)\}")
_NEGATED = re.compile(r"\[([!^])([^\]]+)\]")
_RANGE = re.compile(r"\{-?\w+\.\.-?\w+\}")
_EXTENDED = re.compile(r"[@?+*!]\([^)]*\)")
_TOKEN = re.compile(r"\\.|.", re.DOTALL)


class TooManyPatternsError(Exception):
    """A brace expression expands to more patterns than the client's limit."""


def split_commas(text: str) -> list[str]:
    """Return the patterns of a text with commas; a comma inside braces does not separate."""
    parts, depth = [""], 0
    for character in text:
        depth = max(depth + {"{": 1, "}": -1}.get(character, 0), 0)
        if character == "," and not depth:
            parts.append("")
        else:
            parts[-1] += character
    return [part.strip() for part in parts if part.strip()]


def expand_braces(pattern: str) -> list[str]:
    """Return the patterns to which `pattern` expands: `{a, b}` to a and b, `{a}` to a.

    As in the client, a group ends at the first `}`, so groups do not nest, and spaces around an
    item are dropped. Raises TooManyPatternsError as soon as the client's limit is exceeded.
    """
    done: list[str] = []
    waiting = [pattern]
    while waiting:
        head = waiting.pop()
        group = _GROUP.search(head)
        if group is None:
            done.append(head)
        else:
            before, after = head[: group.start()], head[group.end() :]
            waiting += [before + item.strip() + after for item in reversed(group[1].split(","))]
        if len(done) + len(waiting) > MAX_PATTERNS or len(pattern) > MAX_LENGTH:
            raise TooManyPatternsError
    return list(dict.fromkeys(done))


@lru_cache(maxsize=4096)
def compile_globs(patterns: tuple[str, ...]) -> "GitIgnoreSpec":
    """Return the matcher of expanded `patterns`; none of them may be dead."""
    from pathspec import GitIgnoreSpec  # noqa: PLC0415 -- few skills have globs: it takes time

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # re dislikes "[[", gitignore does not
        return GitIgnoreSpec.from_lines(patterns)


def why_dead(pattern: str) -> str | None:
    """Say why one expanded pattern can never match a file, or None when it can."""
    bare = pattern.removeprefix("!")
    parts = bare.split("/")
    reasons = (
        (not bare.strip(), "it is empty"),
        (bool(re.search(r"[\x00-\x1f\x7f]", bare)), "it has a line break or control character"),
        (bare != bare.lstrip(), "the space before it counts as part of the name"),
        (bare.endswith("\\ "), "the space after it counts as part of the name"),
        (pattern.startswith("#"), "by gitignore rules a leading # begins a comment"),
        (bare == "/", "a single / names no file"),
        ("//" in bare, "no path has an empty folder name between two slashes"),
        ("." in parts or ".." in parts, "paths are compared without ./ and ../"),
        (parts[0].startswith("~"), "~ is not expanded to the home folder"),
        (bare.count("{") != bare.count("}"), "a brace is not closed, or is inside another pair"),
        (
            bool(re.search(r"(?<=.)\\(?:[\w.]|\*.)", bare)),
            "a backslash escapes a character, it does not separate folders",
        ),
        (
            bool(_TWO.search(bare)),
            "only commas separate globs; a space, ; or | is part of the name",
        ),
        (bool(_MACHINE.match(bare)), "globs are relative to the project folder"),
        (bool(_RANGE.search(bare)), "a range in braces is not expanded"),
        (bool(_EXTENDED.search(bare)), "the client does not support extended globs such as @(a|b)"),
        (bare[0:1] in "'\"" and bare[-1:] == bare[0:1], "the quotes are part of the name"),
        (bare.count("*") > MAX_STARS, f"it has more than {MAX_STARS} stars"),
    )
    for holds, reason in reasons:
        if holds:
            return reason
    return None if _parses(bare) else "a bracket is not closed, or its range is not valid"


def holds_negated_bracket(pattern: str) -> bool:
    """Say whether it has a negated set such as `[!a]`, which the client does not negate."""
    return bool(_NEGATED.search(pattern))


def _parses(pattern: str) -> bool:
    try:
        return compile_globs((pattern,)).patterns[0].include is not None
    except (ValueError, re.error, RecursionError):
        return False


def matching_pattern(patterns: Sequence[str], path: str) -> tuple[int | None, bool]:
    """Return the index of the pattern that decides about `path`, and whether `path` matches.

    `path` is relative to the project folder, with forward slashes.
    """
    result = compile_globs(tuple(map(_as_in_client, patterns))).check_file(path.lower())
    return result.index, bool(result.include)


def _as_in_client(pattern: str) -> str:
    r"""Return the pattern for which gitignore gives the client's answer.

    The client ignores case, reads a ! in brackets as one of the characters, and a \* at the end as
    a star.
    """
    return re.sub(r"\\\*$", "*", _NEGATED.sub(r"[\2\1]", pattern.lower()))


def covers(wide: str, narrow: str) -> bool:
    """Say whether `wide` matches every file that `narrow` matches.

    True is proven, False only means not proven. Both are expanded, not dead and not negated.
    """
    if "[" in wide + narrow:  # "[!a]" and "[+-9]" match a slash too: no folder by folder proof
        return wide == narrow
    return _absorbs(_segments(wide), _segments(narrow), "**", _covers_name)


def matches_everything(pattern: str) -> bool:
    """Say whether `pattern` provably matches every file."""
    return covers(pattern, "**")


def _segments(pattern: str) -> tuple[str, ...]:
    """Return the pattern folder by folder: from the project's folder to the files below a match.

    By gitignore's rules a pattern with no slash, or one only at its end, matches at any depth. A
    matched folder includes all that is in it. A slash or `/**` at the end matches only the inside.
    """
    pattern = pattern.rstrip(" ")
    inside = pattern.endswith("/")
    parts = pattern.rstrip("/").split("/")
    if len(parts) == 1:
        parts = ["**", *parts]
    if parts[0] == "":
        parts = parts[1:]
    if parts[-1] == "**":
        parts.append("*")
    parts += ["*", "**"] if inside else ["**"]
    form: list[str] = []
    for free, run in groupby(parts, key=lambda part: part in {"*", "**"}):
        names = list(run)
        if free and "**" in names:  # "**/*" and "*/**" say the same: bring both to one form
            names = ["**", *["*", "**"] * names.count("*")]
        form += names
    return tuple(form)


def _absorbs(
    wide: Sequence[str], narrow: Sequence[str], star: str, fits: Callable[[str, str], bool]
) -> bool:
    """Match the symbols of `narrow` one by one against `wide`; a `star` of `wide` takes any number.

    A star of `narrow` is a symbol that only a star of `wide` can take. So True is always right, but
    False may be wrong.
    """
    reached = {0}
    for symbol in (*narrow, None):
        for place, part in enumerate(wide):
            if part == star and place in reached:
                reached.add(place + 1)
        if symbol is None:
            return len(wide) in reached
        reached = {
            place + (part != star)
            for place, part in enumerate(wide)
            if place in reached and (part == star or (symbol != star and fits(part, symbol)))
        }
    return False


def _covers_name(wide: str, narrow: str) -> bool:
    """Say whether one folder or file name pattern covers another, both without slashes."""
    return wide == narrow or _absorbs(
        _TOKEN.findall(wide), _TOKEN.findall(narrow), "*", _covers_character
    )


def _covers_character(wide: str, narrow: str) -> bool:
    return wide in (narrow, "?")
