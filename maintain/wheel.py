"""Put what install.py installs into the wheel, and what that is built from into the sdist."""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from fastapi_pro.installing.contents import MAIN, SKILLS, contents  # noqa: E402 -- as in scripts/
from fastapi_pro.paths import CARRIED, PACKAGE  # noqa: E402


class SkillHook(BuildHookInterface[Any]):
    """Adds the skill's files below the package."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Name the files; an editable installation finds them in the checkout."""
        if version == "editable":
            return
        below = f"{PACKAGE.name}/{CARRIED}/" if self.target_name == "wheel" else ""
        for skill in SKILLS:
            folder = "" if skill == MAIN else f"skills/{skill}/"
            for name in (folder + name for name in contents(ROOT, skill)):
                if not name.startswith(f"{PACKAGE.name}/"):
                    build_data["force_include"][str(ROOT / name)] = below + name
