"""Processes that share the work of an audit."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi_pro.auditing.model import project_files

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing.context import BaseContext


def pool_of(
    jobs: int, contents: Mapping[Path, bytes | None] | None = None
) -> "ProcessPoolExecutor":
    """Return `jobs` processes that see files with these contents, else as this process does.

    They note their questions about files, if those of this process are noted.
    """
    from concurrent.futures import ProcessPoolExecutor  # noqa: PLC0415 -- as in `processes`

    seen = project_files.contents() if contents is None else contents
    return ProcessPoolExecutor(jobs, processes(), _see, (seen, project_files.are_noted()))


def _see(contents: Mapping[Path, bytes | None], watch: bool) -> None:  # noqa: FBT001 -- of a pool
    project_files.put_back(contents, watch=watch)


def processes() -> "BaseContext":
    """Return how processes are started: as copies of this one (fork), if the system can do that."""
    import multiprocessing  # noqa: PLC0415 -- it takes long to import, and one process needs none

    return multiprocessing.get_context("fork" if hasattr(os, "fork") else None)
