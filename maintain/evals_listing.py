"""Write evals/evals.json, the tasks in the form that other people's runners read; or --check it."""

import json
import sys
from collections.abc import Sequence

from fastapi_pro.paths import ROOT
from maintain.evaluating.tasks import EVALS, TaskError, as_listing, tasks

FILE = EVALS / "evals.json"


def main(argv: Sequence[str]) -> int:
    """Write the file, or with --check say whether it is old; return the exit code."""
    try:
        text = json.dumps(as_listing(tasks()), indent=2, ensure_ascii=False) + "\n"
    except TaskError as error:
        print(f"evals.json: {error}", file=sys.stderr)
        return 1
    name = FILE.relative_to(ROOT)
    if FILE.is_file() and FILE.read_text(encoding="utf-8") == text:
        return 0
    if "--check" in argv:
        print(f"{name} is old", file=sys.stderr)
        return 1
    FILE.write_text(text, encoding="utf-8")
    print(f"wrote {name}")
    return 0
