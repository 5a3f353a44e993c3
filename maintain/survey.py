"""Compare this skill with others on FastAPI: blocks, whether they run, size, topics.

usage: maintain.py survey [--write | --check] [NAME=PATH ...]

Without arguments it measures our skill and FastAPI's own. --write stores the results, and keeps the
old ones of other skills. --check only says whether our pages have as many blocks as were run last;
if not, it exits with 1. NAME is a table of docs/skills.toml, which says which commit to check out.
PATH is the folder (or the file) of that skill. Our skill comes from this checkout, FastAPI's own
from its wheel. Packages are those of pyproject.toml at the date of `exclude-newer`, in an
environment that uv makes for this run. Each Python block runs as its own file in an empty folder;
the skill's own modules can be imported, and the environment has sample settings. A block still
running after 30 s counts as a pass. A topic counts if a block of any language shows code for it.
Tokens are characters / 4.

THIS RUNS THE CODE OF OTHERS, with your rights to read and write. It has no network if `unshare` can
take it away, and limits on time, memory and files. Read the code first, or use a container.

Exits with 0, or with 2 for wrong use or if something is missing. Needs Linux.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fastapi_pro.command_line import parser_of
from fastapi_pro.installing.contents import MAIN, contents
from fastapi_pro.scaffolding.files import project_files
from fastapi_pro.scaffolding.recipes import compatible_recipes
from maintain.building.atomic import write_all
from maintain.surveying.running import isolation, why_not_compiled, why_not_run
from maintain.surveying.skills import Source, SurveyError, import_path, read_pages, read_sources
from maintain.surveying.topics import TOPICS, shown

ROOT = Path(__file__).resolve().parents[1]
_GROUPS = ("service", "maintain", "test")
SOURCES = ROOT / "docs" / "skills.toml"
RESULT = ROOT / "docs" / "survey.json"
OFFICIAL = "official"
HERE = (MAIN, OFFICIAL)
PROJECT = "project"  # sorts before `snippets`: blocks import the service with its recipes
_TOLD = ("fastapi", "pydantic", "sqlalchemy", "starlette")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command, print a line for each skill, and return the exit code."""
    args = _arguments(argv)
    try:
        if args.check:
            return _check()
        sources, packages = read_sources(SOURCES)
        places = _places(args.skills, sources)
        known = _known(sources, {*HERE, *places}) if args.write else {}
        with tempfile.TemporaryDirectory() as folder:
            ours = _ours(Path(folder))
            with _environment([*packages, "-r", str(ours / PROJECT / "pyproject.toml")]) as python:
                measured = _survey(sources, {MAIN: ours, **places}, python)
    except SurveyError as error:
        print(f"maintain.py survey: {error}", file=sys.stderr)
        return 2
    if args.write:
        skills = {s.key: measured.get(s.key) or known[s.key] for s in sources}
        text = json.dumps({"topics": list(TOPICS), "skills": skills}, indent=2, ensure_ascii=False)
        RESULT.touch()
        write_all({RESULT: f"{text}\n".encode()})
        print(f"wrote docs/{RESULT.name}; scripts/build.py puts it into docs/measurements.md")
    return 0


def _check() -> int:
    """Say whether we have as many blocks as were run last. Raises SurveyError."""
    pages = read_pages(ROOT)
    kept = _known([Source(MAIN, MAIN)], ())[MAIN]["blocks"]
    if kept == len(pages.python):
        return 0
    told = f"docs/{RESULT.name}: {kept} of our blocks were run, now there are {len(pages.python)}"
    print(told, file=sys.stderr)
    return 1


def measure(place: Path, python: Path, isolated: Sequence[str]) -> dict[str, Any]:
    """Return the results for the skill in a folder. Raises SurveyError."""
    pages = read_pages(place)
    blocks = pages.python
    compiled = [code for code in blocks if not why_not_compiled(code)]
    path = import_path(place)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        reasons = list(pool.map(lambda code: why_not_run(code, python, path, isolated), blocks))
    return {
        "blocks": len(blocks),
        "compile": len(compiled),
        "run": reasons.count(""),
        "not_run": dict(Counter(sorted(filter(None, reasons)))),
        "tokens": len(pages.first) // 4,
        "tokens_all": len(pages.everything) // 4,
        "topics": shown("\n".join(code for _, code in pages.fences)),
    }


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = parser_of(__doc__)
    parser.add_argument("skills", nargs="*", metavar="NAME=PATH", help="where a skill lies")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--write", action="store_true", help=f"write docs/{RESULT.name}")
    how.add_argument("--check", action="store_true", help="run nothing, say whether it is old")
    return parser.parse_args(argv)


