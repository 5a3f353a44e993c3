"""llms.txt: what is on the site, for assistants (llmstxt.org)."""

import tomllib
from pathlib import Path, PurePosixPath

from fastapi_pro.addresses import REPOSITORY, SITE
from fastapi_pro.rulebook import load_rules
from maintain.building.listings import purposes
from maintain.building.rules import short

LLMS = "llms.txt"
_WHAT = (
    "A rule tells one mistake in FastAPI code that passes review and tests and fails in "
    "production, with bad code, good code, and a proof that the one fails and the other holds. "
    "The guide shows the code of a service that is run and tested."
)


def llms_txt(root: Path) -> str:
    """Return the text. Raises RefusedError, RuleError, and OSError."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    rules = load_rules(root / "snippets" / "rules")
    guide = {PurePosixPath(name).stem: purpose for name, purpose in purposes(root).items()
             if name != "references/rules.md"}  # fmt: skip
    more = sorted(root.glob("docs/*.md"))
    parts = [
        f"# {project['name']}",
        f"> {project['description']}",
        _WHAT,
        "## Rules",
        "\n".join(f"- [{r.slug}]({SITE}rules/{r.slug}.md): {short(r.title)}" for r in rules),
        "## Guide",
        "\n".join(f"- [{name}]({SITE}guide/{name}.md): {why}" for name, why in guide.items()),
        "## Optional",
        "\n".join(
            [
                f"- [README]({SITE}index.md): install it, start a service, review a code base",
                *(f"- [{page.stem}]({SITE}docs/{page.name}): {_title(page)}" for page in more),
                f"- [Repository]({REPOSITORY}): the skill, the audit, the service and all tests",
            ]
        ),
    ]
    return "\n\n".join(parts) + "\n"


def _title(page: Path) -> str:
    return page.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")
