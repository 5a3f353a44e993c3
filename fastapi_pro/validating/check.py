"""Check one skill: read its SKILL.md, and collect the findings of all checks."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from fastapi_pro.validating.body import check_links, check_mentions, check_size
from fastapi_pro.validating.codes import Code
from fastapi_pro.validating.contract import (
    KNOWN_KEYS,
    Problem,
    check_effects,
    check_fields,
    check_open_standard,
    check_tools,
    check_unknown_keys,
    check_words,
    is_borne,
    is_ignored,
)
from fastapi_pro.validating.folders.hooks import check_front_hooks
from fastapi_pro.validating.folders.reading import FrontFile, Path_, walk
from fastapi_pro.validating.frontmatter import (
    MISSING,
    NOT_YAML,
    TOP,
    UNCLOSED,
    FrontMatter,
    FrontMatterError,
    Place,
    SkillText,
    parse,
    split,
)
from fastapi_pro.validating.gate import Answer, check_paths, try_file
from fastapi_pro.validating.replaced import check_replaced
from fastapi_pro.validating.report import BODY, Finding, Level, dotted, folded
from fastapi_pro.validating.yaml_traps import check_cut_values, check_early_end

MAX_BYTES = 256 * 1024
NAME = "SKILL.md"
UNREADABLE: Code = "unreadable"
TOO_LARGE: Code = "file-too-large"
_NOT_READ = {UNREADABLE, TOO_LARGE, "front-matter-too-large"}
QUOTES_MISSING: Code = "quotes-missing"
"""A value that Claude Code reads as if it were in quotes, and that other YAML readers refuse."""
_NO_FIELDS = Finding(
    "", 1, 1, MISSING,
    "there are no fields: the client uses the folder's name and the first line of the text",
    "write --- on the very first line, then name and description, then --- again",
)  # fmt: skip
_COLLECTION_MARKS = (".claude", ".claude-plugin", "skills")
"""What is in a folder that holds other skills besides its own SKILL.md."""
_CHECKOUT_MARKS = (".git", ".claude-plugin")


@dataclass(frozen=True)
class Options:
    """What to make an error: fields that are not portable, a body that is too long."""

    strict_spec: bool = False
    max_size_error: bool = False

    @property
    def unportable(self) -> Level:
        """The level of what Claude Code loads, and the open standard or another client does not."""
        return "error" if self.strict_spec else "not-portable"


def find_skills(folder: Path) -> Iterator[Path]:
    """Yield the SKILL.md of `folder`, and if it is more than one skill, each one below it.

    Links are followed once.
    """
    is_skill = os.path.lexists(folder / NAME)
    if is_skill and not any(os.path.lexists(folder / mark) for mark in _COLLECTION_MARKS):
        yield folder / NAME
        return
    for here, names in walk(folder):
        if NAME in names:
            yield here / NAME


def check_skill(file: Path, shown: str, options: Options) -> list[Finding]:
    """Return what is wrong with the skill of `file`, a SKILL.md; findings call it `shown`."""
    try:
        raw = _read(file)
    except FrontMatterError as error:
        level: Level = "warning" if error.code == TOO_LARGE else "error"  # the client does read it
        return [replace(_refusal(error, shown), level=level)]
    return folded(check_text(raw, file, shown, options))


def check_text(raw: str, file: Path, shown: str, options: Options) -> list[Finding]:
    """Return what would be wrong with the skill of `file` if `raw` were its text."""
    try:
        text = _unix(raw)
        parts = split(text)
    except FrontMatterError as error:
        return [_refusal(error, shown)]
    size_level: Level = "error" if options.max_size_error else "warning"
    found = [
        *check_size(parts.body, parts.body_line, shown, size_level),
        *check_early_end(parts.yaml, shown),
        *_check_ends(parts, raw, shown, options.unportable),
        *check_links(parts.body, file, file.parent, shown, options.unportable),
        *check_mentions(parts.body, file.parent, shown),
        *_check_pages(file.parent, Path(shown).parent, options.unportable),
    ]
    front = FrontMatter()
    try:
        front = parse(parts.yaml)
    except FrontMatterError as error:
        found.append(_dropped(error, shown))
    else:
        found += [_twice(path, error, shown, options) for path, error in front.twice.items()]
        found += check_paths(front, text.split("\n"), shown)
        found += check_cut_values(parts.yaml, shown) if front.mended is None else []
        found += _check_front(front, file, shown, options)
    found += check_replaced(parts.body, front.values, file, shown)
    return sorted({_with_field(finding, front, parts.body_line, shown) for finding in found})


def _with_field(finding: Finding, front: FrontMatter, body_line: int, shown: str) -> Finding:
    """Return the finding with the field in which it stands."""
    if finding.field:
        return finding
    if finding.path != shown or finding.line >= body_line:
        return replace(finding, field=BODY)
    return replace(finding, field=front.field_at(finding.line, finding.column))


def try_skill(file: Path, shown: str, wanted: list[str]) -> list[Answer]:
    """Return for each file in `wanted` whether it opens the gate of this skill, and why."""
    try:
        text = _unix(_read(file))
        front = parse(split(text).yaml)
    except FrontMatterError as error:
        is_read = error.code not in _NOT_READ
        why = error.message
        if is_read:
            why = f"always listed, but without its fields, which the client drops: {why}"
        return [Answer(shown, name, opens=is_read, glob=None, why=why) for name in wanted]
    return [try_file(front, text.split("\n"), shown, name) for name in wanted]


def _check_ends(parts: SkillText, raw: str, shown: str, level: Level) -> Iterator[Finding]:
    """Yield what some readers do not accept before and after the front matter."""
    if raw.startswith("\ufeff"):
        message = "Claude Code of May 2026 does not see front matter after a byte order mark"
        fix = "save the file as UTF-8 without the mark"
        yield Finding(shown, 1, 1, "byte-order-mark", message, fix, level)
    if parts.end:
        message = (
            f"`{parts.end.strip()}` ends the front matter for Claude Code, not for other readers"
        )
        where, fix = parts.body_line, "put --- alone on its line"
        yield Finding(shown, where, 1, UNCLOSED, message, fix, level)


def _read(file: Path) -> str:
    """Return the text of `file`.

    Raises FrontMatterError for what cannot be read as a text of reasonable size.
    """
    fix = "make it a plain file that can be read"
    try:
        is_plain = stat.S_ISREG(file.stat().st_mode)  # to open a FIFO may wait for ever
        raw = _begin(file) if is_plain else b""
    except OSError as error:
        reason = error.strerror or "it cannot be opened"
        raise FrontMatterError(TOP, UNREADABLE, reason, fix) from None
    if not is_plain:
        raise FrontMatterError(TOP, UNREADABLE, "it is not a plain file", fix)
    if len(raw) > MAX_BYTES:
        message = f"the file is larger than {MAX_BYTES // 1024} KiB"
        fix = "keep at most 500 lines, and move the rest to files in references/"
        raise FrontMatterError(TOP, TOO_LARGE, message, fix)
    bad = raw.find(b"\0", 0, raw.find(b"\n---"))  # in the body, the client accepts it
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        bad = error.start
    if bad >= 0:
        before = _normal(raw[:bad].decode("utf-8", "replace"))
        place = Place(before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1)
        message = f"byte {raw[bad]:#04x} is not UTF-8 text: the client reads another character"
        raise FrontMatterError(place, "not-text", message, "save the file as UTF-8 text")
    return text


def _unix(text: str) -> str:
    r"""Return the text without a byte order mark, its lines ending at `\n`.

    Raises FrontMatterError if the client sees it as a single line.
    """
    if "\n" not in text and "\r" in text:
        message = "the lines end with CR: the client sees a single line, and no front matter"
        raise FrontMatterError(TOP, "line-ends", message, "save it with Unix line ends (LF)")
    return _normal(text.removeprefix("\ufeff"))


def _begin(file: Path) -> bytes:
    with file.open("rb") as stream:
        return stream.read(MAX_BYTES + 1)


def _normal(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _check_pages(skill: Path, shown: Path, unportable: Level) -> Iterator[Finding]:
    """Yield what is wrong with the links of the pages in references/."""
    for page in sorted(skill.glob("references/**/*.md")):
        path = str(shown / page.relative_to(skill))
        try:
            yield from check_links(_unix(_read(page)), page, skill, path, unportable)
        except FrontMatterError as error:
            if error.code != TOO_LARGE:  # it is read in parts, if at all
                yield replace(_refusal(error, path), level="warning")


def _check_front(front: FrontMatter, file: Path, shown: str, options: Options) -> list[Finding]:
    values, level = front.values, options.unportable
    if not values:
        return [replace(_NO_FIELDS, path=shown, level=level)]
    fields = check_fields(values)
    told = {problem.path[0] for problem in fields}
    unknown = check_unknown_keys(values)
    if not options.strict_spec:
        told |= values.keys() - set(KNOWN_KEYS)
    open_standard = [p for p in check_open_standard(values) if p.path[0] not in told]
    found = [_at_field(problem, front, shown, level) for problem in fields]
    found += [_at_value(problem, front, shown, "warning") for problem in check_effects(values)]
    found += [_at_value(problem, front, shown, level) for problem in check_words(values)]
    found += check_front_hooks(FrontFile(shown, front))
    if front.mended is not None:
        refusal = _refusal(front.mended, shown)
        message = f"{refusal.message}; Claude Code still reads it, other clients may not"
        found.append(replace(refusal, message=message, code=QUOTES_MISSING, level=level))
    found += [_at_value(problem, front, shown, "warning") for problem in check_tools(values)]
    found += [_at_key(problem, front, shown, "warning") for problem in unknown]
    found += _empty(front, shown, told)
    if options.strict_spec:
        found += [_at_key(problem, front, shown, "error") for problem in open_standard]
    elif open_standard:
        names = ", ".join(f"`{problem.path[0]}`" for problem in open_standard)
        message = f"{names} break the open standard, so other clients may refuse the skill"
        if len(open_standard) == 1:
            message = open_standard[0].message
        first = Problem(open_standard[0].path, "not-portable", message, open_standard[0].fix)
        found.append(_at_key(first, front, shown, "not-portable"))
    if "name" not in told:
        found += _check_folder(front, file, shown, level)
    return found


def _empty(front: FrontMatter, shown: str, told: set[str | int]) -> Iterator[Finding]:
    for key, value in front.values.items():
        if value is None and key not in told:
            counts = "false, so users cannot call it" if key == "user-invocable" else "absent"
            where, message = (
                front.keys[key],
                f"`{key}` has no value; the client reads it as {counts}",
            )
            fix = "give it a value, or remove it"
            yield Finding(shown, where.line, where.column, "empty-value", message, fix, "warning")


def _check_folder(front: FrontMatter, file: Path, shown: str, level: Level) -> Iterator[Finding]:
    """Yield a finding if the folder has another name; in the client both names call the skill.

    The root of a checkout or plugin may have any name.
    """
    name = front.values.get("name")
    folder = Path(os.path.abspath(file)).parent  # noqa: PTH100 -- resolve() would follow links: the client sees the link's name
    free = any(os.path.lexists(folder / mark) for mark in _CHECKOUT_MARKS)
    if name is None or free or name == folder.name:
        return
    where = front.place(("name",))
    message = f"`name` is {name}, but the folder is called {folder.name}"
    fix = "give both the same name, as the open standard requires"
    yield Finding(shown, where.line, where.column, "name-not-folder", message, fix, level)


def _refusal(error: FrontMatterError, shown: str) -> Finding:
    where = error.place
    return Finding(shown, where.line, where.column, error.code, error.message, error.fix)


def _twice(path: Path_, error: FrontMatterError, shown: str, options: Options) -> Finding:
    """Return the finding of a key that is there twice; other readers than the client refuse it."""
    level: Level = "error" if path[0] in KNOWN_KEYS else options.unportable
    return replace(_refusal(error, shown), level=level)


def _dropped(error: FrontMatterError, shown: str) -> Finding:
    """Return the finding that the client reads none of the fields."""
    told = _refusal(error, shown)
    if error.code != NOT_YAML:
        return told
    return replace(told, message=f"{told.message}: the client drops all fields")


def _at_field(problem: Problem, front: FrontMatter, shown: str, level: Level) -> Finding:
    """Return the finding of a wrong field; `level` is used if the client accepts the value."""
    if is_borne(problem, front.values):
        return _at_value(problem, front, shown, level)
    if problem.code in ("wrong-type", "wrong-value"):
        problem = replace(problem, message=f"{problem.message}; the client ignores it")
    return _at_value(problem, front, shown, "warning" if is_ignored(problem) else "error")


def _at_value(problem: Problem, front: FrontMatter, shown: str, level: Level) -> Finding:
    where = front.place(problem.path)
    return _place(problem, where, shown, level)


def _at_key(problem: Problem, front: FrontMatter, shown: str, level: Level) -> Finding:
    return _place(problem, front.keys.get(str(problem.path[0]), TOP), shown, level)


def _place(problem: Problem, where: Place, shown: str, level: Level) -> Finding:
    code, message, fix, field = problem.code, problem.message, problem.fix, dotted(problem.path)
    return Finding(shown, where.line, where.column, code, message, fix, level, field)
