"""The proxy in front of the service, if a file of the project configures it."""

import re
from collections.abc import Iterator
from pathlib import Path

from fastapi_pro.auditing.model import project_files
from fastapi_pro.auditing.model.program import Program, fact

_DEPTH = 4
_FOLDERS = 500  # that are looked into for the file of a proxy
_LEFT_ALONE = {"node_modules", "site-packages", "dist", "venv"}
_OTHER = re.compile(r"test|example|sample|^docs?$", re.IGNORECASE)
_NO_FOLDER = re.compile(r"\w\.\w+$")
_NGINX = re.compile(rb"^[^#\n]*\bproxy_pass\s", re.MULTILINE)
_NGINX_OPEN = re.compile(rb"^[^#\n]*\bclient_max_body_size\s+0\w?\s*;", re.MULTILINE)
_CADDY = re.compile(rb"^[^#\n]*\brequest_body\b[^}]*\bmax_size\b", re.MULTILINE)


@fact
def limits_bodies(program: Program) -> bool:
    """Say whether a proxy refuses long bodies: nginx above 1 MB by default, Caddy if configured."""
    for path in _files(program.root):
        try:
            text = project_files.read(path)
        except OSError:
            continue
        if path.name.startswith("Caddyfile"):
            if _CADDY.search(text):
                return True
        elif _NGINX.search(text) and not _NGINX_OPEN.search(text):
            return True
    return False


def _files(root: Path) -> Iterator[Path]:
    """Yield the files a few levels below a folder that may configure a proxy."""
    waiting = [root]
    count = 0
    while waiting and count < _FOLDERS:
        folder, count = waiting.pop(0), count + 1
        is_deep = len(folder.parts) - len(root.parts) >= _DEPTH
        for name in sorted(project_files.names(folder)):
            if name.startswith("Caddyfile") or name.endswith((".conf", ".conf.template")):
                yield folder / name
            elif not (is_deep or _is_left_alone(name)):
                waiting.append(folder / name)


def _is_left_alone(name: str) -> bool:
    is_hidden = name.startswith((".", "__"))
    is_other = bool(_OTHER.search(name) or _NO_FOLDER.search(name))
    return is_hidden or name in _LEFT_ALONE or is_other
