"""What to write in a SKILL.md for each finding that has one right answer."""

import re
from collections.abc import Callable, Iterator

from fastapi_pro.validating.frontmatter import NOT_YAML, FrontMatterError, parse, split
from fastapi_pro.validating.gate import read_entries
from fastapi_pro.validating.mending.edits import MARK, Edit, Source, apply
from fastapi_pro.validating.mending.globs import mend_glob
from fastapi_pro.validating.mending.yaml_values import mend_values, quote_line, quoted
from fastapi_pro.validating.replaced import OWN_POSITIONS
from fastapi_pro.validating.report import Finding

MAX_ROUNDS = 5  # a fix may show findings that were hidden before
Mended = dict[Finding, list[Edit]]
_HIDING = {NOT_YAML, "line-ends"}
"""These hide other findings."""
_REPLACED = re.compile(r"\$(?:\d+|ARGUMENTS)(?!\w)", re.ASCII)
_NUMBER_OR_FLAG = re.compile(r"[A-Za-z0-9+.-]+")
_TEXTS = {"name", "description", "when_to_use", "argument-hint", "license", "compatibility"}
_AMOUNT = re.compile(r"\$\d+[.,]\d")


def mend_text(text: str, check: Callable[[str], list[Finding]]) -> tuple[str, list[Finding]]:
    """Return the text of a SKILL.md with all fixes that have one right answer, and their findings.

    A fix that would not remove its finding is not done.
    """
    done: list[Finding] = []
    for _ in range(MAX_ROUNDS):
        findings = check(text)
        mended = _mend(text, findings)

        def is_better(chosen: Mended, text: str = text, before: list[Finding] = findings) -> bool:
            return _is_better(before, check(_applied(text, chosen)), chosen)

        if not is_better(mended):
            mended = {f: edits for f, edits in mended.items() if is_better({f: edits})}
        if not mended:
            break
        text = _applied(text, mended)
        done += mended
    return text, list(dict.fromkeys(done))


def _applied(text: str, mended: Mended) -> str:
    return apply(text, [edit for edits in mended.values() for edit in edits])


def _is_better(before: list[Finding], after: list[Finding], mended: Mended) -> bool:
    """Say whether the fixed findings are gone, and the fixes caused no new visible error."""
    codes = [finding.code for finding in after]
    was = [finding.code for finding in before]
    gone = {finding.code for finding in mended}
    if any(codes.count(code) >= was.count(code) for code in gone):
        return False
    errors = {finding.code for finding in after if finding.level == "error"}
    return bool(gone & _HIDING) or errors <= set(was)


def _mend(text: str, findings: list[Finding]) -> Mended:
    source = Source(text)
    found = {f: list(MENDERS[f.code](source, f)) for f in findings if f.code in MENDERS}
    return {finding: edits for finding, edits in found.items() if edits}


def _mark(source: Source, _: Finding) -> Iterator[Edit]:
    if source.text.startswith(MARK):
        yield Edit(0, len(MARK), "")


def _line_ends(source: Source, _: Finding) -> Iterator[Edit]:
    for found in re.finditer("\r", source.text):
        yield Edit(*found.span(), "\n")


def _quotes(source: Source, _: Finding) -> Iterator[Edit]:
    lines = source.lines
    end = next((n for n, line in enumerate(lines) if n and line.rstrip() == "---"), 0)
    for number, old, new in mend_values(lines[1:end]):
        if edit := source.edit(number + 2, 1, old, new):
            yield edit


def _whole_value(source: Source, finding: Finding) -> Iterator[Edit]:
    """Yield the edit of a text that YAML cuts at ` #`, or whose first word it drops."""
    old = source.lines[finding.line - 1]
    new = quote_line(old)
    if new and (edit := source.edit(finding.line, 1, old, new)):
        yield edit


def _text_value(source: Source, finding: Finding) -> Iterator[Edit]:
    """Yield the edit of a text that YAML reads as a number, or as true or false."""
    line = source.lines[finding.line - 1]
    field, value = line[: finding.column - 1], line[finding.column - 1 :].rstrip()
    is_text = field.rstrip().removesuffix(":") in _TEXTS
    if is_text and _NUMBER_OR_FLAG.fullmatch(value):
        edit = source.edit(finding.line, finding.column, value, quoted(value))
        yield from [edit] if edit else []


def _glob(source: Source, finding: Finding) -> Iterator[Edit]:
    lines = source.lines
    try:
        front = parse(split("\n".join(lines)).yaml)
    except FrontMatterError:
        return
    for entry in read_entries(front, lines):
        place = entry.place
        if (place.line, place.column) != (finding.line, finding.column):
            continue
        mended = mend_glob(entry.text)
        quote = lines[place.line - 1][place.column - 1 : place.column] in ("'", '"')
        quote = quote and not entry.text.startswith(("'", '"'))
        for written in (str, _escaped) if mended else ():
            old, new = written(entry.text), written(mended or "")
            if edit := source.edit(place.line, place.column + quote, old, new):
                yield edit
                break


def _escaped(text: str) -> str:
    """Return a text as it is written in double quotes."""
    return text.replace("\\", "\\\\")


def _escape(source: Source, finding: Finding) -> Iterator[Edit]:
    """Yield the backslash that keeps a dollar from being replaced.

    In prose, the author may mean an argument: only amounts, and positions in awk or SQL, are none.
    """
    line, start = source.lines[finding.line - 1], finding.column - 1
    found = _REPLACED.match(line, start)
    is_plain = finding.level == "error" or _AMOUNT.match(line, start) or OWN_POSITIONS.search(line)
    if found and is_plain and line[max(start - 1, 0) : start] != "\\":
        edit = source.edit(finding.line, finding.column, "$", "\\$")
        yield from [edit] if edit else []


MENDERS: dict[str, Callable[[Source, Finding], Iterator[Edit]]] = {
    "byte-order-mark": _mark,
    "client-syntax": _escape,
    "dead-glob": _glob,
    "front-matter-not-yaml": _quotes,
    "line-ends": _line_ends,
    "quotes-missing": _quotes,
    "value-cut": _whole_value,
    "wrong-type": _text_value,
}
