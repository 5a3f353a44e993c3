"""Count the tokens that load: what the client lists, SKILL.md, the pages, and for common tasks.

usage: tokens.py [--write | --check] [NAME=PATH ...]

A task costs SKILL.md, the page it names for it, and what commands print that the page or the skill
says to run. NAME is a skill of docs/skills.toml and PATH where it lies; without it, what was last
known of that skill stays. FastAPI's own comes from its wheel. Tokens are of o200k_base, as Claude's
own tokenizer is not public. Prints tables; --write keeps them in docs, --check
says whether those that are kept are of today's pages: if not, it exits with 1.
"""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import yaml
from rs_bpe.bpe import openai

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT)]
from fastapi_pro.command_line import parser_of  # noqa: E402
from maintain.building.tables import markdown  # noqa: E402
from maintain.surveying.skills import SurveyError, read_pages, read_sources  # noqa: E402
from results import RESULTS, report  # noqa: E402

GOAL = 5500  # tokens, for a task
PAGE = 1500  # tokens, of a page of references/
SLOW = "rules.py blocking-call-in-async"
TASKS = {
    "add an endpoint": ("SKILL.md", "references/api.md"),
    "add a model and its migration": (
        "SKILL.md", "references/data.md", "references/migrations.md",
    ),
    "add login": ("SKILL.md", "references/auth.md"),
    "write a test": ("SKILL.md", "references/testing.md"),
    "fix a slow endpoint": ("SKILL.md", "references/data.md", SLOW),
    "deploy": ("SKILL.md", "references/deployment.md"),
    "review four findings": (
        "skills/fastapi-review/SKILL.md", "SKILL.md", "audit.py docs/example", SLOW,
    ),
}  # fmt: skip
_TOKENS = openai.o200k_base()


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return the exit code."""
    parser = parser_of(__doc__)
    parser.add_argument("skills", nargs="*", metavar="NAME=PATH")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--write", action="store_true")
    how.add_argument("--check", action="store_true")
    args = parser.parse_args(argv)
    if args.check:
        return _check()
    try:
        others = {**known_others(), **measured_others(args.skills)}
    except SurveyError as error:
        print(f"tokens.py: {error}", file=sys.stderr)
        return 2
    report("tokens", {**ours(), "others": others}, table, write=args.write)
    return 0


def _check() -> int:
    kept, now = _kept(), ours()
    if {name: kept.get(name) for name in now} == now:
        return 0
    print("docs/bench/tokens.json: the pages have changed since", file=sys.stderr)
    return 1


def _kept() -> dict[str, Any]:
    file = RESULTS / "tokens.json"
    kept: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    return kept


def ours() -> dict[str, Any]:
    """Return the tokens of this skill: for each task, and as a whole."""
    tasks = {task: sum(map(tokens_of, parts)) for task, parts in TASKS.items()}
    return {"tasks": tasks, "skill": skill_tokens(ROOT)}


def tokens_of(part: str) -> int:
    """Return the tokens of a page, or of what a command below `scripts/` prints."""
    if part.endswith(".md"):
        return count(ROOT / part)
    command = [sys.executable, *f"scripts/{part}".split()]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return int(_TOKENS.count(done.stdout))


def count(page: Path) -> int:
    """Return the tokens of a file."""
    return int(_TOKENS.count(page.read_text(encoding="utf-8")))


def skill_tokens(place: Path) -> dict[str, int]:
    """Return the tokens of a skill: its line in the listing, SKILL.md, all pages.

    Raises SurveyError.
    """
    pages = read_pages(place)
    _, fields, _ = f"{pages.first}\n---\n---\n".split("---\n", 2)
    front = yaml.safe_load(fields) if pages.first.startswith("---\n") else {}
    line = " ".join(str(front.get(name, "")) for name in ("name", "description", "when_to_use"))
    texts = {"listed": line.strip(), "SKILL.md": pages.first, "all pages": pages.everything}
    return {name: _TOKENS.count(text) for name, text in texts.items()}


def measured_others(arguments: Sequence[str]) -> dict[str, dict[str, int]]:
    """Return the tokens of the skills in `NAME=PATH`, and of FastAPI's own. Raises SurveyError."""
    sources, _ = read_sources(ROOT / "docs" / "skills.toml")
    titles = {source.key: source.title for source in sources}
    measured = {
        source.title: skill_tokens(
            Path(str(distribution(source.package).locate_file(source.package))) / source.path
        )
        for source in sources
        if source.package
    }
    for argument in arguments:
        name, _, path = argument.partition("=")
        if name not in titles:
            raise SurveyError(f"{argument!a}: write NAME=PATH, NAME one of {', '.join(titles)}")
        measured[titles[name]] = skill_tokens(Path(path))
    return measured


def known_others() -> dict[str, dict[str, int]]:
    """Return what was last measured of other skills."""
    others: dict[str, dict[str, int]] = _kept().get("others", {})
    return others


def table(result: Mapping[str, Any]) -> str:
    """Return the tables, and how they were made."""
    tasks = [("to do this", "the assistant reads", "tokens")]
    for task, tokens in result["tasks"].items():
        tasks.append((task, ", ".join(f"`{part}`" for part in TASKS[task]), f"{tokens:,}"))
    skills: list[Sequence[object]] = [("tokens", *result["skill"])]
    for skill, numbers in {"fastapi-pro": result["skill"], **result["others"]}.items():
        skills.append((skill, *(f"{tokens:,}" for tokens in numbers.values())))
    return (
        f"{markdown(tasks)}\n{markdown(skills)}\nIn tokens of o200k_base, on {result['date']}, by "
        "`uv run bench/tokens.py`.\n"
    )


if __name__ == "__main__":
    sys.exit(main())
