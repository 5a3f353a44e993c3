"""The folders of a repository that may declare what its programs need."""

import re
from pathlib import Path

from fastapi_pro.auditing.model import project_files

_DEPTH = 4
_MOST = 500
_OTHERS = re.compile(
    r"(?i)tests?|examples?|samples?|docs?|scripts?|tools?|benchmarks?|node_modules|site-packages"
    r"|dist|build|venv|env"
)
"""Folders whose requirements are not those of a service."""


@project_files.kept
def folders_below(top: Path) -> tuple[Path, ...]:
    """Return a folder and those a few levels below it, the highest first."""
    found = [top]
    for folder in found:  # grows while it is walked
        if len(found) >= _MOST or len(folder.parts) - len(top.parts) >= _DEPTH:
            break
        found += [folder / name for name in sorted(project_files.names(folder)) if _is_folder(name)]
    return tuple(found[:_MOST])


def _is_folder(name: str) -> bool:
    return "." not in name and not name.startswith("__") and not _OTHERS.fullmatch(name)
