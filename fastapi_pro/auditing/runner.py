"""From files to findings: programs are separated, parsed and audited, in parallel."""

import contextlib
import functools
import gc
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from pathlib import Path

from fastapi_pro.auditing.detectors import files_of_detectors
from fastapi_pro.auditing.finding import UNREADABLE, Finding
from fastapi_pro.auditing.model import project_files
from fastapi_pro.auditing.opened import (
    LARGE,
    Opened,
    is_of_tests,
    size_of,
    unreadable,
    wrong_with,
)
from fastapi_pro.auditing.past_audits import Known, PastAudits
from fastapi_pro.auditing.processes import CAN_COPY, beside, joined, shared
from fastapi_pro.auditing.sources.deploy_files import belonging, is_deploy_file
from fastapi_pro.auditing.sources.parse import UnreadableError, read
from fastapi_pro.auditing.sources.programs import programs
from fastapi_pro.auditing.sources.walk import display

Told = Callable[[Collection[str]], None]
_SMALL = 500_000
"""The bytes of programs that one process audits in the time in which others start."""


def run(  # noqa: PLR0913 -- three kinds of files, and how they are audited
    files: Sequence[Path],
    root: Path,
    jobs: int,
    context: Sequence[Path] = (),
    beside: Collection[Path] = (),
    *,
    slugs: Collection[str] | None = None,
    past: PastAudits | None = None,
) -> list[Finding]:
    """Return what the detectors find in `files`, which are absolute paths below `root`.

    `context` are other files of the same programs: they are read, but get no findings, except those
    of `beside`: what starts a program is reported with its modules. Files that cannot be read or
    parsed give a finding "unreadable". `jobs` processes work. Only the rules of `slugs` are asked,
    or all. What `past` knows is not looked for again.
    """
    found: list[Finding] = []
    deployed = {path for path in (*files, *context) if is_deploy_file(str(path))}
    sources = read_all([path for path in files if path not in deployed], found)
    reported = {str(path) for path in files if path in deployed} | set(map(str, sources))
    sources |= read_all([p for p in context if p not in sources and p not in deployed], [])
    groups = [g for g in grouped(sources, deployed, root) if not reported.isdisjoint(map(str, g))]
    del sources  # of a large project many megabytes, which the modules read again
    reported |= {str(path) for group in groups for path in group if path in beside}
    known = past.find(groups, project_files.view(), slugs) if past is not None else None
    if known is None:
        known = Known(audit(groups, root, jobs, slugs), slugs)
        if past is not None:
            past.keep(groups, project_files.answers(), known)
    found += [finding for finding in known.of(slugs) if is_reported(finding, reported)]
    return sorted(set(found))


def unparsed(files: Iterable[Path], root: Path, known: Iterable[Finding]) -> list[Finding]:
    """Return a finding for each of these files that cannot be parsed, if findings have none for it.

    A file that belongs to no program would not be parsed otherwise.
    """
    told = {finding.path for finding in known if finding.slug == UNREADABLE}
    named = [p for p in files if str(p) not in told and not is_deploy_file(str(p))]
    wrong = ((path, wrong_with(source)) for path, source in read_all(named, []).items())
    return [unreadable(p, error, display(p, root)) for p, error in wrong if error is not None]


def grouped(sources: dict[Path, bytes], deployed: Collection[Path], root: Path) -> list[list[Path]]:
    """Return the programs with the files that start them, and one with the files that start none.

    gunicorn's configuration is imported by no module, and belongs to the program that it starts.
    """
    groups = programs(sources, root)
    alone = [group for group in groups if all("gunicorn" in path.name for path in group)]
    groups = [group for group in groups if group not in alone]
    starting = sorted({*deployed, *(path for group in alone for path in group)})
    belong = belonging(starting, groups, root)
    found = [[*group, *belong.get(index, ())] for index, group in enumerate(groups)]
    return [*found, belong[-1]] if -1 in belong else found


def is_reported(finding: Finding, files: Collection[str]) -> bool:
    """Say whether a finding is in one of the files to report on."""
    return finding.path in files


def audit(
    groups: list[list[Path]], root: Path, jobs: int, slugs: Collection[str] | None = None
) -> list[Finding]:
    """Return the findings of programs, those of some rules or of all.

    `jobs` processes work where that saves time.
    """
    with uncollected():
        jobs = processes_for(groups, jobs)
        if jobs == 1:
            return audit_one_by_one(groups, root, slugs)
        return _in_parallel(groups, root, jobs, slugs)


