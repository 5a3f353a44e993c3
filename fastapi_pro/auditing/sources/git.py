"""What changed in a work tree, or in the index, since a commit.

Git is asked for it, and writes nothing.
"""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from fastapi_pro.auditing.model.project_files import source_of

_LARGEST = 10_000_000  # bytes; a lock file lists every wheel
_LINKED = "160000"  # the mode of a submodule
_FILES = ("100644", "100755")
_LEFT_OUT = {
    "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_COMMON_DIR", "GIT_DIR", "GIT_GLOB_PATHSPECS",
    "GIT_ICASE_PATHSPECS", "GIT_INDEX_FILE", "GIT_LITERAL_PATHSPECS", "GIT_NOGLOB_PATHSPECS",
    "GIT_OBJECT_DIRECTORY", "GIT_PREFIX", "GIT_SHALLOW_FILE", "GIT_WORK_TREE",
}  # fmt: skip


def git_environment() -> dict[str, str]:
    """Return the environment for git, which then takes the repository around the folder.

    Variables that name another one, or change what a path means, are set for hooks, or exported.
    """
    kept = {name: value for name, value in os.environ.items() if name not in _LEFT_OUT}
    return kept | {"GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}


class GitError(Exception):
    """A question that git cannot answer, with the reason."""


@dataclass(frozen=True, slots=True)
class Changes:
    """The files that differ from a commit, as absolute real paths.

    `old` has the contents there, None if a file did not exist; a renamed file counts as two.
    `renamed` maps a path of now to the path at the commit. `now` has contents that differ from the
    disk: for staged changes, those of files that the work tree has changed again.
    """

    old: dict[Path, bytes | None]
    renamed: dict[Path, Path]
    now: dict[Path, bytes | None] = field(default_factory=dict)

    def shown_as(self, files: Iterable[Path]) -> "Changes":
        """Return the same changes by the paths of these files, which may contain links."""
        known = self.old.keys() | self.now.keys()
        names = {path.name for path in known}
        linked = {}
        for file in files:
            if file.name in names and file not in known:
                linked[file.resolve()] = file
        return Changes(
            {linked.get(path, path): content for path, content in self.old.items()},
            {linked.get(now, now): linked.get(old, old) for now, old in self.renamed.items()},
            {linked.get(path, path): content for path, content in self.now.items()},
        )


def check_one_repository(paths: Sequence[Path]) -> None:
    """Raise GitError unless all paths are in one repository, or if git cannot say."""
    tops: dict[Path, Path] = {}
    for folder in dict.fromkeys(path if path.is_dir() else path.parent for path in paths):
        tops.setdefault(_top(folder), folder)
    if len(tops) > 1:
        first, other, *_ = tops.values()
        raise GitError(f"{first} and {other} are in different repositories; audit each on its own")


def changes_since(folder: Path, base: str) -> Changes:
    """Return the changes in the repository around `folder` since `base`, including untracked files.

    `COMMIT...` is the commit where the current branch left COMMIT. Submodules are skipped. Raises
    GitError.
    """
    top = _top(folder)
    old, renamed = _differences(top, _commit(top, base))
    return Changes(_untracked(top) | old, renamed)


def staged_changes(folder: Path, base: str) -> Changes:
    """Return the changes that the index of the repository around `folder` has over `base`.

    Raises GitError.
    """
    top = _top(folder)
    index = _index(top)
    old, renamed = _differences(top, "--cached", _commit(top, base), **index)
    unstaged, _ = _differences(top, **index)
    return Changes(old, renamed, _untracked(top, **index) | unstaged)


def is_merging(folder: Path) -> bool:
    """Say whether MERGE_HEAD is being merged to HEAD."""
    return _succeeds(folder, "rev-parse", "--verify", "--quiet", "MERGE_HEAD")


def _top(folder: Path) -> Path:
    try:
        return Path(_text(folder, "rev-parse", "--show-toplevel").rstrip("\r\n"))
    except GitError as error:
        for told, means in _NO_TOP.items():
            if told in str(error):
                raise GitError(f"{folder.absolute()} is {means}") from None
        raise


_NO_TOP = {
    "not a git repository": "in no git repository; audit it without this option",
    "must be run in a work tree": "no work tree of git; audit where its files are checked out",
}


def _index(top: Path) -> dict[str, str]:
    """Return the environment variable for the index: `git commit FILE` has its own in its hooks."""
    named = os.environ.get("GIT_INDEX_FILE", "")
    git_dir = Path(_text(top, "rev-parse", "--absolute-git-dir").rstrip("\r\n"))
    is_ours = (top / named).resolve().parent == git_dir.resolve()
    return {"GIT_INDEX_FILE": str(top / named)} if named and is_ours else {}


def _untracked(top: Path, **variables: str) -> dict[Path, bytes | None]:
    """Return the files that git neither tracks nor ignores: they did not exist before."""
    words = _words(_run(top, "ls-files", "-z", "--others", "--exclude-standard", **variables))
    return {top / word: None for word in words if word[-1] != "/"}


def _differences(
    top: Path, *compared: str, **variables: str
) -> tuple[dict[Path, bytes | None], dict[Path, Path]]:
    """Return the files of `git diff`: their old contents, and which are renamed."""
    old: dict[Path, bytes | None] = {}
    renamed: dict[Path, Path] = {}
    blobs: dict[Path, str] = {}
    words = iter(_words(_run(top, *_DIFF, *compared, "--", **variables)))
    for head in words:
        before, after, blob, _, status = head.removeprefix(":").split(" ")
        path = now = top / next(words)
        if status[0] in "RC":
            now = top / next(words)
            old[now] = None
            renamed[now] = path
        if status[0] in "UC" or _LINKED in (before, after):
            continue
        old[path] = None
        if before in _FILES:
            blobs[path] = blob
    contents = _contents(top, sorted(set(blobs.values())))
    found = {path: contents[blob] for path, blob in blobs.items() if blob in contents}
    return old | {path: source_of(path, content) for path, content in found.items()}, renamed


_DIFF = ("diff", "--raw", "-z", "--no-abbrev", "-M", "--no-color", "--no-ext-diff",
         "--no-textconv", "--ignore-submodules=all")  # fmt: skip


def _commit(top: Path, base: str) -> str:
    """Return the commit that `base` names; before the first commit, the empty tree."""
    if not base:
        raise GitError("no commit is named; write one, as in --diff=HEAD~1")
    if base.endswith("..."):
        return _common(top, base.removesuffix("..."))
    asked = ("rev-parse", "--verify", "--quiet", "--end-of-options")
    try:
        return _text(top, *asked, f"{base}^{{commit}}").strip()
    except GitError:
        if base == "HEAD" and not _succeeds(top, *asked, "HEAD"):
            return _run(top, "hash-object", "-t", "tree", "--stdin").decode().strip()
        hint = _if_shallow(top, "fetch it first (git fetch --depth=1 ...)")
        raise GitError(f"{base!a} is not a commit of this repository{hint}") from None


def _common(top: Path, base: str) -> str:
    """Return the newest commit that `base` and HEAD have in common. Raises GitError."""
    commit = _commit(top, base)
    try:
        return _text(top, "merge-base", commit, "HEAD").strip()
    except GitError:
        hint = _if_shallow(top, "fetch the rest first (git fetch --unshallow)")
        raise GitError(f"HEAD has no commit in common with {base!a}{hint}") from None


def _if_shallow(top: Path, hint: str) -> str:
    is_shallow = _text(top, "rev-parse", "--is-shallow-repository").strip() == "true"
    return f"; the clone is shallow: {hint}" if is_shallow else ""


def _contents(top: Path, blobs: list[str]) -> dict[str, bytes]:
    """Return the contents of blobs, except huge ones."""
    told = _run(top, "cat-file", "--batch-check", stdin="\n".join(blobs)).decode().splitlines()
    sizes = [line.split(" ") for line in told]
    wanted = [name for name, kind, *size in sizes if kind == "blob" and int(size[0]) < _LARGEST]
    output = _run(top, "cat-file", "--batch", stdin="\n".join(wanted))
    found, place = {}, 0
    for name in wanted:
        start = output.index(b"\n", place) + 1
        end = start + int(output[place:start].split()[2])
        found[name] = output[start:end]
        place = end + 1
    return found


def _words(output: bytes) -> list[str]:
    return [os.fsdecode(word) for word in output.split(b"\0") if word]


def _text(folder: Path, *arguments: str) -> str:
    return os.fsdecode(_run(folder, *arguments))


def _succeeds(folder: Path, *arguments: str) -> bool:
    try:
        _run(folder, *arguments)
    except GitError:
        return False
    return True


def _run(folder: Path, *arguments: str, stdin: str = "", **variables: str) -> bytes:
    """Return what git prints. Raises GitError."""
    import subprocess  # noqa: PLC0415 -- only --diff asks git, and it takes long to import

    command = ["git", "-C", os.fspath(folder), *arguments]
    try:
        done = subprocess.run(  # noqa: S603 -- git, with arguments of ours and a commit's name
            command, input=stdin.encode(), capture_output=True,
            env=git_environment() | variables, check=False,
        )  # fmt: skip
    except FileNotFoundError:
        raise GitError("git is not installed") from None
    if done.returncode != 0:
        told = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["failed"]
        trust = f"; if you trust it: {told[-1].strip()}" if "safe.directory" in told[-1] else ""
        raise GitError(f"git {arguments[0]}: {told[0].removeprefix('fatal: ')}{trust}")
    return done.stdout
