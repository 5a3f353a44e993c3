"""What an audit finds now, and what it would have found at a commit.

Only programs with a changed file are looked at, and both audits at once: the one of the commit in
processes of its own, which see the files as they were.
"""

from collections.abc import Collection, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from fastapi_pro.auditing import runner
from fastapi_pro.auditing.finding import Finding
from fastapi_pro.auditing.sources.deploy_files import may_be_deploy_file
from fastapi_pro.auditing.sources.git import Changes
from fastapi_pro.auditing.sources.walk import LEFT_ALONE

NOT_READ = {
    ".css", ".csv", ".gif", ".html", ".ico", ".jpg", ".js", ".json", ".jsx", ".md", ".png", ".rst",
    ".svg", ".ts", ".tsx", ".vue",
}  # fmt: skip
"""The endings of files that no rule reads: a change of these alone brings nothing."""


def _is_read(path: Path, root: Path) -> bool:
    is_of_github = ".github" in path.parts[len(root.parts) :]
    return path.suffix == ".py" or not (is_of_github or path.suffix in NOT_READ)


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two audits: its findings, with absolute paths, and the files it looked at."""

    findings: list[Finding]
    sources: dict[Path, bytes]


def both_sides(
    files: Collection[Path], root: Path, jobs: int, changes: Changes
) -> tuple[Side, Side]:
    """Return what is found in the files of a project now, and what was at the commit.

    What both have in common may be missing in both. This process sees the files as `changes.now`
    has them.
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
    groups, old_groups = _groups(now, root), _groups(before, root)
    touched = _touched([*groups, *old_groups], changed, root)
    groups, old_groups = _holding(groups, touched), _holding(old_groups, touched)
    found, old_found = _audit(groups, old_groups, root, jobs, changes)
    found += [f for f in unreadable if Path(f.path) in changed]
    looked_at = touched | changed
    return (
        Side(found, {path: content for path, content in now.items() if path in looked_at}),
        Side(old_found, {path: content for path, content in before.items() if path in touched}),
    )


def _as_they_are(files: Collection[Path], root: Path, changes: Changes) -> set[Path]:
    """Return the files, and not those that are on the disk alone."""
    staged = {path for path, content in changes.now.items() if content is not None}
    return {path for path in files if path not in changes.now or path in staged} | {
        path for path in staged if _is_audited(path, root)
    }


def _groups(sources: Mapping[Path, bytes], root: Path) -> list[list[Path]]:
    deployed = {path for path in sources if path.suffix != ".py" and may_be_deploy_file(str(path))}
    code = {path: content for path, content in sources.items() if path not in deployed}
    return runner.grouped(code, deployed, root)


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
    groups: list[list[Path]],
    old_groups: list[list[Path]],
    root: Path,
    jobs: int,
    changes: Changes,
) -> tuple[list[Finding], list[Finding]]:
    """Return the findings of both; those of the commit may be of rules that find something now."""
    if not groups:
        return [], []
    runner.detectors()  # before there are copies of this process
    with ExitStack() as stack:
        before = changes.now | changes.old
        shares = runner.shares_of(old_groups, max(1, jobs // 2))
        pools = [stack.enter_context(runner.pool_of(1, before)) for _ in shares]
        for pool in pools:
            pool.submit(int).result()  # a copy made now has nothing in its caches
        asked = list(zip(pools, shares, strict=True))
        if jobs > 1 and sum(map(len, groups)) < runner.FEW:  # the other cores have nothing to do
            answers = [pool.submit(runner.audit_one_by_one, share, root) for pool, share in asked]
            found = runner.audit(groups, root, jobs)
        else:
            if jobs > 1:
                for pool, share in asked:
                    pool.submit(runner.open_ahead, share, root)
            found = runner.audit(groups, root, jobs)
            slugs = {finding.slug for finding in found}
            answers = [
                pool.submit(runner.audit_one_by_one, share, root, slugs)
                for pool, share in asked
                if slugs
            ]
        return found, [finding for answer in answers for finding in answer.result()]
