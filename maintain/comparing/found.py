"""Which rules each tool finds in their bad code, and what it says of good code."""

import shutil
import tempfile
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from fastapi_pro.auditing.reporting.catalogue import catalogue
from fastapi_pro.paths import RULES
from fastapi_pro.rulebook import example, folder_name, rule_folders, slug_of
from maintain.comparing.tools import Tool, count, run

APP = RULES.parent / "app"
HEADER = """\
A tool of others has found a rule when it reports any of its codes more often in bad.py than in
good.py, whatever it means by it: the generous reading. Ours must report the rule's own slug."""


@dataclass(frozen=True)
class Read:
    """What one tool reports of one rule's two files, by code."""

    bad: Counter[str]
    good: Counter[str]

    def codes(self, slug: str, *, is_ours: bool) -> list[str]:
        """Return the codes by which the rule is found."""
        more = self.bad - self.good
        return [slug] * (slug in more) if is_ours else sorted(more)


def table(tools: Sequence[Tool]) -> str:
    """Return the tables in markdown; the first tool is ours. Raises ToolError."""
    slugs = [slug_of(path) for path in rule_folders(RULES)]
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(2) as pool:
        _lay_out(Path(folder), slugs)

        def read(slug: str) -> list[Read]:
            places = [Path(folder, slug, kind) for kind in ("bad", "good")]
            return [Read(*(count(tool, run(tool, place)) for place in places)) for tool in tools]

        reads = dict(zip(slugs, pool.map(read, slugs), strict=True))
        app = [count(tool, run(tool, Path(folder, ".app"))).total() for tool in tools]
    unseen = {slug for slug, entry in catalogue(RULES).items() if entry.unseen}
    return render([tool.name for tool in tools], reads, app, unseen)


def render(
    names: Sequence[str], reads: dict[str, list[Read]], app: Sequence[int], unseen: set[str]
) -> str:
    """Return the tables: `reads` has a Read a tool, `app` a number of findings, as `names` has."""
    rows, totals = [], [0] * len(names)
    for slug, of_tools in reads.items():
        cells = []
        for at, one in enumerate(of_tools):
            codes = one.codes(slug, is_ours=at == 0)
            totals[at] += bool(codes)
            cells.append("-" if not codes else f"found ({', '.join(codes)})" if at else "found")
        rows.append([f"{slug} *" if slug in unseen else slug, *cells])
    good = [sum(of[at].good.total() for of in reads.values()) for at in range(len(names))]
    rows.append([f"**found, of {len(reads)}**", *map(str, totals)])
    rows.append(["**findings in all good.py**", *map(str, good)])
    rows.append(["**findings in snippets/app**", *map(str, app)])
    note = "\n\n\\* no code can show it" if unseen & reads.keys() else ""
    return f"{HEADER}\n\n{markdown(['rule', *names], rows)}{note}"


def markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table whose columns are as wide as their widest cells."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    lines = [head, ["-" * width for width in widths], *rows]
    return "\n".join(
        f"| {' | '.join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))} |"
        for line in lines
    )


def _lay_out(folder: Path, slugs: Sequence[str]) -> None:
    """Give each file a folder of its own, where no settings of this repository reach it."""
    for slug in slugs:
        for kind in ("bad", "good"):
            place = folder / slug / kind
            place.mkdir(parents=True)
            code = example(RULES / folder_name(slug), kind)
            shutil.copyfile(code, place / code.name)
    shutil.copytree(APP, folder / ".app" / "app", ignore=shutil.ignore_patterns("__pycache__"))
