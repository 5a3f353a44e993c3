"""Patterns mean what git makes of them: git itself is asked."""

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fastapi_pro.auditing.sources.gitignore import Patterns, compile_patterns, is_ignored
from patience import patient

FOLDERS = ["a", "b", "ab", "a/b", "a/b/c", "b/a", "b/b/b"]
FILES = ["a.py", "b.py", "abc", "b-a", "[a]", "a b", "é.py", "a*", "\\a", "#a", "!a"]
BASE = b"/repo"


@pytest.fixture(scope="module")
def repository() -> Iterator[Path]:
    """A repository with folders of every depth and files of odd names."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        subprocess.run(["git", "init", "-q", root], check=True, env=_environment())
        for folder in ["", *FOLDERS]:
            (root / folder).mkdir(parents=True, exist_ok=True)
            for file in FILES:
                if not (root / folder / file).exists():
                    (root / folder / file).touch()
        yield root


def _environment() -> dict[str, str]:
    """Return an environment in which git reads no configuration but the repository's."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return kept | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "HOME": os.devnull}


def ignored_by_git(root: Path) -> set[str]:
    """Return the paths that git ignores, of everything below `root`."""
    names = [os.path.relpath(p, root) for p in root.rglob("*") if ".git" not in p.parts]
    found = subprocess.run(
        ["git", "-C", root, "check-ignore", "--no-index", "-z", "--stdin"],
        input="\0".join(names).encode(),
        capture_output=True,
        check=False,
        env=_environment() | {"XDG_CONFIG_HOME": os.devnull},
    )
    assert found.returncode in (0, 1), found.stderr
    return {name.decode() for name in found.stdout.split(b"\0") if name} - {".gitignore"}


def ignored_by_us(root: Path) -> set[str]:
    """Return the same, walking down with a stack of the patterns that apply."""
    found: set[str] = set()

    def walk(folder: Path, stack: list[Patterns], *, is_below: bool) -> None:
        own = folder / ".gitignore"
        text = own.read_bytes() if own.exists() else b""
        patterns = compile_patterns(text, os.fsencode(folder))
        stack = [patterns, *stack] if patterns else stack
        for path in folder.iterdir():
            if path.name in (".git", ".gitignore"):
                continue
            hit = is_below or is_ignored(stack, os.fsencode(path), is_folder=path.is_dir())
            if hit:
                found.add(os.path.relpath(path, root))
            if path.is_dir():
                walk(path, stack, is_below=hit)

    walk(root, [], is_below=False)
    return found


def ignored(text: bytes, path: str, *, is_folder: bool = False) -> bool:
    """Say whether the lines `text` of the top folder ignore a path."""
    patterns = compile_patterns(text, BASE)
    stack = [patterns] if patterns else []
    return is_ignored(stack, BASE + b"/" + path.encode(), is_folder=is_folder)


# Names and markers are drawn in pieces: random characters alone would hardly ever match a path.
_PIECES = ["a", "b", "c", "ab", "*", "**", "?", "/", "/**/", "**/", "/**", ".py", "\\", "-", " "]
_SETS = ["[a-b]", "[!a]", "[^b]", "[]a]", "[b-a]", "[\\]a]", "[a-]", "[-a]", "[/a]", "[é]"]
_NAMED = ["[[:alpha:]]", "[[:punct:]]", "[[:nope:]]", "[[:a]", "[[::]]", "[[:]"]
_ODD = ["[a", "]", "[a-", "é", "#", "!", "\r", "\t", "\\*", "\\/", *_NAMED]
_LINE = st.tuples(
    st.sampled_from(["", "", "", "!", "/", "!/", "#", " "]),
    st.lists(st.sampled_from(_PIECES + _SETS + _ODD), min_size=1, max_size=5).map("".join),
    st.sampled_from(["", "", "", "/", " ", "  ", "\\ ", "\r"]),
).map("".join)
_TEXT = st.lists(_LINE, min_size=1, max_size=5).map("\n".join)


@pytest.mark.slow
@settings(max_examples=150)
@given(top=_TEXT, nested=_TEXT, where=st.sampled_from(["a", "b", "a/b"]))
def test_random_patterns_ignore_exactly_what_git_ignores(
    repository: Path, top: str, nested: str, where: str
) -> None:
    (repository / ".gitignore").write_bytes(top.encode())
    inner = repository / where / ".gitignore"
    inner.write_bytes(nested.encode())
    try:
        by_git = ignored_by_git(repository) - {f"{where}/.gitignore"}
        assert ignored_by_us(repository) == by_git
    finally:
        inner.unlink()
        (repository / ".gitignore").unlink()


@pytest.mark.parametrize(
    ("line", "path", "is_folder", "hit"),
    [
        ("build", "a/build", False, True),
        ("/build", "a/build", False, False),
        ("/build", "build", False, True),
        ("a/build", "b/a/build", False, False),
        ("build/", "a/build", False, False),
        ("build/", "a/build", True, True),
        ("**/x.py", "x.py", False, True),
        ("a/**/x.py", "a/x.py", False, True),
        ("a/**/x.py", "a/b/c/x.py", False, True),
        ("a/**", "a", True, False),
        ("a/**", "a/b/c.py", False, True),
        ("a/*.py", "a/b/c.py", False, False),
        ("foo**/bar", "foox/y/bar", False, True),  # git's own surprise
        ("[!a].py", "b.py", False, True),
        ("[[:digit:]]*.py", "7a.py", False, True),
        ("\\!a", "!a", False, True),
        ("#a", "#a", False, False),
        ("a\\ ", "a ", False, True),
        ("a  ", "a", False, True),
        ("a\r", "a", False, True),
        ("\ufeffa", "a", False, True),
        ("a\n!a", "a", False, False),
        ("!a\na", "a", False, True),
        ("??.py", "é.py", False, True),  # two bytes
        ("[a", "[a", False, False),
    ],
)
def test_a_line_ignores_a_path_or_leaves_it(
    line: str, path: str, is_folder: bool, hit: bool
) -> None:
    assert ignored(line.encode(), path, is_folder=is_folder) is hit


def test_many_stars_take_no_exponential_time() -> None:
    started = time.perf_counter()
    assert not ignored(b"*a" * 40 + b"b", "a" * 200)
    assert not ignored(b"**/a/" * 40 + b"b", "/".join("a" * 100))
    assert time.perf_counter() - started < patient(1)
