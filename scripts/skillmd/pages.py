"""One markdown page, its fences filled from the snippets they name."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from skillmd.client_syntax import find_client_syntax
from skillmd.extract import pick, whole
from skillmd.fences import Fence, find_fences
from skillmd.refusal import RefusedError, refused
from skillmd.report import Finding
from skillmd.sources import Snippets, load_module, locate, read_text, relative
from skillmd.tree import docstring_line, render_tree

_LINE_STARTS = re.compile(r"(?<=\n)|(?<=\r)(?!\n)")
_PYTHON = re.compile(r"[{.]*(i?python[\d.]*|pyi?3?|pycon)\b(?!-)", re.IGNORECASE)
_PYTHON_FILE = {"python", "python3", "py"}


@dataclass
class Page:
    """A page after its fences were filled: `text` is meant to be written if nothing was found."""

    name: str
    text: str
    findings: list[Finding] = field(default_factory=list)
    shown: set[Path] = field(default_factory=set)


@dataclass(frozen=True)
class _Content:
    """What a fence shall hold; `acted_on` is what of it the client would run or replace."""

    text: str
    acted_on: list[Finding]


def fill_page(name: str, text: str, snippets: Snippets) -> Page:
    """Return the page with its fences filled; nothing else of `text` changes.

    A fence that is refused keeps its content and adds a finding. `shown` are the snippets named.
    """
    page = Page(name, text)
    lines = _LINE_STARTS.split(text)
    for fence in reversed(find_fences(_markdown(name, lines))):
        opening = lines[fence.start]
        try:
            content = _fill(fence, opening, snippets, page.shown)
        except RefusedError as error:
            page.findings += [_placed(each, page, fence, opening) for each in error.findings]
            continue
        if content is not None:
            end = opening[len(opening.rstrip("\r\n")) :]
            body = content.split("\n") if content else []
            lines[fence.start + 1 : fence.end] = [line + end for line in body]
    page.text = "".join(lines)
    return page


def _markdown(name: str, lines: list[str]) -> str:
    """Return the lines as the markdown parser shall see them: SKILL.md without front matter."""
    plain = [line.rstrip("\r\n") for line in lines]
    plain[0] = plain[0].removeprefix("\ufeff")
    if name == "SKILL.md" and plain[0].rstrip() == "---":
        ends = (number for number, line in enumerate(plain) if number and line.rstrip() == "---")
        last = next(ends, -1)
        plain[: last + 1] = [""] * (last + 1)
    return "\n".join(plain)


def _placed(finding: Finding, page: Page, fence: Fence, opening: str) -> Finding:
    """Put a finding without a path at the fence's source, or at the fence when it has none."""
    if finding.path:
        return finding
    start = opening.index(fence.markup)
    before_source = re.compile(rf"{re.escape(fence.markup)}\s*\S+\s+(?=\S)")
    match = before_source.match(opening, start)
    column = (match.end() if match else start) + 1
    return replace(finding, path=page.name, line=fence.start + 1, column=column)


def _fill(fence: Fence, opening: str, snippets: Snippets, shown: set[Path]) -> str | None:
    """Return what the fence shall hold, or None when it names no source and needs none.

    Adds the snippet to `shown`. Raises RefusedError.
    """
    words = fence.info.split()
    if len(words) < 2:
        _refuse_sourceless(fence.language)
        return None
    language, source, *rest = words
    if rest:
        raise refused(
            "bad-info",
            f"the fence says more than a language and a source: `{' '.join(rest)}`",
            "write one source, names joined by commas without spaces: path.py#one,two",
        )
    _refuse_position(fence, opening)
    path_text, hash_, names = source.partition("#")
    path = locate(snippets, path_text)
    if path.is_dir():
        content = _tree(language, path, hash_, snippets)
    else:
        shown.add(path)
        content = _file(language, path, names.split(",") if hash_ else None, snippets)
    if content.acted_on:
        raise RefusedError(*content.acted_on)
    _refuse_early_end(fence, content.text)
    return content.text


