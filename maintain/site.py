"""Build the site: the rules and the guide, for GitHub Pages.

usage: maintain.py site FOLDER

FOLDER is made, or emptied if it contains a site. Zensical makes the pages from README.md and
`references/`, in an environment that uv makes for it. Beside each page is its Markdown; llms.txt
lists all pages. Dead links on the site or into the repository are refused. Links to other sites are
not checked.

Exits with 0, with 1 when the site cannot be built or a link is dead, with 2 for wrong use.
"""

import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from fastapi_pro.addresses import REPOSITORY, SITE
from fastapi_pro.command_line import parser_of
from fastapi_pro.paths import ROOT
from fastapi_pro.validating.report import render
from maintain.building.llms import LLMS, llms_txt
from maintain.building.refusal import RefusedError
from maintain.building.site_links import dead_links
from maintain.building.site_pages import navigation, site_files

CONFIG = ROOT / "docs" / "zensical.toml"
_ZENSICAL = [
    *("uv", "run", "--quiet", "--project", str(ROOT)),
    *("--isolated", "--only-group", "site", "zensical"),
]
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    parser = parser_of(__doc__)
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    folder: Path = parser.parse_args(argv).folder.resolve()
    if folder.exists() and not (folder.is_dir() and _may_be_emptied(folder)):
        print(f"maintain.py site: {folder} holds something else than a site", file=sys.stderr)
        return 2
    try:
        files = site_files(ROOT)
    except RefusedError as error:
        print(render(error.findings, "text"))
        return 1
    with tempfile.TemporaryDirectory() as work:
        built = _build(Path(work), files)
        if built is None:
            return 1
        if folder.exists():
            shutil.rmtree(folder)
        shutil.copytree(built, folder)
    dead = dead_links(folder, SITE)
    print("".join(f"{line}\n" for line in dead), end="")
    print(f"{folder}: {sum(1 for _ in folder.rglob('*.html'))} pages, {len(dead)} dead links")
    return int(bool(dead))


def _may_be_emptied(folder: Path) -> bool:
    return (folder / LLMS).is_file() or not any(folder.iterdir())


def _build(work: Path, files: Mapping[str, bytes]) -> Path | None:
    """Return the folder of the site, or None where Zensical does not build it."""
    for name, content in files.items():
        file = work / "docs" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    (work / "zensical.toml").write_text(settings(), encoding="utf-8")
    try:
        done = subprocess.run(
            [*_ZENSICAL, "build", "--clean", "--strict", "--config-file", "zensical.toml"],
            cwd=work, capture_output=True, text=True, check=False,
        )  # fmt: skip
    except FileNotFoundError:
        print("maintain.py site: uv is not there; pip install uv", file=sys.stderr)
        return None
    if done.returncode:
        told = _COLOUR.sub("", done.stdout + done.stderr).partition("\nTraceback ")[0]
        print(f"maintain.py site: Zensical builds nothing:\n{told}", file=sys.stderr)
        return None
    built = work / "site"
    for name, content in files.items():
        if name.endswith(".md"):
            (built / name).write_bytes(content)
    (built / LLMS).write_text(llms_txt(ROOT), encoding="utf-8")
    return built


def settings() -> str:
    """Return the settings: those that are kept, the addresses and the menu."""
    ours = {"site_url": SITE, "repo_url": REPOSITORY, "nav": navigation(ROOT)}
    lines = [f"{name} = {_toml(value)}\n" for name, value in ours.items()]
    head = "[project]\n"
    kept = CONFIG.read_text(encoding="utf-8")
    return kept.replace(head, head + "".join(lines), 1)


def _toml(value: object) -> str:
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{json.dumps(k)} = {_toml(v)}' for k, v in value.items())} }}"
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    return json.dumps(value)
