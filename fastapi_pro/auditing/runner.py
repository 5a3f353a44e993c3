"""From files to findings: programs are told apart, parsed and looked at, in parallel."""

import functools
import gc
import linecache
import multiprocessing
import os
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

from fastapi_pro.auditing.finding import UNREADABLE, Finding, Hit
from fastapi_pro.auditing.libraries.known_types import KnownTypes
from fastapi_pro.auditing.model.module import Module
from fastapi_pro.auditing.model.program import Program
from fastapi_pro.auditing.sources.deploy_files import belonging, is_deploy_file
from fastapi_pro.auditing.sources.parse import UnreadableError, parse, read
from fastapi_pro.auditing.sources.programs import programs
from fastapi_pro.auditing.sources.walk import display
from fastapi_pro.paths import RULES
from fastapi_pro.rulebook import slug_of

Detector = Callable[[Program], Iterator[Hit]]
_FEW = 100  # files that one process reads before others have started


def run(
    files: Sequence[Path],
    root: Path,
    jobs: int,
    context: Sequence[Path] = (),
    beside: Collection[Path] = (),
) -> list[Finding]:
    """Return what the detectors find in `files`, which are absolute paths below `root`.

    `context` are files of the same programs, understood and not reported on, but for those of
    `beside`: what starts a program is reported with its modules. Files that cannot be read or
    parsed give a finding "unreadable". `jobs` processes work.
    """
    found: list[Finding] = []
    deployed = {path for path in (*files, *context) if is_deploy_file(str(path))}
    sources = _read([path for path in files if path not in deployed], found)
    reported = {str(path) for path in files if path in deployed} | set(map(str, sources))
    sources |= _read([p for p in context if p not in sources and p not in deployed], [])
    groups = _with_deploy_files(programs(sources, root), deployed, root)
    groups = [g for g in groups if not reported.isdisjoint(map(str, g))]
    reported |= {str(path) for group in groups for path in group if path in beside}
    was_enabled = gc.isenabled()
    if jobs < 2 or sum(map(len, groups)) < _FEW:
        results = [_audit(group, root) for group in groups]
    else:
        shares = _shares(groups, jobs * 4)
        forked = multiprocessing.get_context("fork" if hasattr(os, "fork") else None)
        with ProcessPoolExecutor(jobs, mp_context=forked) as pool:
            results = list(pool.map(_audit_all, shares, [root] * len(shares)))
    if was_enabled:
        gc.enable()
    found += [finding for result in results for finding in result if finding.path in reported]
    return sorted(set(found))


def _with_deploy_files(
    groups: list[list[Path]], files: Collection[Path], root: Path
) -> list[list[Path]]:
    """Return the programs with the files that start them, and one of those that start none.

    gunicorn's file is imported by none, and belongs to what it starts.
    """
    alone = [group for group in groups if all("gunicorn" in path.name for path in group)]
    groups = [group for group in groups if group not in alone]
    starting = sorted({*files, *(path for group in alone for path in group)})
    belong = belonging(starting, groups, root)
    found = [[*group, *belong.get(index, ())] for index, group in enumerate(groups)]
    return [*found, belong[-1]] if -1 in belong else found


def _read(files: Sequence[Path], unreadable: list[Finding]) -> dict[Path, bytes]:
    """Return the contents of files; add to `unreadable` why some have none."""
    sources: dict[Path, bytes] = {}
    for path in files:
        try:
            sources[path] = read(path)
        except UnreadableError as error:
            unreadable.append(_unreadable(path, error))
    return sources


def _unreadable(path: Path, error: UnreadableError) -> Finding:
    return Finding(str(path), error.line, error.column, UNREADABLE, str(error))


def _audit_all(groups: list[list[Path]], root: Path) -> list[Finding]:
    return [finding for group in groups for finding in _audit(group, root)]


def _shares(groups: list[list[Path]], count: int) -> list[list[list[Path]]]:
    """Return the groups in `count` shares of about the same size, the largest groups first."""
    shares: list[list[list[Path]]] = [[] for _ in range(count)]
    sizes = [0] * count
    for group in sorted(groups, key=len, reverse=True):
        smallest = sizes.index(min(sizes))
        shares[smallest].append(group)
        sizes[smallest] += len(group)
    return sorted((share for share in shares if share), key=lambda share: -sum(map(len, share)))


def _audit(paths: list[Path], root: Path) -> list[Finding]:
    """Return the findings of one program."""
    gc.disable()  # the trees live until the end: collecting among them is half of the time
    found: list[Finding] = []
    modules: list[Module] = []
    files = [path for path in paths if is_deploy_file(str(path))]
    for path in paths:
        try:
            if path not in files:
                modules.append(_module(root, path))
        except UnreadableError as error:
            found.append(_unreadable(path, error))
    program = Program(modules, root, functools.partial(_load, root), KnownTypes(), files)
    found += _detect(program)
    program.forget()
    return found


def _module(root: Path, path: Path) -> Module:
    """Return the module of a file. Raises UnreadableError."""
    return Module(path, display(path, root), parse(read(path)))


def _load(root: Path, path: Path) -> Module | None:
    """Return the module of a path that an import may lead to, None where there is none."""
    try:
        return _module(root, path) if path.is_file() else None
    except (OSError, UnreadableError):
        return None


def _detect(program: Program) -> Iterator[Finding]:
    known = {module.path for module in program.modules} | set(program.files)
    for slug, detect in detectors().items():
        for path, line, offset, message, *told in detect(program):
            if path in known:
                column = _column(path, line, offset)
                yield Finding(str(path), line, column, slug, message, *told)


def _column(path: Path, line: int, offset: int) -> int:
    """Return the column of an offset that counts bytes of UTF-8, as ast does."""
    text = linecache.getline(str(path), line)
    return len(text.encode("utf-8", "replace")[:offset].decode("utf-8", "replace")) + 1


@functools.cache
def detectors() -> dict[str, Detector]:
    """Return the function `detect` of each rule's `detector.py`, by the rule's slug."""
    return {slug_of(path.parent): _detector(path) for path in sorted(RULES.glob("*/detector.py"))}


def _detector(path: Path) -> Detector:
    """Return the function `detect` of a file, which is in no package."""
    loader = SourceFileLoader(f"fastapi_pro.rules.{path.parent.name}", str(path))
    module = ModuleType(loader.name)
    loader.exec_module(module)
    detect: Detector = module.detect
    return detect
