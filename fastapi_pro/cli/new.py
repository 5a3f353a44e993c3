"""Start a FastAPI service in a new folder, made from the tested reference service.

usage: new.py NAME [--with RECIPE,... | --minimal]
       new.py --list

NAME is the new folder, or a path to it; its last part is the name of the project. The folder must
not exist, or be empty but for `.git`. Either all files are written or none. Nothing is installed
or started.
`--with` adds recipes, parts that not every service needs; `--list` lists them. `--minimal` makes
the same service with one file for each layer, for a single process, without metrics.

Exits with 0 when the project is written or the recipes are listed, 1 when it could not be written,
2 for wrong use. Needs only the standard library of Python 3.11.
"""

import argparse
import keyword
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from fastapi_pro.command_line import called, parser_of, run_command
from fastapi_pro.paths import ROOT, SNIPPETS
from fastapi_pro.scaffolding.files import dependencies, project_files
from fastapi_pro.scaffolding.joining import JoinError
from fastapi_pro.scaffolding.recipes import RecipeError, recipes_told

MAX_NAME = 63  # characters, of a PostgreSQL database


class RefusedError(Exception):
    """The project cannot be made: the message says why, and what to write instead."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command, print what to do next, and return the exit code."""
    args = _arguments(argv)
    if args.list:
        print("\n".join(f"{name}: {what}" for name, what in recipes_told(SNIPPETS).items()))
        return 0
    folder = Path(os.path.abspath(args.name))  # noqa: PTH100 -- resolve() would follow links
    try:
        _check_name(folder.name if args.name else "")
        _check_place(folder)
        name = folder.name.replace("-", "_")  # of a database, a role and the like
        files = project_files(SNIPPETS, name, args.recipes, is_minimal=args.minimal)
        _check_free(name, files["pyproject.toml"])
        _write(folder, files)
    except (RefusedError, RecipeError, JoinError) as error:
        print(f"{called('new.py')}: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(
            f"{called('new.py')}: {error.filename}: {error.strerror}; nothing was written",
            file=sys.stderr,
        )
        return 1
    is_here = folder == Path.cwd()
    print(f"{len(files)} files in {folder if is_here else args.name}. Next:\n")
    steps = ["uv run pytest", "uv run fastapi dev"]
    if not is_here:
        steps.insert(0, f'cd "{args.name}"' if " " in args.name else f"cd {args.name}")
    print("".join(f"  {step}\n" for step in steps))
    print(f"The rules for all code that you add: {ROOT / 'SKILL.md'}")
    return 0


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = parser_of(__doc__)
    parser.add_argument("name", metavar="NAME", nargs="?", help="a name such as shop or order-desk")
    parser.add_argument(
        "--with",
        dest="recipes",
        metavar="RECIPE,...",
        action="extend",
        default=[],
        type=lambda names: [name.strip() for name in names.split(",")],
        help="recipes to add, such as rate-limit,jobs",
    )
    parser.add_argument(
        "--minimal",
        action="store_true",
        help="make one file for each layer, for one process, without metrics",
    )
    parser.add_argument("--list", action="store_true", help="only list the recipes")
    args = parser.parse_args(argv)
    if (args.name is None) != args.list:
        parser.error("write either a NAME or --list")
    return args


def _check_name(name: str) -> None:
    """Raise RefusedError unless a name can be that of a package, a database and a container."""
    if not name:
        raise RefusedError("NAME is empty; write one such as shop, or . for the current folder")
    if not re.fullmatch(r"[a-z][a-z0-9]*([_-][a-z0-9]+)*", name) or keyword.iskeyword(name):
        words = re.findall(r"[a-z0-9]+", name.lower())
        better = re.sub(r"^[0-9_]+", "", "_".join(words)) or "service"
        better = f"{better}_service" if keyword.iskeyword(better) else better
        raise RefusedError(f"{name!a} is no name for a project; write {better}")
    if len(name) > MAX_NAME:
        raise RefusedError(f"{name!a} is longer than {MAX_NAME} characters; shorten it")


def _check_free(name: str, pyproject: str) -> None:
    """Raise RefusedError if the project would depend on a package of its own name."""
    if name.replace("_", "-") in dependencies(pyproject):
        raise RefusedError(
            f"{name!a} is the name of a package that the service needs; write {name}_service"
        )


def _check_place(folder: Path) -> None:
    """Raise RefusedError unless the folder is empty but for git's, or can be made."""
    if not folder.parent.is_dir():
        raise RefusedError(f"{folder.parent} is not a folder; make it first")
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise RefusedError(f"{folder} exists and is not a folder; write another name")
    if folder.exists() and any(child.name != ".git" for child in folder.iterdir()):
        raise RefusedError(f"{folder} is not empty; write another name, or empty it")


def _write(folder: Path, files: Mapping[str, str]) -> None:
    """Write the files beside the folder, then move them to it. Raises OSError for the folder."""
    try:
        _write_beside(folder, files)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(folder)) from None


def _write_beside(folder: Path, files: Mapping[str, str]) -> None:
    draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        content = draft / folder.name
        for name, text in files.items():
            file = content / name
            file.parent.mkdir(parents=True, exist_ok=True)
            mode = 0o600 if name == ".env" else 0o666  # less the umask
            handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
                stream.write(text)
        if folder.exists():
            _move_into(folder, content)
        else:
            content.rename(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _move_into(folder: Path, content: Path) -> None:
    """Move everything into an empty folder, which may be the current one; all or nothing."""
    moved = []
    try:
        for child in list(content.iterdir()):
            child.rename(folder / child.name)
            moved.append(child)
    except BaseException:
        for child in moved:
            (folder / child.name).rename(child)
        raise


def run() -> int:
    """Run as a command."""
    return run_command(main, "new.py")
