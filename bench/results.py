"""Where measurements are kept."""

import hashlib
import json
import os
import platform
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from maintain.building.atomic import write_all
from maintain.building.tables import with_table

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "docs" / "bench"
PAGE = ROOT / "docs" / "measurements.md"


def report(
    name: str,
    figures: Mapping[str, Any],
    table: Callable[[dict[str, Any]], str],
    page: Path = PAGE,
    *,
    write: bool,
) -> None:
    """Print the table of figures; with `write`, keep both."""
    result = dated(figures)
    shown = table(result)
    print(shown)
    if write:
        keep(name, result, shown, page)


def dated(figures: Mapping[str, Any]) -> dict[str, Any]:
    """Return figures with the day, the processors and the Python they are of."""
    made = {"date": f"{datetime.now(UTC):%Y-%m-%d}", "cores": os.cpu_count()}
    return {**made, "python": platform.python_version(), **figures}


def keep(name: str, result: Mapping[str, Any], table: str, page: Path = PAGE) -> None:
    """Write a result to docs/bench, and its table to a page, both or none."""
    RESULTS.mkdir(exist_ok=True)
    file = RESULTS / f"{name}.json"
    file.touch()
    shown = with_table(page.read_text(encoding="utf-8"), f"bench {name}", table)
    write_all({file: f"{json.dumps(result, indent=2)}\n".encode(), page: shown.encode()})


def origin(name: str, result: Mapping[str, Any]) -> str:
    """Return the end of the sentence below a table: when, on what and by what it was measured."""
    return f"on {result['date']} with {result['cores']} cores, by `uv run bench/{name}.py`.\n"


def digest(name: str) -> str:
    """Return the digest of the figures that are kept of a measurement."""
    return hashlib.sha256((RESULTS / f"{name}.json").read_bytes()).hexdigest()
