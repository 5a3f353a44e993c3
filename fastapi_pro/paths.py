"""Where the skill's files lie."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SNIPPETS = ROOT / "snippets"
RULES = SNIPPETS / "rules"
PAGES = ROOT / "references" / "rules"
"""One page for each rule, made of its folder in RULES by scripts/build.py."""
INSTALL_RECORD = ".installed.json"
"""What install.py leaves in a skill's folder, to know it by."""