def _refuse_sourceless(language: str) -> None:
    if _PYTHON.match(language):
        raise refused(
            "no-source",
            "a Python block that comes from no tested snippet",
            "name its source: ```python snippets/app/main.py or snippets/app/main.py#create_app",
        )
    if language.startswith("snippets/"):
        raise refused("no-language", "a source without a language", f"write ```text {language}")


def _refuse_position(fence: Fence, opening: str) -> None:
    if fence.nested:
        raise refused(
            "nested-fence",
            "a fence inside a list or a block quote would lose its indentation",
            "move it out, to the start of a line",
        )
    if opening.startswith(" "):
        raise refused(
            "indented-fence",
            "an indented fence takes as much indentation from its content",
            "move it to the start of the line",
        )
    if not fence.closed:
        raise refused("unclosed-fence", "the fence has no end", f"close it with {fence.markup}")


def _refuse_early_end(fence: Fence, content: str) -> None:
    mark = re.escape(fence.markup)
    if match := re.search(rf"^ {{0,3}}({mark}+)", content, re.MULTILINE):
        raise refused(
            "fence-too-short",
            f"the content has a line that begins with {match[1]} and would close the fence",
            f"use a longer fence: {match[1]}{fence.markup[0]}",
        )


def _tree(language: str, folder: Path, names: str, snippets: Snippets) -> _Content:
    if names or _PYTHON.match(language):
        raise refused("folder-source", "a folder is shown as a tree", "write ```text and no #")

    def describe(file: Path) -> str:
        return docstring_line(load_module(snippets, file).tree)

    try:
        text = render_tree(folder, describe)
    except OSError as error:
        message = f"cannot list the folder: {error.strerror or error}"
        raise refused("unreadable", message, "make it readable") from error
    odd = [c for c in text if not c.isprintable() and c != "\n"]
    if odd:
        message = f"a file name or docstring below the folder holds {odd[0]!a}"
        raise refused("unprintable", message, "rename the file or rewrite the line")
    return _Content(text, list(_acted_on(text, "")))


def _file(language: str, path: Path, names: list[str] | None, snippets: Snippets) -> _Content:
    name = relative(snippets, path)
    if path.suffix != ".py":
        if names is not None:
            raise refused("names-of-text", "only Python is shown in parts", "leave # and names out")
        if language.lower() in _PYTHON_FILE:
            raise refused("wrong-language", f"`{name}` is not a .py file", "name its language")
        text = read_text(snippets, path)
        return _Content(text.removesuffix("\n"), list(_acted_on(text, name)))
    if language.lower() not in _PYTHON_FILE:
        raise refused("wrong-language", f"`{name}` is Python, not {language}", "write ```python")
    if names is not None:
        _refuse_names(names)
    module = load_module(snippets, path)
    try:
        block = whole(module) if names is None else pick(module, names)
    except RecursionError as error:
        raise refused("python-syntax", "too deeply nested", "write it simpler", name) from error
    found = [each for each in _acted_on(module.text, name) if each.line in block.lines]
    return _Content(block.text, found)


def _refuse_names(names: list[str]) -> None:
    for name in names:
        if "." in name:
            outer = name.partition(".")[0]
            raise refused(
                "bad-name", f"`{name}` is inside `{outer}`", f"write {outer}, it is shown whole"
            )
        if not name.isidentifier():
            raise refused("bad-name", f"`{name}` is no name", "write #one,two without spaces")
        if names.count(name) > 1:
            raise refused("duplicate-name", f"`{name}` is named twice", "name it once")


def _acted_on(text: str, path: str) -> Iterator[Finding]:
    """Yield what the client would run or replace in `text`; an empty path means at the fence."""
    for each in find_client_syntax(text):
        yield Finding(
            path,
            each.line,
            each.column,
            "client-syntax",
            f"`{each.text}` {each.effect} when the skill is loaded, inside a fence too",
            "write the snippet without this sequence",
        )