@contextlib.contextmanager
def uncollected() -> Iterator[None]:
    """Collect no garbage: trees live until the end, and to look among them is half of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def processes_for(groups: Iterable[Iterable[Path]], jobs: int) -> int:
    """Return with how many processes programs are audited soonest, `jobs` at most."""
    return jobs if CAN_COPY and size_of(groups) >= _SMALL else 1


def _in_parallel(
    groups: list[list[Path]], root: Path, jobs: int, slugs: Collection[str] | None
) -> list[Finding]:
    """Return the findings of programs, with the work shared among processes.

    If one program is most of the work, it is parsed here, and its rules are shared among copies of
    this process. Another process meanwhile handles the other programs.
    """
    large = _most_of(groups, jobs)
    others = [group for group in groups if group is not large]
    audit_share = functools.partial(audit_one_by_one, root=root, slugs=slugs)
    if not large:
        return [*shared(_shares_of(others, jobs * 4), audit_share, jobs)]
    copies = [beside(functools.partial(audit_share, others))] if others else []
    found = by_rules(open_all([large], root), jobs, slugs)
    return [*found, *(finding for copy in copies for finding in joined(copy))]


def by_rules(
    programs: Sequence[Opened],
    jobs: int,
    slugs: Collection[str] | None = None,
    tell: Told = lambda _: None,
) -> list[Finding]:
    """Return the findings of programs, with the rules shared by processes.

    Each process tells at once which rules have found something.
    """
    asked = [slug for slug in all_rules() if slugs is None or slug in slugs]
    of_tests = [s for s in asked if is_of_tests(s) or s == UNREADABLE]  # they parse tests
    tasks = [*([slug] for slug in asked if slug not in of_tests), of_tests]

    def detect(task: list[str]) -> list[Finding]:
        found = [finding for opened in programs for finding in opened.detect(task)]
        tell({finding.slug for finding in found})
        return found

    return [*shared(tasks, detect, jobs)]


def all_rules() -> dict[str, None]:
    """Return the slugs of all rules that have a detector, and of unreadable files, in order."""
    return dict.fromkeys([*files_of_detectors(), UNREADABLE])


def _most_of(groups: list[list[Path]], jobs: int) -> list[Path]:
    """Return the program that would keep one process busy after the others are done, if any.

    A very large program does not count: each process would need its own memory for it.
    """
    sizes = [size_of([group]) for group in groups]
    size = max(sizes, default=0)
    is_most = sum(sizes) < jobs * size < jobs * LARGE
    return groups[sizes.index(size)] if is_most else []


def read_all(files: Sequence[Path], missing: list[Finding]) -> dict[Path, bytes]:
    """Return the contents of files; add to `missing` why some have none."""
    sources: dict[Path, bytes] = {}
    for path in files:
        try:
            sources[path] = read(path)
        except UnreadableError as error:
            missing.append(unreadable(path, error))
    return sources


def audit_one_by_one(
    groups: list[list[Path]], root: Path, slugs: Collection[str] | None = None
) -> list[Finding]:
    """Return the findings of programs, those of some rules or of all, without another process."""
    return [finding for group in groups for finding in _audit(group, root, slugs)]


def open_all(groups: list[list[Path]], root: Path, parsed: Sequence[Opened] = ()) -> list[Opened]:
    """Parse programs, and compute what all detectors need.

    Modules with the text that they have in `parsed` are taken from there, and leave those programs.
    """
    known = {path: module for opened in parsed for path, module in opened.known.items()}
    found = [Opened(group, root, known) for group in groups]
    for opened in found:
        opened.index()
    return found


def _shares_of(groups: list[list[Path]], count: int) -> list[list[list[Path]]]:
    """Return the groups in `count` shares of about the same size, the largest groups first."""
    shares: list[list[list[Path]]] = [[] for _ in range(count)]
    sizes = [0] * count
    for group in sorted(groups, key=len, reverse=True):
        smallest = sizes.index(min(sizes))
        shares[smallest].append(group)
        sizes[smallest] += len(group)
    return sorted((share for share in shares if share), key=lambda share: -sum(map(len, share)))


def _audit(paths: list[Path], root: Path, slugs: Collection[str] | None) -> list[Finding]:
    """Return the findings of one program; its trees are dropped before the next one is opened.

    The trees of the last program stay: the process ends.
    """
    while _done:
        _done.pop().close()
    opened = Opened(paths, root)
    _done.append(opened)
    return opened.detect(slugs)


_done: list[Opened] = []
