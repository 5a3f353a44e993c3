"""A project with one file for each layer, for one process: without metrics and seams for recipes.

`snippets/minimal/plug.diff` makes shorter what is there for recipes, several workers or speed, and
changes the code that uses what is left out or moved; its format is that of recipes.
"""

from collections.abc import Mapping
from pathlib import Path

from fastapi_pro.scaffolding.joining import Joined, join
from fastapi_pro.scaffolding.recipes import PLUG, add_recipe

_METRICS = {
    "app/core/metric_files.py",
    "app/core/metrics.py",
    "app/core/request_metrics.py",
    "tests/test_metric_files.py",
    "tests/test_metrics.py",
}
_MODULES = {
    "app.config": Joined(
        ["app.core.setting_types", "app.core.config"], "Settings, checked once at the start."
    ),
    "app.db": Joined(["app.core.db"]),
    "app.models": Joined(["app.models.base", "app.models.user", "app.models.product"], "Tables."),
    "app.schemas": Joined(
        [f"app.schemas.{name}" for name in ("text", "error", "token", "user", "product")],
        "JSON in and out.",
    ),
    "app.errors": Joined(
        ["app.core.errors", "app.core.routes", "app.api.errors"], "Errors that a client is told."
    ),
    "app.security": Joined(["app.core.security"]),
    "app.services": Joined(
        [f"app.services.{name}" for name in ("auth", "users", "products")],
        "What the service does; knows no FastAPI, never commits.",
    ),
    "app.observability": Joined(
        ["app.core.logging", "app.api.middleware"],
        "Logs, request ids, the last resort for errors.",
    ),
    "app.api": Joined(
        ["app.api.deps", "app.api.health"]
        + [f"app.api.v1.{name}" for name in ("auth", "users", "products")]
        + ["app.api.v1"],
        "Routes, and what they depend on.",
    ),
    "app.main": Joined(["app.main"]),
}


def minimal(snippets: Path, texts: Mapping[str, str]) -> dict[str, str]:
    """Return the texts of the minimal form of a project, by file.

    Raises RecipeError or JoinError if plug.diff or the modules do not fit.
    """
    kept = {name: text for name, text in texts.items() if name not in _METRICS}
    plug = (snippets / "minimal" / PLUG).read_text(encoding="utf-8")
    return join(add_recipe(kept, "minimal", {PLUG: plug}), _MODULES)
