"""Regenerate everything that is generated, in the order in which one part needs another.

usage: maintain.py refresh [--check] [--all]

The pictures show what the commands print. The pages show the snippets and rules. The token counts
are those of the pages. The survey runs each of our blocks in its own environment, which takes
minutes: --all makes it; without --all the command only says if it is out of date. Measurements
(the other benches, plots, servers) are not generated; CONTRIBUTING.md says when to make them.

Exits with 0, or with 1 when a part fails or (with --check, which writes nothing) is out of date.
"""

import subprocess
import sys
from collections.abc import Sequence

from fastapi_pro.command_line import parser_of
from fastapi_pro.paths import ROOT
from maintain import build, evals_listing, picture, survey


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    parser = parser_of(__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, say what is old")
    parser.add_argument("--all", action="store_true", help="the survey too, which takes minutes")
    args = parser.parse_args(argv)
    return _check() if args.check else _refresh(with_survey=args.all)


def _check() -> int:
    parts = (picture.main, build.main, evals_listing.main, survey.main, _tokens)
    codes = [part(["--check"]) for part in parts]
    if any(codes):
        print("run scripts/maintain.py refresh, with --all for the survey", file=sys.stderr)
    return int(any(codes))


def _refresh(*, with_survey: bool) -> int:
    code = picture.main([]) or build.main([]) or evals_listing.main([])
    if not code and survey.main(["--check"]) and with_survey:
        code = survey.main(["--write"]) or build.main([])  # docs/measurements.md shows it
    if not code and _tokens(["--check"]):
        code = _tokens(["--write"])
    return code


def _tokens(argv: Sequence[str]) -> int:
    """Run bench/tokens.py, which is in no package, without its tables; return its exit code."""
    command = [sys.executable, "bench/tokens.py", *argv]
    return subprocess.run(command, cwd=ROOT, check=False, stdout=subprocess.DEVNULL).returncode
