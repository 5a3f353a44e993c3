"""What a normal run proves of that which takes long: a sample, another one for each commit."""

import functools
import random
import subprocess
from collections.abc import Sequence
from typing import TypeVar

import pytest

from fastapi_pro.paths import ROOT

T = TypeVar("T")


@functools.cache
def _said(*command: str) -> str:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout


def sample(names: Sequence[T], number: int) -> set[T]:
    """Return so many of the names; the commit is the seed."""
    return set(random.Random(_said("git", "rev-parse", "HEAD")).sample(names, number))


def chosen(config: pytest.Config, names: Sequence[str], number: int, folder: str) -> list[str]:
    """Return so many of the names, and those that differ from the commit; all with `--whole`."""
    if config.getoption("whole"):
        return list(names)
    wanted = sample(names, number) | changed(folder)
    return [name for name in names if name in wanted]


def changed(folder: str) -> set[str]:
    """Return the names of what differs from the commit in a folder of the repository."""
    told = _said("git", "status", "--porcelain", "--untracked-files=all", "--", folder)
    paths = [line[3:].partition(" -> ")[2] or line[3:] for line in told.splitlines()]
    return {path.removeprefix(f"{folder}/").partition("/")[0] for path in paths}
