"""Where the skill's files lie."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
CARRIED = "_skill"
"""The folder of the package in which a wheel has the rest of the skill."""
ROOT = PACKAGE / CARRIED if (PACKAGE / CARRIED).is_dir() else PACKAGE.parent
SNIPPETS = ROOT / "snippets"
RULES = SNIPPETS / "rules"
PAGES = ROOT / "references" / "rules"
"""One page for each rule, which scripts/build.py generates from its folder in RULES."""
INSTALL_RECORD = ".installed.json"
"""The file by which install.py recognizes a skill's folder as its own."""