def _places(arguments: Sequence[str], sources: Sequence[Source]) -> dict[str, Path]:
    """Return the folder of each skill that must be given. Raises SurveyError."""
    names = [source.key for source in sources if source.repository]
    places = {}
    for argument in arguments:
        name, is_pair, path = argument.partition("=")
        if not is_pair or name not in names:
            raise SurveyError(f"{argument!a}: write NAME=PATH, NAME one of {', '.join(names)}")
        if not Path(path).exists():
            raise SurveyError(f"{path}: no such file or folder; check out the skill there")
        places[name] = Path(path).resolve()
    return places


def _known(sources: Sequence[Source], measured: Iterable[str]) -> dict[str, Any]:
    """Return what the last survey says of the skills not measured now. Raises SurveyError."""
    missing = [source.key for source in sources if source.key not in measured]
    try:
        skills = json.loads(RESULT.read_text(encoding="utf-8"))["skills"] if missing else {}
        return {key: skills[key] for key in missing}
    except (OSError, ValueError, TypeError, KeyError):
        message = f"{RESULT} says nothing of {missing[0]}; add {missing[0]}=PATH"
        raise SurveyError(message) from None


@contextmanager
def _environment(packages: Sequence[str]) -> Iterator[Path]:
    """Give the Python of an environment with the packages. Raises SurveyError."""
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    until = str(pyproject["tool"]["uv"]["exclude-newer"])
    with tempfile.TemporaryDirectory() as folder:
        python = Path(folder, "bin", "python")
        for command in (
            ["uv", "venv", "-q", "--python", sys.executable, folder, "--clear"],
            ["uv", "pip", "install", "-q", "--python", str(python), "--exclude-newer", until,
             *(f"--group={ROOT / 'pyproject.toml'}:{name}" for name in _GROUPS), *packages],
        ):  # fmt: skip
            try:
                done = subprocess.run(command, capture_output=True, text=True, check=False)
            except FileNotFoundError:
                raise SurveyError("uv is not there; pip install uv") from None
            if done.returncode:
                raise SurveyError(f"no environment: {done.stderr.strip()}")
        yield python


def _survey(sources: Sequence[Source], places: Mapping[str, Path], python: Path) -> dict[str, Any]:
    """Measure each skill whose folder is known, print it, and return all. Raises SurveyError."""
    isolated = isolation()
    if not isolated:
        print(
            "maintain.py survey: unshare cannot take the network from the blocks", file=sys.stderr
        )
    versions = _versions(python)
    run = {
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "python": ".".join(map(str, sys.version_info[:2])),
        "packages": {name: versions[name] for name in _TOLD},
        "network": not isolated,
    }
    [official] = python.parents[1].glob("lib/python*/site-packages/fastapi/.agents/skills/fastapi")
    skills = {}
    for source in sources:
        place = official if source.key == OFFICIAL else places.get(source.key)
        if place is None:
            continue
        measured = measure(place, python, isolated)
        origin = {name: text for name, text in asdict(source).items() if text}
        if source.package:
            origin["version"] = versions[source.package]
        skills[origin.pop("key")] = origin | run | measured
        print(f"{source.title}: {_line(measured)}", flush=True)
    return skills


def _ours(folder: Path) -> Path:
    """Write our skill into a folder, and a project that has its recipes; return the folder."""
    recipes = compatible_recipes(ROOT / "snippets")
    files = contents(ROOT, MAIN)
    for name, text in project_files(ROOT / "snippets", PROJECT, recipes).items():
        files[f"{PROJECT}/{name}"] = text.encode()
    for name, content in files.items():
        if name.startswith("snippets/recipes/"):  # overlays of `app`, not packages of their own
            continue
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return folder


def _versions(python: Path) -> dict[str, str]:
    """Return the version of each package of an environment."""
    command = ["uv", "pip", "list", "--python", str(python), "--format", "json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return {entry["name"]: entry["version"] for entry in json.loads(done.stdout)}


def _line(measured: Mapping[str, Any]) -> str:
    numbers = "{blocks} blocks, {compile} compile, {run} run; {tokens} of {tokens_all} tokens"
    reasons = "".join(f"; {count} {why}" for why, count in measured["not_run"].items())
    return f"{numbers.format(**measured)}, {len(measured['topics'])} topics{reasons}"
