"""The pages of the skill, and the blocks in them."""

from pathlib import Path

from fastapi_pro.validating.fences import find_fences

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "SKILL.md", *sorted((ROOT / "references").glob("*.md"))]


def blocks(language: str) -> dict[str, tuple[str, str]]:
    """Return the source and the code of each block of a language, by the place where it stands."""
    found = {}
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        lines = text.split("\n")
        for fence in find_fences(text):
            if fence.language == language:
                source = fence.info.removeprefix(language).strip()
                code = "\n".join(lines[fence.start + 1 : fence.end])
                found[f"{page.name}:{fence.start + 1}"] = (source, code)
    return found
