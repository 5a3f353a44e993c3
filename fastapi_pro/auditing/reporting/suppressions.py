"""Comments that keep a finding from being reported: `# fastapi-pro: ignore[slug, slug] reason`.

A comment at the end of a line is for that line; a comment alone on its line is for the next line.
"""

import io
import re
import tokenize
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from fastapi_pro.auditing.finding import UNREADABLE, Finding
from fastapi_pro.auditing.reporting.catalogue import UNUSED_IGNORE
from fastapi_pro.auditing.sources.deploy_files import may_be_deploy_file
from fastapi_pro.auditing.sources.parse import UnreadableError, read
from fastapi_pro.auditing.sources.walk import display
from fastapi_pro.messages import near

MARKER = b"fastapi-pro:"
_COMMENT = re.compile(r"#\s*fastapi-pro:")
_IGNORE = re.compile(r"\s*ignore\s*\[(?P<slugs>[^\]]*)\](?P<reason>[^#]*)")
_WRITE = "write `# fastapi-pro: ignore[slug] reason`"
_LAYOUT = {
    tokenize.COMMENT,
    tokenize.DEDENT,
    tokenize.ENCODING,
    tokenize.INDENT,
    tokenize.NEWLINE,
    tokenize.NL,
}


@dataclass(frozen=True, slots=True)
class _Ignore:
    """One slug of the comment at `line`, for the line `target`. `wrong` says why it is invalid."""

    path: str
    line: int
    column: int
    target: int
    slug: str
    wrong: str = ""


def marked(
    files: Iterable[Path], root: Path, read: Callable[[Path], bytes] = read
) -> dict[str, bytes]:
    """Return the bytes of the files that contain the marker, by the path to print."""
    found = {}
    for file in files:
        try:
            source = read(file)
        except UnreadableError:  # a finding says so
            continue
        if MARKER in source:
            found[display(file, root)] = source
    return found


def apply(
    findings: Iterable[Finding],
    sources: Mapping[str, bytes],
    active: Collection[str],
    known: Collection[str],
) -> list[Finding]:
    """Return the findings without the ignored ones, and a finding for each unused ignore.

    `known` are all slugs, `active` those that are reported: ignores of others do not count as
    unused.
    """
    findings = list(findings)
    ignores = [i for path, source in sources.items() for i in _ignores(path, source, known)]
    used: set[_Ignore] = set()
    kept = _without(findings, ignores, used)
    if UNUSED_IGNORE not in active:
        return kept
    unread = {f.path for f in findings if f.slug == UNREADABLE}
    vain = [_vain(i) for i in ignores if i not in used and _counts(i, active)]
    kept += _without([f for f in vain if f.path not in unread], ignores, used)
    late = [i for i in ignores if i.slug == UNUSED_IGNORE and not i.wrong and i not in used]
    return sorted({*kept, *(_vain(i) for i in late if i.path not in unread)})


def _without(
    findings: Iterable[Finding], ignores: Iterable[_Ignore], used: set[_Ignore]
) -> list[Finding]:
    """Return the findings that no ignore hides, and add the ignores of the others to `used`."""
    holding: dict[tuple[str, int, str], list[_Ignore]] = {}
    for i in ignores:
        if not i.wrong:
            # A comment alone on its line is reported as unused at its own line.
            lines = {i.target, i.line} if i.slug == UNUSED_IGNORE else {i.target}
            for line in lines:
                holding.setdefault((i.path, line, i.slug), []).append(i)
    kept = []
    for finding in findings:
        found = holding.get((finding.path, finding.line, finding.slug))
        if found is None:
            kept.append(finding)
        else:
            used.update(found)
    return kept


def _counts(ignore: _Ignore, active: Collection[str]) -> bool:
    return bool(ignore.wrong) or (ignore.slug in active and ignore.slug != UNUSED_IGNORE)


def _vain(ignore: _Ignore) -> Finding:
    message = ignore.wrong or f"ignore[{ignore.slug}] is not used: this rule is not broken here"
    return Finding(ignore.path, ignore.line, ignore.column, UNUSED_IGNORE, message)


def _ignores(path: str, source: bytes, known: Collection[str]) -> Iterator[_Ignore]:
    """Yield the ignores of a file; several comments alone on their lines are for the line below."""
    comments = list(_lines(source) if may_be_deploy_file(path) else _comments(source))
    alone = {token.start[0] for token, is_alone in comments if is_alone}
    for token, _ in comments:
        line = target = token.start[0]
        while target in alone:
            target += 1
        for column, slug, wrong in _parse(token.string, known):
            yield _Ignore(path, line, token.start[1] + column + 1, target, slug, wrong)


def _comments(source: bytes) -> Iterator[tuple[tokenize.TokenInfo, bool]]:
    """Yield our comments, and whether each is alone on its line, until the file cannot be read."""
    line = 0
    try:
        for token in tokenize.tokenize(io.BytesIO(source).readline):
            if token.type not in _LAYOUT:
                line = token.end[0]
            elif token.type == tokenize.COMMENT and _COMMENT.search(token.string):
                yield token, token.start[0] != line
    except (tokenize.TokenError, SyntaxError, UnicodeDecodeError):
        return


def _lines(source: bytes) -> Iterator[tuple[tokenize.TokenInfo, bool]]:
    """Yield our comments of a file that is not Python, as `_comments` does."""
    for number, line in enumerate(source.decode("utf-8", "replace").splitlines(), start=1):
        if match := _COMMENT.search(line):
            start, end = (number, match.start()), (number, len(line))
            token = tokenize.TokenInfo(tokenize.COMMENT, line[match.start() :], start, end, line)
            yield token, not line[: match.start()].strip()


def _parse(comment: str, known: Collection[str]) -> Iterator[tuple[int, str, str]]:
    """Yield the slugs of a comment: the place in it, the slug, what is wrong with it."""
    for start in _COMMENT.finditer(comment):
        match = _IGNORE.match(comment, start.end())
        slugs = list(re.finditer(r"[^\s,]+", match["slugs"])) if match else []
        if match is None or not slugs:
            yield start.start(), "", f"this comment names no slug; {_WRITE}"
            continue
        for slug in slugs:
            wrong = ""
            if slug[0] not in known:
                wrong = f"there is no rule {slug[0]!a}{near(slug[0], known)}"
            elif not match["reason"].strip():
                wrong = f"ignore[{slug[0]}] has no reason, so it hides nothing; {_WRITE}"
            yield match.start("slugs") + slug.start(), slug[0], wrong
