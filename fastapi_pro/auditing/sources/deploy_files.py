"""The files that start the code: which they are, and to which program they belong."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from fastapi_pro.auditing.model import project_files
from fastapi_pro.auditing.sources.spots import source

_HOSTING = re.compile(r"(?:render|app)\.ya?ml|(?:fly|railway|nixpacks)\.toml")
_NAMES = re.compile(
    r"(?:[Dd]ocker|Container)file(?:[.-][\w.-]+)?|[\w.-]+\.(?:[Dd]ocker|Container)file|"
    r"[\w.-]*compose[\w.-]*\.ya?ml|(?:docker-)?stack[\w.-]*\.ya?ml|"
    r"Procfile(?:\.\w+)?|[\w.@-]+\.(?:sh|service)|supervisord?[\w.-]*\.conf|"
    r"\.env(?:\.[\w.-]+)?|[\w.-]+\.env(?:\.(?:example|sample|template|dist))?|"
    r"env\.(?:example|sample|template|dist)|"
    rf"nginx[\w.-]*\.conf(?:\.template)?|{_HOSTING.pattern}"
)
_SCRIPTS = re.compile(r"(?:docker-)?(?:entrypoint|entry|start|prestart|run)(?:[-_]\w+)?")
_YAML = re.compile(r".+\.ya?ml")
_APPLICATION = re.compile(r"(?<![\w./-])([A-Za-z_][\w.]*):[A-Za-z_]\w*")
_DEEPEST_SCAN = 200_000  # bytes


def is_deploy_file(path: str) -> bool:
    """Say whether a file starts something, by its name or as a Kubernetes manifest."""
    name = path.replace("\\", "/").rpartition("/")[2]
    if name.endswith((".dockerignore", ".py", ".md", ".pyc")):
        return False
    if _NAMES.fullmatch(name):
        return name not in ("app.yaml", "app.yml") or _begins_line(path, b"runtime:")
    if _SCRIPTS.fullmatch(name):
        return _begins(path, b"#!") and b"python" not in _head(path, 80)
    return _YAML.fullmatch(name) is not None and _is_manifest(path)


def may_be_deploy_file(path: str) -> bool:
    """Say whether a file may be one of those by its name alone: its comments begin with `#`."""
    name = path.replace("\\", "/").rpartition("/")[2]
    patterns = (_NAMES, _SCRIPTS, _YAML)
    return not name.endswith(".py") and any(pattern.fullmatch(name) for pattern in patterns)


def _head(path: str, size: int) -> bytes:
    try:
        return project_files.read(Path(path))[:size]
    except OSError:
        return b""


def _begins(path: str, mark: bytes) -> bool:
    return _head(path, len(mark)) == mark


def _begins_line(path: str, mark: bytes) -> bool:
    return b"\n" + mark in b"\n" + _head(path, _DEEPEST_SCAN)


def _is_manifest(path: str) -> bool:
    text = _head(path, _DEEPEST_SCAN)
    if b"apiVersion:" not in text or b"{{" in text:
        return False
    return b"containers:" in text or b"kind: Ingress" in text or b"kind: Horizontal" in text


def beside(paths: Iterable[Path], context: Iterable[Path]) -> list[Path]:
    """Return the deploy files of a project, if the user named folders, not single files."""
    if not any(path.is_dir() for path in paths):
        return []
    return [path for path in context if is_deploy_file(str(path))]


def kind(path: Path) -> str:
    """Return what a deploy file is: "dockerfile", "compose", "kubernetes", "script" and so on."""
    name = path.name
    is_image = re.search(r"(?:[Dd]ocker|Container)file", name)
    if is_image and not name.endswith((".sh", ".yml", ".yaml")):
        return "dockerfile"
    if _HOSTING.fullmatch(name):
        return "hosting"
    if name.endswith((".yml", ".yaml")):
        is_compose = re.search(r"compose|^(?:docker-)?stack", name) is not None
        return "kubernetes" if not is_compose or _is_manifest(str(path)) else "compose"
    if name.startswith("Procfile"):
        return "procfile"
    if name.endswith(".service"):
        return "systemd"
    if re.search(r"\.conf(?:\.template)?$", name):
        return "nginx" if name.startswith("nginx") else "supervisor"
    return "environment" if re.search(r"(?:^|\.)env(?:$|\.)", name) else "script"


def belonging(
    files: Iterable[Path], groups: Sequence[Sequence[Path]], root: Path
) -> Mapping[int, list[Path]]:
    """Return the deploy files of each program, by its index in `groups`; -1 has those of none.

    A file belongs to the programs that contain an application it names (`app.main:app`): where
    several services have one of that name, those nearest. Else to the program whose files are
    nearest.
    """
    found: dict[int, list[Path]] = defaultdict(list)
    modules = [_by_dotted(group, root) for group in groups]
    nearest = [_folders(group, root) for group in groups]
    for file in files:
        named = {match[1] for match in _APPLICATION.finditer(source(file).text)}
        places = {
            i: [path for name in named for path in paths.get(name, ())]
            for i, paths in enumerate(modules)
        }
        for owner in _beside(file, places) or [_nearest(file, nearest, root)]:
            found[owner].append(file)
    return found


def _by_dotted(group: Sequence[Path], root: Path) -> dict[str, list[Path]]:
    found: dict[str, list[Path]] = defaultdict(list)
    for path in group:
        for name in _dotted(path, root):
            found[name].append(path)
    return found


def _beside(file: Path, places: Mapping[int, Sequence[Path]]) -> list[int]:
    """Return whose modules share the deepest folder with a file."""
    shared = {
        owner: max(len(_shared(file, path).parts) for path in paths)
        for owner, paths in places.items()
        if paths
    }
    deepest = max(shared.values(), default=0)
    return [owner for owner, depth in shared.items() if depth == deepest]


def _shared(one: Path, other: Path) -> Path:
    return next(folder for folder in one.parents if folder in other.parents)


def _dotted(path: Path, root: Path) -> list[str]:
    """Return the dotted names of a module, from those of any folder above it."""
    inner = path.relative_to(root) if path.is_relative_to(root) else path  # by way of a link
    parts = inner.with_suffix("").parts
    parts = parts[:-1] if parts[-1] == "__init__" else parts
    return [".".join(parts[start:]) for start in range(len(parts))]


def _folders(group: Sequence[Path], root: Path) -> dict[Path, int]:
    """Return how many files of a program lie below each folder."""
    found: dict[Path, int] = defaultdict(int)
    for path in group:
        for folder in path.parents:
            found[folder] += 1
            if folder == root:
                break
    return found


def _nearest(file: Path, folders: Sequence[Mapping[Path, int]], root: Path) -> int:
    for folder in file.parents:
        counts = [counted.get(folder, 0) for counted in folders]
        if any(counts):
            return counts.index(max(counts))
        if folder == root:
            break
    return -1
