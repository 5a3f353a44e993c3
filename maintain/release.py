"""Make a release: the tree that users get, with only the plugin and the three skills.

usage: maintain.py release FOLDER
       maintain.py release --branch NAME

FOLDER is made. --branch commits the tree to a branch of this repository, on top of the previous
release; if the branch is not here, it is taken from origin. Push it afterwards. The files are those
of the last commit. Each release needs its own version.

Exits with 0 when the release is made, 1 when it cannot be made, 2 for wrong use.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from fastapi_pro import __version__
from fastapi_pro.addresses import REPOSITORY, SITE
from fastapi_pro.command_line import parser_of
from fastapi_pro.installing.contents import SKILLS, ContentsError, contents

ROOT = Path(__file__).resolve().parents[1]
NAME = REPOSITORY.removeprefix("https://github.com/")
_PLUGIN = ".claude-plugin/plugin.json"
_MARKETPLACE = ".claude-plugin/marketplace.json"


class ReleaseError(Exception):
    """The release cannot be made; the message says why, and what to do."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command, print what it made, and return the exit code."""
    args = _arguments(argv)
    try:
        files = release_tree(ROOT)
        if args.branch is None:
            _make(args.folder, files)
        else:
            _check_repository()
            _commit(args.branch, files)
    except (ContentsError, ReleaseError) as error:
        print(f"maintain.py release: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"maintain.py release: {error.filename}: {error.strerror}", file=sys.stderr)
        return 1
    print(f"{args.branch or args.folder}: {_version_of(files[_PLUGIN])}, {len(files)} files")
    return 0


def release_tree(root: Path) -> dict[str, bytes]:
    """Return the files of a release of a checkout, by name.

    It is a marketplace of its own, so that the plugin comes from the same commit. Raises
    ContentsError, ReleaseError, OSError.
    """
    folder = root / "plugin"
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }
    plugin = _json_of(folder / "plugin.json")  # elsewhere, as here it is no whole plugin
    del files["plugin.json"]
    ours = {"version": __version__, "homepage": SITE, "repository": REPOSITORY}
    files[_PLUGIN] = _as_json({"name": plugin.pop("name")} | ours | plugin)
    marketplace = _json_of(root / _MARKETPLACE)
    marketplace["plugins"][0]["source"] = "./"
    files[_MARKETPLACE] = _as_json(marketplace)
    files["LICENSE"] = (root / "LICENSE").read_bytes()
    for skill in SKILLS:
        files |= {f"skills/{skill}/{name}": text for name, text in contents(root, skill).items()}
    return files


def _json_of(file: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(file.read_bytes())
    except ValueError as error:
        raise ReleaseError(f"{file}: {error}; write JSON") from None
    return found


def _as_json(value: object) -> bytes:
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode()


def _version_of(plugin: bytes) -> str:
    return str(json.loads(plugin)["version"])


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = parser_of(__doc__)
    parser.add_argument("folder", type=Path, metavar="FOLDER", nargs="?", help="what to make")
    parser.add_argument("--branch", metavar="NAME", help="commit to this branch instead")
    args = parser.parse_args(argv)
    if (args.folder is None) == (args.branch is None):
        parser.error("write a FOLDER, or --branch NAME")
    return args


def _make(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write the files to a folder that is not there, or empty; all or nothing."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ReleaseError(f"{folder} is in the way; name a folder that is not there")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as draft:
        content = Path(draft) / "release"
        _write(content, files)
        content.rename(folder)


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def _check_repository() -> None:
    """Raise ReleaseError if a workflow of another repository would make this release.

    The marketplace of the main branch points to our repository: users would get its files instead.
    """
    here = os.environ.get("GITHUB_REPOSITORY")
    if here is not None and here != NAME:
        raise ReleaseError(
            f"this is {here}, not {NAME}; write its owner to fastapi_pro/addresses.py "
            f"and to {_MARKETPLACE}"
        )


def _commit(branch: str, files: Mapping[str, bytes]) -> None:
    """Commit the files to a branch, unless its tip has the same. Raises ReleaseError."""
    if changed := _git("status", "--porcelain"):
        name = changed.splitlines()[0].split(maxsplit=1)[1]
        raise ReleaseError(f"{name} differs from the last commit; commit it, or remove it")
    tree = _stored(files)
    number = _version_of(files[_PLUGIN])
    tip = _tip(f"refs/heads/{branch}") or _tip(f"refs/remotes/origin/{branch}")
    if tip and _git("rev-parse", f"{tip}^{{tree}}") == tree:
        commit = tip
    elif tip and _version_of(_git("show", f"{tip}:{_PLUGIN}").encode()) == number:
        raise ReleaseError(f"{number} is on {branch} already, with other files; raise the version")
    else:
        parent = ["-p", tip] if tip else []
        message = f"{number}\n\nMade of {_git('rev-parse', 'HEAD')}."
        commit = _git("commit-tree", tree, *parent, "-m", message)
    _git("branch", "--force", branch, commit)


def _stored(files: Mapping[str, bytes]) -> str:
    """Return the name of the tree of these files, which git holds then."""
    with tempfile.TemporaryDirectory() as folder:
        content = Path(folder, "release")
        _write(content, files)
        apart = {
            "GIT_DIR": _git("rev-parse", "--absolute-git-dir"),
            "GIT_WORK_TREE": str(content),
            "GIT_INDEX_FILE": str(Path(folder, "index")),
        }
        as_they_are = ("-C", str(content), "-c", "core.autocrlf=false")
        _git(*as_they_are, "add", "--all", "--force", **apart)
        return _git("write-tree", **apart)


def _tip(ref: str) -> str:
    """Return the commit of a branch, "" where there is no such branch."""
    return _run("rev-parse", "--verify", "--quiet", ref).stdout.strip()


def _git(*arguments: str, **environment: str) -> str:
    """Return what git prints. Raises ReleaseError."""
    done = _run(*arguments, **environment)
    if done.returncode != 0:
        raise ReleaseError(f"git {arguments[0]}: {done.stderr.strip()}")
    return done.stdout.strip()


def _run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["git", *arguments],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
