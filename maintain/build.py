"""Fill SKILL.md, references/*.md, README.md and docs/measurements.md from what they name.

A fence says where its content comes from: ```python snippets/app/core/db.py is the whole file,
```python snippets/app/api/deps.py#get_db,SessionDep those definitions with the imports they need,
```text snippets/app/ the folder as a tree. Parts that end with a line <!-- end --> are generated:
after <!-- rules KIND --> from the rules of snippets/rules/, after <!-- survey --> from
docs/survey.json, after <!-- pages --> and <!-- recipe names --> from the pages and the recipes,
after <!-- files GLOB --> from the files themselves. The pages in references/rules/ are generated
from the rules; the page of a rule that no longer exists is deleted. llms.txt lists all pages.
All other bytes stay the same. If anything is refused, nothing is written.

Exit codes: 0 all is well, 1 something is refused or (with --check) out of date, 2 wrong use.
"""

import argparse
import difflib
import sys
from collections.abc import Iterable
from pathlib import Path

from fastapi_pro.command_line import run_command
from fastapi_pro.validating.report import Finding, render
from maintain.building.atomic import write_all
from maintain.building.files import expand_files
from maintain.building.headings import expand_contents
from maintain.building.listings import expand_listings
from maintain.building.llms import LLMS, llms_txt
from maintain.building.pages import fill_page
from maintain.building.refusal import RefusedError, refused
from maintain.building.rule_pages import old_pages, rule_pages
from maintain.building.rules import expand_rules
from maintain.building.sources import Snippets, decode
from maintain.building.survey import expand_survey
from maintain.building.unshown import find_unshown


def main(argv: list[str] | None = None) -> int:
    """Run the command and return its exit code; raises SystemExit(2) when it is used wrongly."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "--check", action="store_true", help="write nothing, show what would change"
    )
    parser.add_argument("--root", type=Path, default=Path(__file__).parents[1], metavar="DIR")
    options = parser.parse_args(argv)
    root: Path = options.root
    try:
        if not (root / "SKILL.md").exists():
            parser.error(f"there is no SKILL.md in {str(root)!a}")
        return _run(root, is_check=options.check)
    except OSError as error:
        _say(f"cannot read or write: {error}")
        return 1


def _run(root: Path, *, is_check: bool) -> int:
    """Check or write the pages below `root`; raises OSError when a file cannot be used."""
    files = [root / "SKILL.md", *sorted(root.glob("references/*.md"))]
    files += [file for name in ("README.md", "docs/measurements.md") for file in root.glob(name)]
    snippets = Snippets(root)
    old, new, findings = _fill_all(files, snippets)
    try:
        pages = rule_pages(snippets)
        if (root / LLMS).is_file():
            pages[root / LLMS] = llms_txt(root)
    except RefusedError as error:
        findings = list(dict.fromkeys([*findings, *error.findings]))
    if findings:
        _say(render(findings, "text"))
        return 1
    old |= old_pages(root, pages)
    new |= pages
    changed = {file: text for file, text in new.items() if text != old.get(file)}
    gone = [file for file in old if file not in new]
    if is_check:
        for file in [*changed, *gone]:
            name = file.relative_to(root).as_posix()
            _say(_diff(name, old.get(file, ""), new.get(file, "")))
        if changed or gone:
            print("build.py: run scripts/maintain.py refresh", file=sys.stderr)
        return 1 if changed or gone else 0
    write_all({file: text.encode() for file, text in changed.items()})
    for file in changed:
        _say(f"wrote {file.relative_to(root).as_posix()}")
    for file in gone:
        file.unlink()
        _say(f"deleted {file.relative_to(root).as_posix()}")
    return 0


def _fill_all(
    files: Iterable[Path], snippets: Snippets
) -> tuple[dict[Path, str], dict[Path, str], list[Finding]]:
    """Return the old and the new texts of the pages, and the refusals."""
    old: dict[Path, str] = {}
    new: dict[Path, str] = {}
    findings: list[Finding] = []
    shown: set[Path] = set()
    for file in files:
        name = file.relative_to(snippets.root).as_posix()
        try:
            old[file] = _read_page(file, name)
            text = expand_rules(name, old[file], snippets)
            text = expand_survey(name, text, snippets.root)
            text = expand_listings(name, text, snippets.root)
            text = expand_contents(name, text)
            text, listed = expand_files(name, text, snippets)
        except RefusedError as error:
            findings += error.findings
            continue
        page = fill_page(name, text, snippets)
        new[file] = page.text
        findings += page.findings
        shown |= page.shown | listed
    return old, new, list(dict.fromkeys([*findings, *find_unshown(snippets, shown)]))


def _read_page(file: Path, name: str) -> str:
    """Return the page's text, every line end as it is.

    Raises RefusedError when the page is no ordinary file or not UTF-8, OSError when it cannot be
    read.
    """
    if file.is_symlink() or not file.is_file():
        raise refused("not-a-file", "the page is not an ordinary file", "make it one", name)
    return decode(file.read_bytes(), name)


def _diff(name: str, old: str, new: str) -> str:
    lines = difflib.unified_diff(
        _lines(old), _lines(new), fromfile=name, tofile=f"{name} (generated)"
    )
    return "\n".join(line.removesuffix("\n") for line in lines)


def _lines(text: str) -> list[str]:
    r"""Split a text at each `\n`, marking a last line without one as diff does."""
    *lines, last = text.split("\n")
    ended = [f"{line}\n" for line in lines]
    return [*ended, f"{last}\n\\ No newline at end of file"] if last else ended


def _say(text: str) -> None:
    """Print, replacing what the terminal's encoding lacks."""
    encoding = sys.stdout.encoding or "utf-8"
    print(text.encode(encoding, "backslashreplace").decode(encoding), flush=True)


def run() -> int:
    """Run as a command."""
    return run_command(main, "build.py")
