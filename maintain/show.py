"""Generate SKILL.md from the snippets, validate it, and show what the assistant will see of it.

Prints what each part costs, in tokens of four characters: the listing line that is there from
the first matching file on, the body that loads when the skill is used, the pages it may read.

Exit codes: as build.py and validate.py; the first that is not 0 ends the command.
"""

import re
from collections.abc import Sequence
from pathlib import Path

import yaml

from fastapi_pro.cli import validate
from maintain import build

ROOT = Path(__file__).parents[1]


def main(argv: Sequence[str]) -> int:
    """Run the command, which takes no arguments, and return its exit code."""
    if argv:
        print((__doc__ or "").rstrip())
        return 0 if argv == ["--help"] else 2
    code = build.main([]) or validate.main([str(ROOT), str(ROOT / "skills"), "--max-size-error"])
    if code:
        return code
    text = (ROOT / "SKILL.md").read_text(encoding="utf-8")
    _, front_matter, body = re.split(r"^---\n", text, maxsplit=2, flags=re.MULTILINE)
    fields = yaml.safe_load(front_matter)
    listing = f"{fields['name']}: {fields['description']} {fields['when_to_use']}"
    print(f"\nListed once a file matches {', '.join(fields['paths'])} ({_tokens(listing)} tokens):")
    print(f"  {listing}")
    print(f"\nLoaded when it is used ({_tokens(body)} tokens, {len(body.splitlines())} lines):")
    for section in re.split(r"^(?=## )", body, flags=re.MULTILINE)[1:]:
        print(f"  {_tokens(section):5}  {section.splitlines()[0].removeprefix('## ')}")
    print("\nRead when the task needs it:")
    for page in sorted((ROOT / "references").glob("*.md")):
        print(f"  {_tokens(page.read_text(encoding='utf-8')):5}  references/{page.name}")
    return 0


def _tokens(text: str) -> int:
    return len(text) // 4
