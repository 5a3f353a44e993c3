"""Where the skill's files lie."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SNIPPETS = ROOT / "snippets"
RULES = SNIPPETS / "rules"
