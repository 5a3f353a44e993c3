"""One audit of a project: all findings, or those that a change added."""

import functools
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi_pro.auditing import runner
from fastapi_pro.auditing.finding import UNREADABLE, Finding
from fastapi_pro.auditing.model import project_files
from fastapi_pro.auditing.past_audits import PastAudits
from fastapi_pro.auditing.reporting import suppressions
from fastapi_pro.auditing.reporting.catalogue import Entry
from fastapi_pro.auditing.reporting.examples import weighed
from fastapi_pro.auditing.reporting.lines import Lines
from fastapi_pro.auditing.reporting.new_findings import Place, new_findings
from fastapi_pro.auditing.sources import deploy_files
from fastapi_pro.auditing.sources.exclusion import Watched, is_left_out
from fastapi_pro.auditing.sources.git import (
    changes_since,
    check_one_repository,
    is_merging,
    staged_changes,
)
from fastapi_pro.auditing.sources.walk import collect, display, project, rest_of_project

if TYPE_CHECKING:
    from fastapi_pro.auditing.difference import Side


@dataclass(frozen=True, slots=True)
class Result:
    """The findings, the files that were read, and the findings on files that could not be read."""

    findings: list[Finding]
    files: list[Path]
    unread: list[Finding]


@dataclass(frozen=True)
class ProjectAudit:
    """One call of the audit. Its findings have the paths to print."""

    paths: Sequence[Path]
    root: Path
    exclude: Sequence[Watched]
    active: Collection[str]
    entries: Mapping[str, Entry]
    jobs: int
    cache: str
    """The folder in which findings are kept; "" to keep nothing."""

    @functools.cached_property
    def _collected(self) -> tuple[list[Path], list[Finding]]:
        return collect(self.paths, self.exclude)

    @property
    def files(self) -> list[Path]:
        """The files to audit, absolute and sorted."""
        return [*self._collected[0]]

    def all(self) -> Result:
        """Return all that is found."""
        top = project(self.paths)
        files, unlisted = self.files, self._collected[1]
        context = rest_of_project(self.paths, self.exclude)
        beside = deploy_files.beside(self.paths, context)
        project_files.put_back({}, watch=bool(self.cache))
        past = PastAudits(self.cache, top)
        asked = None if {*self.entries} <= {*self.active} else {*self.active, UNREADABLE}
        found = unlisted + runner.run(
            files, top, self.jobs, context, beside, slugs=asked, past=past
        )
        named = collect([path for path in self.paths if path.is_file()])[0]
        found += runner.unparsed(named, top, found)
        files += beside
        findings = self._reported(found, suppressions.marked(files, self.root))
        return Result(findings, files, _unread(found))

    def since(self, base: str | None) -> Result:
        """Return the findings that a commit did not have; for None, those that staged changes add.

        What a merge brings to HEAD is not new. For None, this process sees the files as they are
        staged from then on. Raises GitError.
        """
        check_one_repository(self.paths)
        is_staged = base is None
        found = self._since("HEAD" if base is None else base, is_staged=is_staged)
        if found.findings and base in (None, "HEAD") and is_merging(project(self.paths)):
            known = {*self._since("MERGE_HEAD", is_staged=is_staged).findings}
            found = replace(found, findings=[f for f in found.findings if f in known])
        return found

    def _since(self, base: str, *, is_staged: bool) -> Result:
        from fastapi_pro.auditing.difference import both_sides  # noqa: PLC0415 -- takes long to import, and only --diff needs it

        top = project(self.paths)
        files, unlisted = self.files, self._collected[1]
        context = rest_of_project(self.paths, self.exclude)
        ours = {*files, *context}
        changes = staged_changes(top, base) if is_staged else changes_since(top, base)
        changes = changes.shown_as(ours)
        project_files.put_back(changes.now, watch=bool(self.cache))
        past = PastAudits(self.cache, top)
        now, before = both_sides(ours, top, self.jobs, changes, past)
        found = [f for f in unlisted if Path(f.path) in changes.old] + now.findings
        new = new_findings(
            self._places(self._reported(found, self._marked(now)), {}, changes.renamed),
            self._places(self._reported(before.findings, self._marked(before)), changes.old, {}),
        )
        files += deploy_files.beside(self.paths, context)
        files += [path for path in now.sources if path not in ours and self._is_named(path)]
        named = {str(file) for file in files}
        new = [f for f in new if runner.is_reported(self._with_path(f), named)]
        return Result(new, [file for file in files if file in now.sources], _unread(found))

    def _is_named(self, path: Path) -> bool:
        is_below = any(path.is_relative_to(named.absolute()) for named in self.paths)
        return is_below and not is_left_out(path, self.exclude)

    def _reported(self, found: Iterable[Finding], marked: Mapping[str, bytes]) -> list[Finding]:
        """Return the findings without those that the user asked to leave out."""
        named = [path.resolve() for path in self.paths]
        shown = {
            replace(weighed(f, named), path=display(Path(f.path), self.root))
            for f in found
            if f.slug in self.active and not _is_left_out(Path(f.path), self.exclude)
        }
        return suppressions.apply(sorted(shown), marked, self.active, self.entries)

    def _marked(self, side: "Side") -> dict[str, bytes]:
        return suppressions.marked(side.sources, self.root, side.sources.__getitem__)

    def _places(
        self,
        findings: Iterable[Finding],
        contents: Mapping[Path, bytes | None],
        renamed: Mapping[Path, Path],
    ) -> list[Place]:
        """Return the findings, each with what identifies it in another version of the code."""
        lines = Lines(contents)
        paths = [(f, self.root / f.path) for f in findings]
        return [Place(f, renamed.get(p, p), lines.text(p, f.line)) for f, p in paths]

    def _with_path(self, finding: Finding) -> Finding:
        return replace(finding, path=str(self.root / finding.path))


def _is_left_out(path: Path, exclude: Sequence[Watched]) -> bool:
    """Say whether a file that is not Python is left out; the others were not collected."""
    return bool(exclude) and path.suffix != ".py" and is_left_out(path, exclude)


def _unread(found: Iterable[Finding]) -> list[Finding]:
    return [finding for finding in found if finding.slug == UNREADABLE]
