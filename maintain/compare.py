"""Compare audit.py with its peer, fastapi-therapist, and with ruff, in one run on the same files.

usage: maintain.py compare [--tree DIR] [--runs N] [--limit SECONDS] [--ours-only] [--no-speed]

Prints which of the rules of snippets/rules each tool finds, what it reports of good code, and how
many files a second ours and the peer read: each as its own process, start-up included, in turn, of
a warm cache. The tree is by default the site-packages of the Python that runs this; its Python
files are copied to a plain folder, without the packages on which the peer breaks off. The peer is
installed with uv and needs Python 3.12 or 3.13. It takes minutes for some thousand files, so a run
of it is stopped at the limit: it resolves every file's path anew for each relative import, and a
site-packages has many. A tree of absolute imports (--tree) is the one most to its advantage.

Exits with 0, or with 2 when a tool cannot be had or fails.
"""

import argparse
import math
import sys
import sysconfig
import tempfile
from collections.abc import Sequence
from pathlib import Path

from fastapi_pro.command_line import positive
from maintain.comparing import found, speed
from maintain.comparing.tools import Tool, ToolError, ours, peer, ruff


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command, print the tables, and return the exit code."""
    args = _parser().parse_args(argv)
    try:
        tools = [ours()] if args.ours_only else [ours(), peer()]
        print(found.table([*tools, ruff()]), flush=True)
        if not args.no_speed:
            _speed(tools, args.tree, args.runs, args.limit)
    except ToolError as error:
        print(f"maintain.py compare: {error}", file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    text = __doc__ or ""
    parser = argparse.ArgumentParser(
        prog="maintain.py compare",
        description=text.partition("\n")[0],
        epilog=text.split("\n\n", 2)[2],
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    site = Path(sysconfig.get_path("purelib"))
    add = parser.add_argument
    add("--tree", type=_folder, default=site, metavar="DIR", help="what is read for the speed")
    add("--runs", type=positive, default=3, metavar="N", help="runs of each tool (default: 3)")
    add("--limit", type=_limit, default=120.0, metavar="SECONDS", help="of a run (default: 120)")
    add("--ours-only", action="store_true", help="leave out the peer")
    add("--no-speed", action="store_true", help="leave out the second table")
    return parser


def _folder(text: str) -> Path:
    if not (path := Path(text)).is_dir():
        raise argparse.ArgumentTypeError(f"{text}: no such folder")
    return path


def _limit(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds < math.inf:
        raise argparse.ArgumentTypeError("a number of seconds above 0 is needed")
    return seconds


def _speed(tools: Sequence[Tool], source: Path, runs: int, limit: float) -> None:
    """Print the table of speed. Raises ToolError."""
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder, "tree")
        tree.mkdir()
        speed.copy(source, tree)
        print()
        for tool in tools[1:]:
            for reason in speed.remove_failing(tool, tree, limit):
                print(f"left out, {reason}", flush=True)
        files, size = speed.size(tree)
        if not files:
            raise ToolError(f"{source}: no Python file that both tools read to the end")
        print(f"{files} Python files, {size} bytes\n", flush=True)
        timings = speed.measure(tools, tree, runs, limit)
    print(speed.render([tool.name for tool in tools], timings, files))
