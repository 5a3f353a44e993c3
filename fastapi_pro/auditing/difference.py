"""What an audit finds now, and what it would have found at a commit.

Only programs with a changed file are audited. Both audits run at once: the one of the commit in a
copy of this process, which sees the files as they were. Results of past audits of the same files
are reused.
"""

import itertools
import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fastapi_pro.auditing import runner
from fastapi_pro.auditing.finding import Finding
from fastapi_pro.auditing.model import project_files
from fastapi_pro.auditing.model.project_files import Answers
from fastapi_pro.auditing.opened import LARGE, Opened, size_of
from fastapi_pro.auditing.past_audits import Known, PastAudits
from fastapi_pro.auditing.processes import CAN_COPY, Copy
from fastapi_pro.auditing.sources.deploy_files import may_be_deploy_file
from fastapi_pro.auditing.sources.git import Changes
from fastapi_pro.auditing.sources.programs import are_joined_alike
from fastapi_pro.auditing.sources.walk import LEFT_ALONE

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
    commit = _Commit(old_groups, root, changes.now | changes.old)
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

    At the commit, only the rules that find something now are asked.
    """
    if not groups:
        return [], []
    known = past.find(groups, project_files.view())
    old = past.find(commit.groups, project_files.View(commit.files), ())
    is_first = known is None and old is None
    if is_first and jobs > 1 and CAN_COPY and size_of(groups) <= LARGE:
        found, (old, answers) = _at_once(groups, root, jobs, commit)
        past.keep(groups, project_files.answers(), Known(found))
        past.keep(commit.groups, answers, old)
        return found, old.findings
    if known is None:
        known = Known(runner.audit(groups, root, jobs))
        past.keep(groups, project_files.answers(), known)
    if old is None or not old.answers(known.slugs):
        old, answers = commit.audit(known.slugs, jobs)
        past.keep(commit.groups, answers, old)
    return known.findings, old.findings


_Seen = tuple[Known, Answers | None]
"""What is found, and the questions about files behind it."""
_FIRST = "blocking-call-in-async"
"""The rule that asks for most of what other rules ask for: who calls whom, what runs for a request.

It is asked before this process is copied, so the copies know the answers too. The process that
audits the commit asks it at once: otherwise it would wait.
"""


def _at_once(
    groups: list[list[Path]], root: Path, jobs: int, commit: "_Commit"
) -> tuple[list[Finding], _Seen]:
    """Return what is found now, and at the commit.

    A rule that finds something now is asked about the commit at once, by another process.
    """
    with runner.uncollected():
        programs = runner.open_all(groups, root)
        asked, ask = os.pipe()

        def follow() -> _Seen:
            os.close(ask)
            with open(asked, encoding="ascii") as slugs:  # noqa: PTH123 -- a number, not a path
                return commit.follow(itertools.chain([_FIRST], map(str.strip, slugs)), programs)

        copy = Copy(follow)
        os.close(asked)

        def tell(slugs: Iterable[str]) -> None:
            os.write(ask, "".join(f"{slug}\n" for slug in slugs).encode())

        try:
            found = runner.by_rules(programs, 1, {_FIRST}, tell)
            jobs = runner.processes_for(groups, jobs)
            found += runner.by_rules(programs, jobs, runner.all_rules().keys() - {_FIRST}, tell)
        finally:
            os.close(ask)
        return found, copy.result()


class _Commit:
    """The audit of programs as they were, by a process that sees the old `files`."""

    def __init__(
        self, groups: list[list[Path]], root: Path, files: Mapping[Path, bytes | None]
    ) -> None:
        self.groups, self.files, self._root = groups, files, root

    def audit(self, slugs: Collection[str], jobs: int) -> _Seen:
        """Return what these rules find."""

        def look() -> _Seen:
            self._look_back()
            found = runner.audit(self.groups, self._root, jobs, slugs)
            return Known(found, slugs), project_files.answers()

        if CAN_COPY:
            return Copy(look).result()
        seen, watch = project_files.contents(), project_files.are_noted()
        try:
            return look()
        finally:
            project_files.put_back(seen, watch=watch)

    def follow(self, slugs: Iterable[str], now: Sequence[Opened]) -> _Seen:
        """Return what these rules find, each once, as they come.

        Files that have not changed are not parsed again: their modules leave the programs of `now`.
        """
        self._look_back()
        programs = runner.open_all(self.groups, self._root, now)
        found: dict[str, list[Finding]] = {}
        for slug in slugs:
            if slug not in found:
                found[slug] = [f for opened in programs for f in opened.detect([slug])]
        return Known(
            [f for each in found.values() for f in each], [*found]
        ), project_files.answers()

    def _look_back(self) -> None:
        project_files.put_back(self.files, watch=project_files.are_noted())
