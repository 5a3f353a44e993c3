"""The body of a skill: its size, and its links.

In a body the lines of the front matter are blank, so its line numbers are those of the file.
"""

import os
import re
from collections.abc import Iterator
from functools import lru_cache
from os.path import normpath
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from fastapi_pro.validating.codes import Code
from fastapi_pro.validating.fences import find_fences
from fastapi_pro.validating.report import Finding, Level

if TYPE_CHECKING:
    from markdown_it.token import Token

MAX_LINES = 500  # "Keep SKILL.md under 500 lines" (Claude Code), the same in the open standard
MAX_TOKENS = 5000  # kept of each skill after a compaction; the open standard recommends it too
CHARACTERS_PER_TOKEN = 4

_BUNDLED = re.compile(r"(?:\./)?((?:references|scripts|assets)/[\w./@+-]*[\w+-])(?=\s|$)")
_EXAMPLE = re.compile(r"\be\.g\.|\bsuch as\b|\bfor (?:example|instance)\b|\bExamples?\b")
_SENTENCE = 200  # characters before a file in which words may announce an example
_ELSEWHERE = re.compile(
    r"\bskills?\b|\b(?:create|generate|output|produce|save|write)s?\b", re.IGNORECASE
)
"""Words beside a file that belongs to another skill, or that will be written later."""
_TEMPLATE = re.compile(r"template|example|sample", re.IGNORECASE)
_LIKE_LINKS = re.compile(
    r"\]\((?=[\s>]*(?P<link><[^>\n]*>?|[^\s)]+))"
    r"|\]:(?=[\s>]*(?P<definition><[^>\n]*>?|\S+))"
    r"|`(?=[\s>]*(?P<code>(?:\./)?(?:references|scripts|assets)/[\w./@+-]*[\w+-])(?:[\s`]|$))"
)
_UNUSUAL = re.compile(r"[\\&(]|.<")
"""What Markdown replaces or lets pair up in the address of a link."""
_MENTION = re.compile(r"(?<!\S)@((?:[\w.-]+/)*[\w-]+\.\w+)")
_ANCESTORS = 8  # folders above the skill in which the project's own files may lie
_PLACEHOLDER = re.compile(r"[{}<>*$]|\.\.\.|…")


def check_size(body: str, first_line: int, path: str, level: Level) -> Iterator[Finding]:
    """Yield a finding for a body that is empty, or longer than recommended, in lines or tokens."""
    text = body.lstrip("\n")
    if not text.strip():
        message, fix = (
            "the body is empty, so the skill tells the assistant nothing",
            "write below the --- what to do",
        )
        yield Finding(path, first_line, 1, "body-empty", message, fix, "warning")
    lines = len(text.splitlines())
    tokens = len(text) // CHARACTERS_PER_TOKEN
    kept = f"in a long session the client keeps only {MAX_TOKENS:,} tokens of it"
    fix = "move details to files in references/, and say when to read each"
    if lines > MAX_LINES:
        message = f"the body has {lines:,} lines, more than {MAX_LINES}: {kept}"
        yield Finding(path, first_line, 1, "body-too-long", message, fix, level)
    if tokens > MAX_TOKENS:
        message = f"the body has about {tokens:,} tokens, more than {MAX_TOKENS:,}: {kept}"
        yield Finding(path, first_line, 1, "body-too-long", message, fix, level)


def check_links(
    body: str, page: Path, skill: Path, path: str, unportable: Level
) -> Iterator[Finding]:
    """Yield one finding for each file that `page` links or names and that `skill` does not have.

    A link is relative to the folder of the page or, as in the open standard, of the skill. In
    SKILL.md a file named in `code` counts too, unless the text calls it an example, a file of
    another skill, or one to be written, or the project has it. A skill without `scripts/` means
    those of the user's project. Template pages are not checked.
    `unportable` is the level for a file outside the skill but in its plugin.
    """
    if _TEMPLATE.search(page.name):
        return
    suspects = _suspects(body, page.parent, skill)
    lines = body.split("\n")
    has_scripts = (skill / "scripts").is_dir()
    told = set()
    for token in _blocks(body, suspects) if suspects else ():
        first, stop = token.map or (0, 0)
        for target in _targets(token, codes=page.parent == skill):
            is_known = target in told or (target.startswith("scripts/") and not has_scripts)
            problem = None if is_known else _problem(target, page.parent, skill)
            told.add(target)
            if problem:
                code, message, fix, level = problem
                level = unportable if level == "not-portable" else level
                line, column = _find(lines, target, first, stop)
                yield Finding(path, line, column, code, f"`{target}` {message}", fix, level)


def check_mentions(body: str, skill: Path, path: str) -> Iterator[Finding]:
    """Yield a warning for each `@file` of the skill: the client looks for it in the project."""
    mentions = [
        match
        for match in _MENTION.finditer(body)
        if _exists(f"{skill}/{match[1]}")
        and not any(_exists(f"{folder}/{match[1]}") for folder in _upwards(skill)[1:])
    ]
    fenced = {
        line
        for fence in (find_fences(body) if mentions else [])
        for line in range(fence.start, fence.end + 1)
    }
    for match in mentions:
        before = body[: match.start()]
        line = before.count("\n")
        if line not in fenced:
            message = f"`@{match[1]}` is a file of the project for the client: it attaches nothing"
            name = match[1].removeprefix("./")
            fix = f"write `{name}`, or `@${{CLAUDE_SKILL_DIR}}/{name}` to attach it at once"
            column = len(before) - before.rfind("\n")
            yield Finding(path, line + 1, column, "mention-missing", message, fix, "warning")


