"""What an audit finds now, and what it would have found at a commit.

Only programs with a changed file are audited. Both audits run at once: the one of the commit in
processes of its own, which see the files as they were. Results of past audits of the same files are
reused.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi_pro.auditing import runner
from fastapi_pro.auditing.detectors import detectors
from fastapi_pro.auditing.finding import Finding
from fastapi_pro.auditing.model import project_files
from fastapi_pro.auditing.model.project_files import Answers
from fastapi_pro.auditing.past_audits import Known, PastAudits
from fastapi_pro.auditing.processes import pool_of
from fastapi_pro.auditing.sources.deploy_files import may_be_deploy_file
from fastapi_pro.auditing.sources.git import Changes
from fastapi_pro.auditing.sources.programs import are_joined_alike
from fastapi_pro.auditing.sources.walk import LEFT_ALONE

if TYPE_CHECKING:
    from concurrent.futures import Future, ProcessPoolExecutor

NOT_READ = {
    ".css", ".csv", ".gif", ".html", ".ico", ".jpg", ".js", ".json", ".jsx", ".md", ".png", ".rst",
    ".svg", ".ts", ".tsx", ".vue",
}  # fmt: skip
"""The suffixes of files that no rule reads: if only these change, nothing is new."""


def _is_read(path: Path, root: Path) -> bool:
    is_of_github = ".github" in path.parts[len(root.parts) :]
    return path.suffix == ".py" or not (is_of_github or path.suffix in NOT_READ)


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two audits: its findings, with absolute paths, and the files it looked at."""

    findings: list[Finding]
    sources: dict[Path, bytes]


def both_sides(
    files: Collection[Path], root: Path, jobs: int, changes: Changes, past: PastAudits
) -> tuple[Side, Side]:
    """Return the findings in the files of a project now, and those at the commit.

    Findings that both have may be missing in both. This process sees the files as `changes.now` has
    them.
    """
    files = _as_they_are(files, root, changes)
    changed = {path for path in changes.old if path in files or path.is_relative_to(root)}
    if not any(_is_read(path, root) for path in changed):
        return Side([], {}), Side([], {})
    unreadable: list[Finding] = []
    now = runner.read_all(sorted(files), unreadable)
    old = {p: c for p, c in changes.old.items() if p in files or _is_audited(p, root)}
    before = {path: content for path, content in now.items() if path not in changes.old}
    before |= {path: content for path, content in old.items() if content is not None}
    groups = _groups(now, root)
    old_groups = groups if _are_joined_alike(now, before, changed) else _groups(before, root)
    touched = _touched([*groups, *old_groups], changed, root)
    groups, old_groups = _holding(groups, touched), _holding(old_groups, touched)
    commit = _Commit(old_groups, root, changes.now | changes.old, max(1, jobs // 2))
    found, old_found = _audit(groups, root, jobs, commit, past)
    found += [f for f in unreadable if Path(f.path) in changed]
    looked_at = touched | changed
    return (
        Side(found, {path: content for path, content in now.items() if path in looked_at}),
        Side(old_found, {path: content for path, content in before.items() if path in touched}),
    )


def _as_they_are(files: Collection[Path], root: Path, changes: Changes) -> set[Path]:
    """Return the files, without those that are only on the disk."""
    staged = {path for path, content in changes.now.items() if content is not None}
    return {path for path in files if path not in changes.now or path in staged} | {
        path for path in staged if _is_audited(path, root)
    }


def _groups(sources: Mapping[Path, bytes], root: Path) -> list[list[Path]]:
    deployed = {path for path in sources if path.suffix != ".py" and may_be_deploy_file(str(path))}
    code = {path: content for path, content in sources.items() if path not in deployed}
    return runner.grouped(code, deployed, root)


def _are_joined_alike(
    now: Mapping[Path, bytes], before: Mapping[Path, bytes], changed: Collection[Path]
) -> bool:
    """Say whether both versions of the files make the same programs: faster than building them."""
    files = [path for path in changed if path in now]
    is_code = all(path.suffix == ".py" for path in files)
    return (
        now.keys() == before.keys()
        and is_code
        and all(are_joined_alike(path, now[path], before[path]) for path in files)
    )


def _is_audited(path: Path, root: Path) -> bool:
    is_read = path.suffix == ".py" or may_be_deploy_file(str(path))
    if not is_read or not path.is_relative_to(root):
        return False
    return LEFT_ALONE.isdisjoint(path.relative_to(root).parts)


def _touched(groups: list[list[Path]], changed: set[Path], root: Path) -> set[Path]:
    """Return the files of the programs that a change may touch; a manifest touches all."""
    if any(path.suffix != ".py" and _is_read(path, root) for path in changed):
        return {path for group in groups for path in group}
    return {path for group in groups if not changed.isdisjoint(group) for path in group}


def _holding(groups: list[list[Path]], touched: set[Path]) -> list[list[Path]]:
    return [group for group in groups if not touched.isdisjoint(group)]


def _audit(
    groups: list[list[Path]], root: Path, jobs: int, commit: "_Commit", past: PastAudits
) -> tuple[list[Finding], list[Finding]]:
    """Return the findings of both sides, without those that past audits know.

    For the commit, only the rules that find something now may be asked.
    """
    if not groups:
        return [], []
    is_small = sum(map(len, groups)) < runner.FEW
    known = past.find(groups, project_files.view())
    old = past.find(commit.groups, project_files.View(commit.files), ())
    if known is None:
        detectors()  # before there are copies of this process
    with commit:
        if old is None and jobs > 1:
            commit.begin(is_small=is_small)
        if known is None:
            known = Known(runner.audit(groups, root, jobs))
            past.keep(groups, project_files.answers(), known)
        slugs = None if is_small else known.slugs
        if old is None or not old.answers(slugs):
            old, answers = commit.audit(slugs)
            past.keep(commit.groups, answers, old)
    return known.findings, old.findings


class _Commit:
    """The audit of programs as they were, in processes that see the old `files`; a context."""

    def __init__(
        self, groups: list[list[Path]], root: Path, files: Mapping[Path, bytes | None], jobs: int
    ) -> None:
        self.groups, self.files, self._root = groups, files, root
        self._shares = runner.shares_of(groups, jobs)
        self._pools: list[ProcessPoolExecutor] = []
        self._asked: list[Future[tuple[list[Finding], Answers | None]]] = []

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        for pool in self._pools:
            pool.shutdown()

    def begin(self, *, is_small: bool) -> None:
        """Begin while this process does something else.

        For small programs, all rules run: otherwise the other cores have nothing to do.
        """
        self._start()
        if is_small:
            self._ask(None)
        else:
            for pool, share in zip(self._pools, self._shares, strict=True):
                pool.submit(runner.open_ahead, share, self._root)

    def audit(self, slugs: Collection[str] | None) -> tuple[Known, Answers | None]:
        """Return what these rules, or all, find, and which files they read for it."""
        if not self._pools:
            self._start()
        if not self._asked:
            self._ask(slugs)
        results = [future.result() for future in self._asked]
        found = [finding for findings, _ in results for finding in findings]
        answers: Answers = {}
        for _, asked in results:
            if asked is None:
                return Known(found, slugs), None
            answers |= asked
        return Known(found, slugs), answers

    def _start(self) -> None:
        for _ in self._shares:
            self._pools.append(pool_of(1, self.files))
            self._pools[-1].submit(int).result()  # a copy made now is a small one

    def _ask(self, slugs: Collection[str] | None) -> None:
        for pool, share in zip(self._pools, self._shares, strict=True):
            self._asked.append(pool.submit(runner.audit_watched, share, self._root, slugs))
