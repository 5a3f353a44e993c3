"""Put values of the front matter in quotes if YAML does not read them as they were meant.

Each field is checked alone: one that is valid YAML is not changed. A value that could have been
meant in two ways is left to its author.
"""

import re
from collections.abc import Iterator

from yaml.nodes import MappingNode

from fastapi_pro.validating.frontmatter import FrontMatterError, compose

_HEAD = re.compile(r"(?P<key>[A-Za-z_][\w-]*:)(?P<gap>[ \t\u00a0]+)(?P<value>\S.*)")
_BEGINS = re.compile(r"[A-Za-z_][\w-]*:(?=[ \t\u00a0]|$)")
_ITEM = re.compile(r"(?P<before>\s+- +|- +)(?P<value>\S.*)")
_ENTRY = re.compile(r"(?P<before>\s+[\w.-]+:[ \t]+)(?P<value>\S.*)")
_NESTED_KEY = re.compile(r"\s+(?:[a-z_-]+:(?:\s|$)|- )")
_COMMENT = re.compile(r"\s#(?:\s|$)")
_LISTS = {"paths:", "arguments:", "allowed-tools:", "disallowed-tools:"}
_TEXT_LISTS = {*_LISTS, "argument-hint:"}
_TEXTS = {"description:", "when_to_use:", "argument-hint:", "license:", "compatibility:"}
_LOST_ESCAPE = re.compile(
    r"\\(?![\"/\\0abtnvfre N_LP]|x[\da-fA-F]{2}|u[\da-fA-F]{4}|U[\da-fA-F]{8})"
)
_ANY_ESCAPE = re.compile(r"\\(.)", re.DOTALL)

Change = tuple[int, str, str]
"""The number of a line from 0, the line, and what to write for it."""


def mend_values(lines: list[str]) -> list[Change]:
    """Return the changes of lines of the front matter that make each field valid YAML."""
    starts = [number for number, line in enumerate(lines) if _BEGINS.match(line)]
    if not starts or any(line.strip() for line in lines[: starts[0]]):
        return []
    changes: list[Change] = []
    for start, stop in zip(starts, [*starts[1:], len(lines)], strict=True):
        block = lines[start:stop]
        if _is_field(block):
            continue
        mended = _mend_block(block)
        if mended is None or not _is_field(mended):
            continue
        pairs = zip(block, mended, strict=True)
        changes += [(start + n, old, new) for n, (old, new) in enumerate(pairs) if old != new]
    return changes


def quote_line(line: str) -> str | None:
    """Return the line of a field with its value in quotes, None if there is nothing to quote.

    A value with a possible comment is left to its author.
    """
    match = _HEAD.fullmatch(line.rstrip())
    if not match or match["value"][0] in "\"'" or _COMMENT.search(match["value"]):
        return None
    return f"{match['key']} {quoted(match['value'])}{line[len(line.rstrip()) :]}"


def quoted(value: str) -> str:
    """Return the text in YAML quotes: double ones, or single ones if these need no escape."""
    if ("\\" in value or '"' in value) and "'" not in value:
        return f"'{value}'"
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _is_field(lines: list[str]) -> bool:
    try:
        return isinstance(compose("\n".join(lines)), MappingNode)
    except FrontMatterError:
        return False


def _mend_block(block: list[str]) -> list[str] | None:
    head, *rest = block
    while rest and (not rest[-1].strip() or rest[-1].startswith("#")):
        rest.pop()
    tail = block[1 + len(rest) :]
    match = _HEAD.fullmatch(head.rstrip())
    if not rest:
        line = _mend_line(head)
        return [line, *tail] if line else None
    if match and match["key"] in _TEXTS:
        lines = _quote_lines([head, *rest], match)
        return [*lines, *tail] if lines else None
    if match or head.rstrip().endswith("\u00a0"):
        return None
    return [head, *_mend_nested(head.rstrip(), rest), *tail]


def _mend_line(line: str) -> str | None:
    """Return a field of one line with its value in quotes, or with a space after its colon."""
    match = _HEAD.fullmatch(line.rstrip())
    if not match:
        return None
    value, end = match["value"], line[len(line.rstrip()) :]
    spaced = f"{match['key']} {value}"
    if match["gap"].strip(" ") and _is_field([spaced]):
        return spaced + end
    if value[0] in "|>":
        return None
    if len(value) > 1 and value[0] in "\"'" and value[-1] == value[0]:
        items = f"{match['key']} [{value}]"
        if match["key"] in _LISTS and _is_field([items]):
            return items + end
        inner = _mend_quotes(value)
        return inner and f"{match['key']} {inner}{end}"
    return f"{match['key']} {quoted(value)}{end}"


def _mend_quotes(value: str) -> str | None:
    """Return a quoted value with the quotes and backslashes inside it escaped.

    None if its outer quotes may belong to words at its ends.
    """
    inner = value[1:-1]
    if value[0] == "'":
        if re.search(r"(?<!\w)'(?!')|(?<!')'(?!\w)", inner.replace("''", "")):
            return None
        return "'" + re.sub(r"(?<!')'(?!')", "''", inner) + "'"
    own = re.search(r'(?<!\\)"', inner)
    if own and not re.match(r'[\s(\[]"\S', inner[max(own.start() - 1, 0) :]):
        return None
    inner = re.sub(r'(?<!\\)"', r"\"", inner)
    if _LOST_ESCAPE.search(inner):
        if any(found[1] not in '"\\' for found in _ANY_ESCAPE.finditer(inner) if not _lost(found)):
            return None  # `\n` beside `\d`: a line break, or not?
        inner = _ANY_ESCAPE.sub(lambda found: "\\" + found[0] if _lost(found) else found[0], inner)
    return f'"{inner}"'


def _lost(found: re.Match[str]) -> bool:
    return bool(_LOST_ESCAPE.match(found.string, found.start()))


def _quote_lines(lines: list[str], head: re.Match[str]) -> list[str] | None:
    """Return a text of several lines with quotes around it, None if it cannot be quoted."""
    value, rest = head["value"], lines[1:]
    if value[0] in "\"'|>[{" or any(map(_NESTED_KEY.match, rest)):
        return None
    if any(map(_COMMENT.search, lines)) or not all(n[:1].isspace() or not n for n in rest):
        return None
    quoting = [line.replace("\\", "\\\\").replace('"', '\\"') for line in (value, *rest)]
    last = quoting[-1].rstrip()
    first = f'{head["key"]} "{quoting[0]}{lines[0][head.end() :]}'
    return [first, *quoting[1:-1], f'{last}"{quoting[-1][len(last) :]}']


def _mend_nested(key: str, lines: list[str]) -> Iterator[str]:
    """Yield the lines below a key, with quotes around each item or entry that is not valid YAML."""
    for line in lines:
        match = _ITEM.fullmatch(line.rstrip())
        if match and (key not in _TEXT_LISTS or match["value"][0] in "\"'"):
            match = None
        match = match or _ENTRY.fullmatch(line.rstrip())
        if match and match["value"][0] not in "\"'|>&" and not _COMMENT.search(match["value"]):
            alone = _alone(line.strip())
            if not alone:
                end = line[len(line.rstrip()) :]
                yield f"{match['before']}{quoted(match['value'])}{end}"
                continue
        yield line


def _alone(line: str) -> bool:
    try:
        return compose(line) is not None
    except FrontMatterError:
        return False
