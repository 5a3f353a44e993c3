"""One markdown page, its fences filled from the snippets they name."""

import re
from dataclasses import dataclass, field, replace
from pathlib import Path

from fastapi_pro.validating.fences import Fence, find_fences
from fastapi_pro.validating.report import Finding
from maintain.building.contents import content_of
from maintain.building.refusal import RefusedError, refused
from maintain.building.sources import FOLDER, Snippets, locate

_LINE_STARTS = re.compile(r"(?<=\n)|(?<=\r)(?!\n)")
_PYTHON = re.compile(r"[{.]*(i?python[\d.]*|pyi?3?|pycon)\b(?!-)", re.IGNORECASE)
_OPENING = re.compile(r" {0,3}(`{3,}|~{3,})[ \t]*(?P<info>[^`]*)$")


@dataclass
class Page:
    """A page after its fences were filled: `text` is meant to be written if nothing was found."""

    name: str
    text: str
    findings: list[Finding] = field(default_factory=list)
    shown: set[Path] = field(default_factory=set)


def fill_page(name: str, text: str, snippets: Snippets) -> Page:
    """Return the page with its fences filled; nothing else of `text` changes.

    A fence that is refused keeps its content and adds a finding. `shown` are the snippets named.
    Raises OSError when a snippet cannot be read.
    """
    page = Page(name, text)
    lines = _LINE_STARTS.split(text)
    plain = _plain(name, lines)
    fences = find_fences("\n".join(plain))
    page.findings += _hidden(page, plain, fences)
    for fence in reversed(fences):
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


def _plain(name: str, lines: list[str]) -> list[str]:
    """Return the lines as the markdown parser shall see them: SKILL.md without front matter."""
    plain = [line.rstrip("\r\n") for line in lines]
    plain[0] = plain[0].removeprefix("\ufeff")
    if name == "SKILL.md" and plain[0].rstrip() == "---":
        ends = (number for number, line in enumerate(plain) if number and line.rstrip() == "---")
        last = next(ends, -1)
        plain[: last + 1] = [""] * (last + 1)
    return plain


def _hidden(page: Page, plain: list[str], fences: list[Fence]) -> list[Finding]:
    """Return a finding for each line that only looks like the opening of a fence to fill."""
    seen = {number for fence in fences for number in range(fence.start, fence.end + 1)}
    return [
        Finding(
            page.name,
            number + 1,
            line.index(match[1]) + 1,
            "hidden-fence",
            "markdown sees no fence here, but HTML",
            "put a blank line before it",
        )
        for number, line in enumerate(plain)
        if number not in seen and (match := _OPENING.match(line))
        if _PYTHON.match(match["info"]) or f"{FOLDER}/" in match["info"]
    ]


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

    Adds the snippet to `shown`. Raises RefusedError, and OSError when a file cannot be read.
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
    path_text, hash_, names = source.partition("#")
    path = locate(snippets, path_text)
    shown.add(path)
    _refuse_position(fence, opening)
    content = content_of(language, path, names.split(",") if hash_ else None, snippets)
    _refuse_early_end(fence, content)
    return content


def _refuse_sourceless(language: str) -> None:
    if _PYTHON.match(language):
        raise refused(
            "no-source",
            "a Python block that comes from no tested snippet",
            "name its source: ```python snippets/app/main.py or snippets/app/main.py#create_app",
        )
    if language.startswith(f"{FOLDER}/"):
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
