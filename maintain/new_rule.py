"""Make the folder of a new rule, to be filled in as CONTRIBUTING.md shows.

usage: maintain.py new-rule SLUG

SLUG is what users write in `--select` and `ignore[...]`: words that name the mistake, such as
commit-after-response. Either all files are written or none. The proof fails, and the text is
refused, until every TODO is replaced.

Exits with 0, with 1 when it cannot be written, with 2 for a slug that cannot be used.
"""

import re
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from fastapi_pro.auditing.finding import UNREADABLE
from fastapi_pro.auditing.reporting.catalogue import UNUSED_IGNORE
from fastapi_pro.command_line import parser_of
from fastapi_pro.paths import RULES
from fastapi_pro.rulebook import folder_name

_SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")

_CODE = '''\
"""TODO: a service of a few lines. bad.py and good.py differ in nothing but the rule."""

from fastapi import FastAPI

app = FastAPI()
'''

FILES = {
    "rule.md": """\
---
title: "TODO: what to do, and after a colon what happens otherwise."
tier: TODO critical or pitfall, which SKILL.md shows, or reference
severity: TODO high, medium or low
consequence: TODO breaks, stranger, load or rest (see rulebook.py)
symptom: "TODO: what one sees"
fix: "TODO: what to do, in a line"
sources:
  - TODO
---
**You see.** TODO: what users and logs show.

**Why.** TODO: what the libraries do, and since which version.

**Fix.** TODO: what to write instead.

**Not when.** TODO: where code that looks like this is right.
""",
    "claims.txt": """\
TODO: what users <- TODO: a test of test_proof.py, a program of cases.py, https://..., or advice
TODO: what the libraries <- TODO
TODO: what to write <- TODO
TODO: where code <- TODO
""",
    "bad.py": _CODE,
    "good.py": _CODE,
    "test_proof.py": '''\
"""Proof of SLUG."""

from types import ModuleType

import pytest


def test_bad_todo(bad: ModuleType) -> None:
    pytest.fail(f"TODO: show what goes wrong with {bad.app}")


def test_good_todo(good: ModuleType) -> None:
    pytest.fail(f"TODO: do the same with {good.app}, which holds")
''',
    "detector.py": '''\
"""TODO: what breaks the rule, as code shows it."""

from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Program
from fastapi_pro.auditing.libraries.fastapi import endpoints


def detect(program: Program) -> Iterator[Hit]:
    """Yield each TODO."""
    for endpoint in endpoints(program):
        if endpoint.path == "/TODO":
            yield endpoint.call.hit(f"TODO: `{endpoint.name}` does this, and that comes of it")
''',
    "cases.py": '''\
"""TODO: what the programs below have in common."""

BAD = ["TODO: the lines of bad.py that are found"]

# At least five spellings: the lines that end in `# !` are found, and no others.
FOUND = {
    "TODO: in a router": """
from fastapi import APIRouter
router = APIRouter()
@router.get("/TODO")
async def read(): ...
""",
}

# At least five programs that look like it and are right.
LOOK_ALIKES = {
    "TODO: another path": """
from fastapi import APIRouter
router = APIRouter()
@router.get("/items")
async def read(): ...
""",
}
''',
}


class RefusedError(Exception):
    """Why there is no folder, and what to write instead."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command, print what to do next, and return the exit code."""
    parser = parser_of(__doc__)
    parser.add_argument("slug", metavar="SLUG")
    slug: str = parser.parse_args(argv).slug
    folder = RULES / folder_name(slug)
    try:
        _check(slug, folder)
        _write(folder, {name: text.replace("SLUG", slug) for name, text in FILES.items()})
    except RefusedError as error:
        print(f"maintain.py new-rule: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        told = f"{error.filename}: {error.strerror}; nothing was made"
        print(f"maintain.py new-rule: {told}", file=sys.stderr)
        return 1
    print(f"snippets/rules/{folder.name}/: {', '.join(FILES)}")
    print(f"Fill them as CONTRIBUTING.md shows, first: uv run pytest snippets/rules/{folder.name}")
    return 0


def _check(slug: str, folder: Path) -> None:
    """Raise RefusedError unless a rule may be called so."""
    if not _SLUG.fullmatch(slug):
        words = "-".join(re.findall(r"[a-z0-9]+", slug.lower()))
        better = re.sub(r"^[0-9-]+", "", words) or "what-goes-wrong"
        raise RefusedError(f"{slug!a} is no slug; write {better}")
    if slug in (UNREADABLE, UNUSED_IGNORE):
        raise RefusedError(f"{slug} is what the audit says of files; write another slug")
    if folder.exists():
        there = f"snippets/rules/{folder.name}/"
        raise RefusedError(f"there is a rule {slug}; edit {there}, or write another slug")


def _write(folder: Path, files: Mapping[str, str]) -> None:
    """Write the files beside the folder, then give them its name. Raises OSError."""
    draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        content = draft / folder.name
        content.mkdir()
        for name, text in files.items():
            (content / name).write_text(text, encoding="utf-8", newline="\n")
        content.rename(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
