"""What a work tree has changed since a commit: asked of git, which writes nothing for it."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_LARGEST = 10_000_000  # bytes; a lock file lists every wheel
_LINKED = "160000"  # the mode of a submodule
_FILES = ("100644", "100755")
_OURS = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX")  # set for hooks


class GitError(Exception):
    """What git cannot say, and why."""


@dataclass(frozen=True, slots=True)
class Changes:
    """The files that differ from a commit, as absolute real paths.

    `old` has what each held there, None where there was none; a renamed file stands for two.
    `renamed` leads from a path of now to the one at the commit.
    """

    old: dict[Path, bytes | None]
    renamed: dict[Path, Path]

    def shown_as(self, files: Iterable[Path]) -> "Changes":
        """Return the same by the paths of these files, which links may lead to."""
        names = {path.name for path in self.old}
        linked = {}
        for file in files:
            if file.name in names and file not in self.old:
                linked[file.resolve()] = file
        return Changes(
            {linked.get(path, path): content for path, content in self.old.items()},
            {linked.get(now, now): linked.get(old, old) for now, old in self.renamed.items()},
        )


def changes_since(folder: Path, base: str) -> Changes:
    """Return what the repository around `folder` has changed since `base`, untracked files too.

    Submodules are not looked into. Raises GitError.
    """
    top = Path(_text(folder, "rev-parse", "--show-toplevel").rstrip("\r\n"))
    commit = _commit(top, base)
    untracked = _words(_run(top, "ls-files", "-z", "--others", "--exclude-standard"))
    old: dict[Path, bytes | None] = {top / word: None for word in untracked if word[-1] != "/"}
    renamed: dict[Path, Path] = {}
    blobs: dict[Path, str] = {}
    words = iter(_words(_run(top, *_DIFF, commit, "--")))
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
    return Changes(old | {path: contents.get(blob) for path, blob in blobs.items()}, renamed)


_DIFF = ("diff", "--raw", "-z", "--no-abbrev", "-M", "--no-color", "--no-ext-diff",
         "--no-textconv", "--ignore-submodules=all")  # fmt: skip


def _commit(top: Path, base: str) -> str:
    """Return the commit that `base` names; nothing, as a tree, before the first commit."""
    asked = ("rev-parse", "--verify", "--quiet", "--end-of-options")
    try:
        return _text(top, *asked, f"{base}^{{commit}}").strip()
    except GitError:
        if base == "HEAD" and not _succeeds(top, *asked, "HEAD"):
            return _run(top, "hash-object", "-t", "tree", "--stdin").decode().strip()
        shallow = _text(top, "rev-parse", "--is-shallow-repository").strip() == "true"
        hint = "; the clone is shallow: fetch it first (git fetch --depth=1 ...)" * shallow
        raise GitError(f"{base!a} is no commit here{hint}") from None


def _contents(top: Path, blobs: list[str]) -> dict[str, bytes]:
    """Return what blobs hold, but for huge ones."""
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


def _run(folder: Path, *arguments: str, stdin: str = "") -> bytes:
    """Return what git prints. Raises GitError."""
    import subprocess  # noqa: PLC0415 -- only --diff asks git, and it takes long to import

    environment = {name: value for name, value in os.environ.items() if name not in _OURS}
    environment |= {"GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
    command = ["git", "-C", os.fspath(folder), *arguments]
    try:
        done = subprocess.run(  # noqa: S603 -- git, with arguments of ours and a commit's name
            command, input=stdin.encode(), capture_output=True, env=environment, check=False
        )
    except FileNotFoundError:
        raise GitError("there is no git here to ask") from None
    if done.returncode != 0:
        told = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["failed"]
        raise GitError(f"git {arguments[0]}: {told[0].removeprefix('fatal: ')}")
    return done.stdout
