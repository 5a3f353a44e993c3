"""The proxy in front of the service, if a file of the project configures it."""

import re
from collections.abc import Iterator
from pathlib import Path

from fastapi_pro.auditing.libraries.launches import Launch, launches
from fastapi_pro.auditing.libraries.starts import runs_on_lambda
from fastapi_pro.auditing.model import project_files
from fastapi_pro.auditing.model.program import Program, fact
from fastapi_pro.auditing.sources import yaml
from fastapi_pro.auditing.sources.deploy_files import kind
from fastapi_pro.auditing.sources.spots import source

_DEPTH = 4
_FOLDERS = 500  # that are looked into for the file of a proxy
_LEFT_ALONE = {"node_modules", "site-packages", "dist", "venv"}
_OTHER = re.compile(r"test|example|sample|^docs?$", re.IGNORECASE)
_FILE = re.compile(
    r"^Caddyfile|^Dockerfile|nginx.*\.txt$|"
    r"\.(conf|nginx|j2|jinja2?|tpl|tmpl|tftpl|template|sh|bash|tf|ya?ml|nix)$"
)
"""Files that hold nginx' configuration, or write it when a machine or an image is made."""
_HOME = re.compile(r"nginx|^sites-(available|enabled)$", re.IGNORECASE)
"""Folders whose files need no ending."""
_NO_FOLDER = re.compile(r"\w\.\w+$")
_NGINX = re.compile(rb"^[^#\n]*\bproxy_pass[ \t]+[^\s;][^\n;]*;", re.MULTILINE)
_NGINX_OPEN = re.compile(rb"^[^#\n]*\bclient_max_body_size\s+0\w?\s*;", re.MULTILINE)
_INGRESS = re.compile(
    r"^ *(?:ingressClassName|kubernetes\.io/ingress\.class): *[\"']?nginx\b"
    r"|^ *nginx\.ingress\.kubernetes\.io/",
    re.MULTILINE,
)
_INGRESS_OPEN = re.compile(r"proxy-body-size: *[\"']?0\w?[\"']? *$", re.MULTILINE)
_CADDY = re.compile(rb"^[^#\n]*\brequest_body\b[^}]*\bmax_size\b", re.MULTILINE)
_REPLACING = re.compile(r"(?:^|/)(?:caddy|traefik)\b")
_PASSING_ON = re.compile(r"forwardedheaders[.:_\s]*insecure", re.IGNORECASE)


@fact
def limits_bodies(program: Program) -> bool:
    """Say whether something before the service refuses long bodies.

    nginx does above 1 MB by default, also as an Ingress; Caddy if configured; Lambda above 6 MB.
    """
    if runs_on_lambda(program) or any(map(_is_ingress_of_nginx, program.files)):
        return True
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


def is_behind_replacing_proxy(program: Program, launch: Launch | None) -> bool:
    """Say whether only a proxy reaches a compose service that replaces `X-Forwarded-For`.

    Caddy and Traefik do, unless they are told to pass on what a client claims.
    """
    if launch is None or launch.kind != "compose" or launch.body is None:
        return False
    if not {"ports", "network_mode"}.isdisjoint(launch.body.values):
        return False
    if _PASSING_ON.search(launch.source.text):
        return False
    beside = (other for other in launches(program) if other.source.path == launch.source.path)
    images = (other.body.get("image") for other in beside if other.body)
    return any(isinstance(i, yaml.Scalar) and _REPLACING.search(i.text) for i in images)


def _is_ingress_of_nginx(path: Path) -> bool:
    if kind(path) != "kubernetes":
        return False
    text = source(path).text
    return bool(_INGRESS.search(text)) and not _INGRESS_OPEN.search(text)


def _files(root: Path) -> Iterator[Path]:
    """Yield the files a few levels below a folder that may configure a proxy."""
    waiting = [root]
    count = 0
    while waiting and count < _FOLDERS:
        folder, count = waiting.pop(0), count + 1
        is_deep = len(folder.parts) - len(root.parts) >= _DEPTH
        is_home = _HOME.search(folder.name) is not None
        for name in sorted(project_files.names(folder)):
            is_file = _FILE.search(name) is not None
            if is_file or (is_home and "." not in name):
                yield folder / name
            if not (is_file or is_deep or _is_left_alone(name)):
                waiting.append(folder / name)


def _is_left_alone(name: str) -> bool:
    is_hidden = name.startswith((".", "__"))
    is_other = bool(_OTHER.search(name) or _NO_FOLDER.search(name))
    return is_hidden or name in _LEFT_ALONE or is_other
