"""The globs of `paths` mean what the client makes of them."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fastapi_pro.validating.globs import (
    TooManyPatternsError,
    covers,
    expand_braces,
    matches_everything,
    matching_pattern,
    split_commas,
    why_dead,
)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("**/*.py, **/pyproject.toml", ["**/*.py", "**/pyproject.toml"]),
        ("**/*.{py,toml},a", ["**/*.{py,toml}", "a"]),
        ("{a,{b,c}},d", ["{a,{b,c}}", "d"]),
        ("a},b", ["a}", "b"]),
        (" , ,", []),
    ],
)
def test_a_comma_string_splits_outside_braces_only(text: str, parts: list[str]) -> None:
    """Commas inside a brace group belong to the group."""
    assert split_commas(text) == parts


@pytest.mark.parametrize(
    ("pattern", "patterns"),
    [
        ("*.py", ["*.py"]),
        ("*.{py,toml}", ["*.py", "*.toml"]),
        ("{a,b}/{c,d}", ["a/c", "a/d", "b/c", "b/d"]),
        ("{a,{b,c}}x", ["a}x", "bx", "c}x"]),
        ("a{,b}", ["a", "ab"]),
        ("{a}", ["a"]),
        ("{a{b,c}}", ["ab", "c}"]),
        ("{a,b", ["{a,b"]),
    ],
)
def test_braces_expand_as_in_the_client(pattern: str, patterns: list[str]) -> None:
    """A group stands for each of its items, and ends at the first closing brace."""
    assert expand_braces(pattern) == patterns


@pytest.mark.parametrize("pattern", ["{a,b}" * 10, "{a,b}" * 3000, "{" * 5000])
def test_more_patterns_than_the_client_expands_are_refused_early(pattern: str) -> None:
    """The budget of 1,000 is kept without doing the work beyond it."""
    with pytest.raises(TooManyPatternsError):
        expand_braces(pattern)


def test_the_budget_itself_is_allowed() -> None:
    """A thousand patterns expand."""
    assert len(expand_braces("{" + ",".join(map(str, range(1000))) + "}")) == 1000


@pytest.mark.parametrize(
    "pattern",
    [
        *("", " ", "/app//*.py", "./**/*.py", "../x", "a/./b", "a/..", ".", "/", "//", "!"),
        *("a[b", "a[]b", "[z-a]", "{a", "a}", "~/x.py", "#x", " *.py", "a\\ ", "a\n", "a\t"),
        *("a.x b/*.x **/*.y", "/Users/me/x/*.py", "C:/x/*.py", "a{1..3}.py"),
        *("*.@(js|ts)", "'*.py'", '"a"'),
        *("app\\*.py", "app\\main.py", "a\\", "*" * 17),
    ],
)
def test_a_glob_that_can_never_match_is_called_dead(pattern: str) -> None:
    """Each way to write a glob that matches no file is recognised."""
    assert why_dead(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        *("*.py", "/main.py", "app/", "app/**", "!**/main.py", "**", "*", ".github/**", "...x"),
        *("[[]x", "[]a]x", "a b.py", "*.py ", "\\#x", "\\!x", "{{cookiecutter.slug}}/*"),
        *("app/\\[id\\]/*.ts", "a/~b"),
    ],
)
def test_a_glob_that_can_match_is_not_called_dead(pattern: str) -> None:
    """Odd but living globs pass."""
    assert why_dead(pattern) is None


@pytest.mark.parametrize(
    ("wide", "narrow"),
    [
        *[("**/*.py", p) for p in ("**/main.py", "**/app/**/*.py", "/main.py", "*.py", "a/b.py")],
        *[("*.py", p) for p in ("**/*.py", "/*.py", "test_*.py")],
        *[("app/", p) for p in ("app/**", "app/*.py")],
        *[("app", p) for p in ("app/", "**/app/**/*.py", "/app")],
        *[("**", p) for p in ("*", "a", "app/**")],
        *[("a?", p) for p in ("ab", "a\\*", "a?")],
        ("a/**/b", "a/b"),
        ("/*", "**"),
        ("**/[ab].py", "**/[ab].py"),
    ],
)
def test_a_covering_glob_is_recognised(wide: str, narrow: str) -> None:
    """Plain cases of one glob within another are proven."""
    assert covers(wide, narrow)


@pytest.mark.parametrize(
    ("wide", "narrow"),
    [
        ("**/main.py", "**/*.py"),
        ("/*.py", "*.py"),
        ("app/**", "app"),
        ("app/*.py", "app/**/*.py"),
        ("a?", "a*"),
        ("[ab]", "?"),
        ("a*.py", "a[!a].py"),
        ("a*.py", "a[+-9].py"),
        ("**/requirements*.txt", "**/*.txt"),
        ("a/**", "**/a/**"),
    ],
)
def test_a_glob_that_matches_more_is_not_covered(wide: str, narrow: str) -> None:
    """A false claim would make someone delete a glob that is needed."""
    assert not covers(wide, narrow)


_GLOBS = st.lists(
    st.sampled_from(["a", "b", "*", "**", "/", "?", "[ab]", "[!a]", ".py", "/**/", "**/", "\\*"]),
    min_size=1,
    max_size=6,
).map("".join)
_PATHS = st.lists(
    st.sampled_from(["a", "b", "ab", "a.py", ".py", "*", "bb"]), min_size=1, max_size=4
).map("/".join)


@given(_GLOBS, _GLOBS, st.lists(_PATHS, min_size=5, max_size=25))
@example("/**", "**", ["a", "a/b"])
@example("a/", "a", ["a", "a/b"])
def test_coverage_is_never_claimed_wrongly(wide: str, narrow: str, paths: list[str]) -> None:
    """Whatever two globs are, a path that the covered one matches is matched by the other."""
    if why_dead(wide) or why_dead(narrow) or not covers(wide, narrow):
        return
    for path in paths:
        assert matching_pattern([wide], path)[1] or not matching_pattern([narrow], path)[1]


@given(_GLOBS, _PATHS)
def test_everything_is_never_claimed_wrongly(glob: str, path: str) -> None:
    """A glob said to match everything matches every path."""
    claimed = not why_dead(glob) and matches_everything(glob)
    assert not claimed or matching_pattern([glob], path)[1]


@pytest.mark.parametrize("glob", ["*", "**", "**/*", "/**", "/*", "**/**"])
def test_a_glob_that_matches_everything_is_recognised(glob: str) -> None:
    """Every common way to say "any file" is known."""
    assert matches_everything(glob)


@pytest.mark.slow
@given(st.text(max_size=60))
def test_no_text_crashes_the_globs(text: str) -> None:
    """Any text is split, expanded, judged and, if it lives, matched."""
    for part in [text, *split_commas(text)]:
        patterns = [p for p in expand_braces(part) if not why_dead(p)]
        matching_pattern(patterns, "app/main.py")
        for pattern in patterns:
            covers("**/*.py", pattern.lstrip("!"))


def test_the_three_globs_match_what_the_five_lost_ones_meant() -> None:
    """The two that were dropped are covered by the first, and by no other of the three."""
    assert covers("**/*.py", "**/main.py")
    assert covers("**/*.py", "**/app/**/*.py")
    assert not covers("**/requirements*.txt", "**/main.py")
