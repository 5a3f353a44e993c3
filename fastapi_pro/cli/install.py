"""Install the skills fastapi-pro, fastapi-new and fastapi-review where Claude Code finds them.

usage: install.py [--user | --project DIR] [--agents] [--dry-run | --uninstall]

That is ~/.claude/skills (or CLAUDE_CONFIG_DIR/skills); with --project it is DIR/.claude/skills. An
older version is replaced as a whole or not at all. Files that this script did not install are not
changed.

Exits with 0 when done, 1 when it could not be done, 2 for wrong use. Needs only the standard
library of Python 3.11.
"""

import argparse
import contextlib
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from fastapi_pro import __version__
from fastapi_pro.command_line import called, parser_of, run_command
from fastapi_pro.installing.contents import MAIN, SKILLS, ContentsError, contents
from fastapi_pro.installing.placing import (
    PlacingError,
    commit,
    exchange,
    recover,
    staging,
    write_new,
)
from fastapi_pro.installing.record import (
    ForeignError,
    Record,
    as_json,
    inspect,
    is_whole,
    make_record,
)
from fastapi_pro.paths import INSTALL_RECORD, ROOT

_NEXT = """\
Start a new session: /fastapi-new NAME and /fastapi-review [PATH] work at once; fastapi-pro itself
is listed after a Python file was read or written."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command, print what it did, and return the exit code."""
    args = _arguments(argv)
    try:
        claude, agents = _places(args.project)
        if not args.dry_run:
            recover(claude)
            recover(agents)
        found = {place: _installed(place) for place in (claude, agents)}
        if args.uninstall:
            _uninstall(found)
            return 0
        # Else an existing copy for other assistants would stay at the old version.
        places = [claude, agents] if args.agents or found[agents] else [claude]
        _install({place: found[place] for place in places}, agents, dry_run=args.dry_run)
    except (ContentsError, ForeignError, PlacingError) as error:
        return _fail(str(error))
    except OSError as error:
        return _fail(f"{error.filename}: {error.strerror}" if error.filename else error.strerror)
    return 0


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = parser_of(__doc__)
    where = parser.add_mutually_exclusive_group()
    where.add_argument(
        "--user", action="store_true", help="install for all your projects (the default)"
    )
    where.add_argument(
        "--project", type=_folder, metavar="DIR", help="install for the project in DIR"
    )
    parser.add_argument(
        "--agents",
        action="store_true",
        help="also install into .agents/skills, in the open standard's form, for other assistants",
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--dry-run", action="store_true", help="only print what would be done")
    what.add_argument("--uninstall", action="store_true", help="remove what this script installed")
    return parser.parse_args(argv)


def _folder(text: str) -> Path:
    if not text or not Path(text).is_dir():
        named = text or "an empty text"
        raise argparse.ArgumentTypeError(f"{named} is not a folder; name the project's folder")
    return Path(text)


def _places(project: Path | None) -> tuple[Path, Path]:
    """Return the folders of skills of Claude Code and of other assistants, links followed.

    Raises PlacingError.
    """
    base = project or _home()
    claude = base / ".claude"
    if project is None and (configured := os.environ.get("CLAUDE_CONFIG_DIR")):
        claude = Path(configured)
    return _followed(claude / "skills"), _followed(base / ".agents" / "skills")


def _home() -> Path:
    try:
        return Path.home()
    except RuntimeError:
        message = "there is no home folder; set HOME, or name a project with --project"
        raise PlacingError(message) from None


def _followed(path: Path) -> Path:
    try:
        return path.resolve()
    except (RuntimeError, OSError):  # which of them, depends on the version of Python
        raise PlacingError(f"{path}: it is a link that leads in a circle; remove it") from None


def _installed(place: Path) -> dict[str, Record]:
    """Return the records of our skills in a place. Raises ForeignError."""
    records = {skill: inspect(place / skill) for skill in SKILLS}
    return {skill: record for skill, record in records.items() if record is not None}


def _install(found: Mapping[Path, Mapping[str, Record]], agents: Path, *, dry_run: bool) -> None:
    """Put the skills into each place, or into none."""
    wanted = {}
    for place, records in found.items():
        made = max([_missing(place), *(record.made for record in records.values())])
        skills = {skill: contents(ROOT, skill, open_standard=place == agents) for skill in SKILLS}
        new = {skill: make_record(__version__, files, made) for skill, files in skills.items()}
        whole = [is_whole(place / skill, record) for skill, record in records.items()]
        if new == records and all(whole):
            print(f"{__version__} is already installed: {place}")
        else:
            wanted[place] = {
                skill: files | {INSTALL_RECORD: as_json(new[skill])}
                for skill, files in skills.items()
            }
    if not dry_run:
        _replace(wanted)
    for place, skills in wanted.items():
        old = found[place].get(MAIN)
        change = f"{__version__} (was {old.version})" if old else __version__
        print(f"{'would install' if dry_run else 'installed'} {change}: {place}: {_list(skills)}")
    if wanted and not dry_run:
        print(_NEXT)


def _uninstall(found: Mapping[Path, Mapping[str, Record]]) -> None:
    """Remove what is installed in each place, and the folders that were made for it."""
    nothing: dict[str, bytes] = {}
    ours = {place: records for place, records in found.items() if records}
    _replace({place: dict.fromkeys(records, nothing) for place, records in ours.items()})
    for place, records in ours.items():
        _remove_empty(place, max(record.made for record in records.values()))
        print(f"removed: {place}: {_list(records)}")
    if not ours:
        print(f"nothing to remove in {' or '.join(map(str, found))}")


def _replace(wanted: Mapping[Path, Mapping[str, Mapping[str, bytes]]]) -> None:
    """Give each skill of each place these files, or remove it if there are none; all or nothing."""
    missing = {place: _missing(place) for place in wanted}
    try:
        with contextlib.ExitStack() as stack:
            stages = {place: stack.enter_context(staging(place)) for place in wanted}
            for place, skills in wanted.items():
                write_new(stages[place], skills)
            for place, skills in wanted.items():
                exchange(place, stages[place], skills)
            for stage in stages.values():
                commit(stage)
    except BaseException:
        for place, made in missing.items():
            _remove_empty(place, made)
        raise


def _missing(place: Path) -> int:
    """Return how many folders, from the place upwards, do not exist."""
    return next(n for n, folder in enumerate([place, *place.parents]) if folder.exists())


def _remove_empty(place: Path, made: int) -> None:
    """Remove this many folders from the place upwards, as far as they are empty."""
    for folder in [place, *place.parents][:made]:
        with contextlib.suppress(OSError):
            folder.rmdir()


def _list(skills: Iterable[str]) -> str:
    return ", ".join(skills)


def _fail(message: str | None) -> int:
    print(f"{called('install.py')}: {message}; nothing was changed", file=sys.stderr)
    return 1


def run() -> int:
    """Run as a command."""
    return run_command(main, "install.py")
