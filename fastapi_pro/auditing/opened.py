"""A parsed program, and what is found in it."""

import ast
import functools
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from fastapi_pro.auditing.applicability import applied, assumed
from fastapi_pro.auditing.detectors import Detector, detectors
from fastapi_pro.auditing.finding import UNREADABLE, Finding
from fastapi_pro.auditing.libraries.known_types import KnownTypes
from fastapi_pro.auditing.model import project_files
from fastapi_pro.auditing.model.module import Module, is_test
from fastapi_pro.auditing.model.program import Program
from fastapi_pro.auditing.sources.deploy_files import is_deploy_file
from fastapi_pro.auditing.sources.parse import (
    TEMPLATE,
    UnreadableError,
    check,
    lines_of,
    parse,
    parse_compactly,
    read,
)
from fastapi_pro.auditing.sources.walk import display

Parse = Callable[[bytes], ast.Module]
LARGE = 8_000_000
"""The bytes of the largest programs that are not spared memory, and that processes share."""


class Opened:
    """A parsed program, and what is found in it."""

    def __init__(
        self, paths: list[Path], root: Path, known: Mapping[Path, Module] | None = None
    ) -> None:
        self._unreadable_code: list[Finding] = []
        modules: list[Module] = []
        files = [path for path in paths if is_deploy_file(str(path))]
        self._files = frozenset(files)
        self._read: dict[Path, list[str]] = {}
        self._sound_tests: set[Path] = set()
        self._is_large = size_of([paths]) > LARGE
        self._make = parse_compactly if self._is_large else parse
        for path in paths:
            try:
                if path not in self._files:
                    modules.append(_module(root, self._make, path, known or {}))
            except UnreadableError as error:
                self._unreadable_code.append(unreadable(path, error, display(path, root)))
        self._join(modules, root)

    def _join(self, modules: list[Module], root: Path) -> None:
        self.known = {module.path: module for module in modules}
        load = functools.partial(_load, root, self._make)
        self._program = Program(modules, root, load, KnownTypes(), sorted(self._files))

    def index(self) -> None:
        """Compute what all detectors need."""
        for module in self._program.code:
            module.calls_by_name  # noqa: B018 -- it is kept

    def detect(self, slugs: Collection[str] | None = None) -> list[Finding]:
        """Return what the detectors of some rules find, or those of all; also unreadable files."""
        asked = detectors(slugs)
        of_tests = [slug for slug in asked if is_of_tests(slug)]
        found = [finding for slug in of_tests for finding in self._told(slug, asked[slug])]
        if of_tests and self._is_large:
            self._drop_tests()
        rest = [slug for slug in asked if not is_of_tests(slug)]
        found += [finding for slug in rest for finding in self._told(slug, asked[slug])]
        return found + self._unreadable() if slugs is None or UNREADABLE in slugs else found

    def _drop_tests(self) -> None:
        """Drop the trees of tests, which only their rules need, with all that was computed."""
        self._sound_tests = {m.path for m in self.known.values() if m.is_test and _is_sound(m)}
        before, modules = self._program, []
        for old in before.modules:
            module = Module(old.path, old.name, old.source, functools.partial(_parse, self._make))
            if not old.is_test:
                module.tree = old.tree
            modules.append(module)
        root = before.root
        before.forget()
        self._join(modules, root)

    def _told(self, slug: str, detect: Detector) -> Iterator[Finding]:
        """Yield what the detector of a rule finds; once what depends on versions not known."""
        first = next(iter(self.known.values()), None)
        has_assumed = False
        for hit in detect(self._program):
            is_file = hit.path in self._files
            module = first if is_file else self.known.get(hit.path)
            kept = applied(hit, slug, module) if module is not None else hit if is_file else None
            version = assumed(slug, module) if kept is not None and module is not None else ""
            if kept is None or (version and has_assumed):
                continue
            has_assumed = has_assumed or bool(version)
            path, line, offset, message, *more = kept
            if version:
                message = f"{message} (with {version}: folders beside name several versions)"
            column = _column(self._lines(path), line, offset)
            yield Finding(str(path), line, column, slug, message, *more)

    def _unreadable(self) -> list[Finding]:
        """Return the files that cannot be read or parsed, including tests that nothing needed."""
        known = [m for m in self.known.values() if m.path not in self._sound_tests]
        tests = [module for module in known if module.is_test and not _is_sound(module)]
        wrong = ((test, wrong_with(test.source)) for test in tests)
        return self._unreadable_code + [
            unreadable(test.path, error, test.name) for test, error in wrong if error is not None
        ]

    def _lines(self, path: Path) -> list[str]:
        if path not in self._read:
            self._read[path] = lines_of(path)
        return self._read[path]

    def close(self) -> None:
        """Drop the trees."""
        self._program.forget()


def _module(root: Path, make: Parse, path: Path, parsed: Mapping[Path, Module]) -> Module:
    """Return the module of a file. Raises UnreadableError."""
    source = read(path)
    if path in parsed and parsed[path].source == source:
        return parsed[path]
    module = Module(path, display(path, root), source, functools.partial(_parse, make))
    if not module.is_test:
        module.tree = make(module.source)
    return module


def _parse(make: Parse, source: bytes) -> ast.Module:
    """Return the tree of a test when it is needed; an empty one if the test cannot be parsed."""
    try:
        return make(source)
    except UnreadableError:
        return ast.Module([], [])


def _load(root: Path, make: Parse, path: Path) -> Module | None:
    """Return the module at a path that an import may lead to, None if there is none."""
    try:
        return _module(root, make, path, {}) if project_files.is_file(path) else None
    except (OSError, UnreadableError):
        return None


def _is_sound(test: Module) -> bool:
    """Say whether a test was parsed, and could be."""
    return test.was_parsed and bool(test.tree.body)


def _column(lines: Sequence[str], line: int, offset: int) -> int:
    """Return the column of an offset that counts bytes of UTF-8, as ast does."""
    text = lines[line - 1] if 0 < line <= len(lines) else ""
    return len(text.encode("utf-8", "replace")[:offset].decode("utf-8", "replace")) + 1


def wrong_with(source: bytes) -> UnreadableError | None:
    """Return why a test cannot be parsed."""
    try:
        check(source)
    except UnreadableError as error:
        return error
    return None


def unreadable(path: Path, error: UnreadableError, name: str = "") -> Finding:
    """Return the finding for an unreadable file; its path below the root, `name`, tells a test."""
    told = str(error)
    is_generated = told.startswith("larger than")
    is_template = "{{" in str(path) or error.fix == TEMPLATE
    severity = "low" if is_generated or is_template or is_test(name) else ""
    fix = TEMPLATE if is_template else error.fix
    cause = told.partition(":")[0] if ":" in told else ""
    place = (str(path), error.line, error.column)
    return Finding(*place, UNREADABLE, told, severity, fix, cause)


def is_of_tests(slug: str) -> bool:
    """Say whether a rule is about tests: only these rules need the trees of tests."""
    return slug.startswith("tests-")


def size_of(groups: Iterable[Iterable[Path]]) -> int:
    """Return how many bytes programs have."""
    return sum(_size(path) for group in groups for path in group)


def _size(path: Path) -> int:
    try:
        return project_files.size(path)
    except OSError:
        return 0