def _suspects(body: str, base: Path, skill: Path) -> set[str]:
    """Return what looks like a link to a missing file, without parsing the Markdown.

    It may be no link, as in a fence, but no link is missed. The empty text means any block.
    """
    suspects = set()
    for match in _LIKE_LINKS.finditer(body):
        raw = str(match[match.lastgroup or 0])
        target = raw.strip("<>")
        if match.lastgroup == "definition" or _UNUSUAL.search(target):
            raw = ""
        file = _file_of(target)
        if raw not in suspects and (raw == "" or (file and _problem(file, base, skill))):
            suspects.add(raw)
    return suspects


def _blocks(body: str, suspects: set[str]) -> Iterator["Token"]:
    """Yield the blocks of a page that contain a suspect, with their parsed children."""
    from markdown_it import MarkdownIt  # noqa: PLC0415 -- few pages need it: it takes time

    whole = MarkdownIt("commonmark")
    env: dict[str, object] = {}  # the definitions of links
    for block in MarkdownIt("commonmark").disable("inline").parse(body, env):
        if block.type == "inline" and any(suspect in block.content for suspect in suspects):
            block.children = whole.parseInline(block.content, env)[0].children
            yield block


def _targets(block: "Token", *, codes: bool) -> Iterator[str]:
    """Yield the files that the inline content of a block points to."""
    before = ""
    for token in block.children or ():
        target = _link(token)
        if codes and token.type == "code_inline" and not _EXAMPLE.search(before):
            match = _BUNDLED.match(token.content)
            target = match[1] if match and not _ELSEWHERE.search(block.content) else None
        before = (before + token.content)[-_SENTENCE:]
        if target:
            yield target


def _link(token: "Token") -> str | None:
    """Return the file of a link or an image, or None for addresses, anchors and placeholders."""
    link = token.attrGet({"link_open": "href", "image": "src"}.get(token.type, ""))
    return _file_of(str(link or ""))


def _file_of(link: str) -> str | None:
    try:
        parts = urlsplit(link)
    except ValueError:  # such as an unclosed [ of an IPv6 address
        return None
    target = unquote(parts.path)
    is_file = "." in target or "/" in target  # `LINK`, `url` and `path` are placeholders
    is_page = target.startswith("/") and "." not in target.rpartition("/")[2]  # of a site
    if parts.scheme or parts.netloc or is_page or not is_file or _PLACEHOLDER.search(target):
        return None
    return target


def _problem(target: str, base: Path, skill: Path) -> tuple[Code, str, str, Level] | None:
    """Return code, message, fix and level for a file that is missing or outside the skill.

    A plugin may have a file beside the skill; an absolute path exists only on some machines.
    """
    fix = "copy the file into the skill, or link to its public address"
    if target.startswith(("/", "~")):
        return (
            "link-outside",
            "is an absolute path: other machines do not have this file",
            fix,
            "warning",
        )
    root, *above = _upwards(skill)
    wanted = normpath(f"{_upwards(base)[0]}/{target}")
    if not _exists(wanted):
        if any(_exists(normpath(f"{folder}/{target}")) for folder in (root, *above)):
            return None
        fix = "create the file, or name one that exists"
        return (
            "link-missing",
            "does not exist in the skill, so the assistant cannot read it",
            fix,
            "warning",
        )
    if wanted != root and not wanted.startswith(f"{root.rstrip(os.sep)}{os.sep}"):
        message = "is outside the skill's folder: it is missing if the skill is installed alone"
        level: Level = "not-portable" if _is_of_plugin(skill, wanted) else "warning"
        return "link-outside", message, fix, level
    return None


def _is_of_plugin(skill: Path, wanted: str) -> bool:
    """Say whether the file belongs to the plugin of the skill, which is installed whole."""
    for folder in _upwards(skill)[1:]:
        if _exists(f"{folder}/.claude-plugin/plugin.json"):
            return wanted.startswith(f"{folder}{os.sep}")
    return False


@lru_cache(maxsize=4096)  # asked for each link
def _upwards(folder: Path) -> list[str]:
    """Return a folder and those above it in which the project's own files may lie."""
    here = Path(normpath(folder.absolute()))
    return [str(each) for each in (here, *list(here.parents)[:_ANCESTORS])]


def _exists(path: str) -> bool:
    try:
        os.stat(path)  # noqa: PTH116 -- a Path takes longer to make than to ask
    except (OSError, ValueError):
        return False
    return True


def _find(lines: list[str], target: str, first: int, stop: int) -> tuple[int, int]:
    """Return line and column of `target`: in its block, else in a link definition anywhere."""
    for number in (*range(first, stop), *range(len(lines))):
        for line in (lines[number], unquote(lines[number])):
            if target in line:
                return number + 1, line.index(target) + 1
    return first + 1, 1
