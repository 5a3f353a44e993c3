"""Findings in code that nobody runs: examples, demonstrations, archives."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from fastapi_pro.auditing.finding import Finding

_FOLDERS = {"demo", "demos", "doc", "docs", "docs_src", "example", "examples", "sample", "samples"}
_AT_THE_TOP = {"archive", "archived", "old"}
"""Folders that count only at the top: deeper down they are part of the service (`app/archive/`)."""


def weighed(finding: Finding, named: Sequence[Path]) -> Finding:
    """Return the finding, with low severity if it is in an example folder of the named paths.

    `named` are resolved paths.
    """
    path = Path(finding.path)
    inner = [path.relative_to(one).parts[:-1] for one in named if path.is_relative_to(one)]
    is_example = bool(inner) and all(map(_is_example, inner))
    return replace(finding, severity="low") if is_example else finding


def _is_example(parts: Sequence[str]) -> bool:
    return not _FOLDERS.isdisjoint(parts) or not _AT_THE_TOP.isdisjoint(parts[:1])
