"""Libraries without the extras that the code needs of them."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.project_packages import (
    is_locked,
    reads_all_requirements,
    requirements,
    script_requirements,
    versions,
)
from fastapi_pro.auditing.libraries.requirements import Requirement
from fastapi_pro.auditing.model.module import Module

_NEEDS = {
    "fastapi.Form": "python-multipart",
    "fastapi.File": "python-multipart",
    "fastapi.UploadFile": "python-multipart",
    "fastapi.security.OAuth2PasswordRequestForm": "python-multipart",
    "fastapi.security.OAuth2PasswordRequestFormStrict": "python-multipart",
    "pydantic.EmailStr": "email-validator",
    "pydantic.NameEmail": "email-validator",
}
_WANTED = {name.rpartition(".")[2] for name in _NEEDS}
_BRINGS = {
    "greenlet": {
        "greenlet", "gevent", "eventlet", "playwright", "sqlmodel", "advanced-alchemy", "prefect",
        "llama-index", "llama-index-core", "llama-index-vector-stores-postgres",
        "langchain-postgres",
        "fastapi-users-db-sqlalchemy", "fastapi-users[sqlalchemy]", "sqlalchemy[asyncio]",
        "sqlalchemy[aiomysql]", "sqlalchemy[aioodbc]", "sqlalchemy[aiosqlite]",
        "sqlalchemy[asyncmy]", "sqlalchemy[postgresql-asyncpg]",
    },
    "email-validator": {
        "email-validator", "pydantic[email]", "pydantic[all]", "fastapi[standard]", "fastapi[all]",
        "fastapi[standard-no-fastapi-cloud-cli]", "fastapi-users", "fastapi-users-db-sqlalchemy",
        "fastapi-users-db-beanie", "fastapi-mail",
    },
    "python-multipart": {
        "python-multipart", "fastapi[standard]", "fastapi[all]", "starlette[full]",
        "fastapi[standard-no-fastapi-cloud-cli]", "fastapi-users", "fastapi-users-db-sqlalchemy",
        "fastapi-users-db-beanie", "gradio", "nicegui", "sqladmin", "starlette-admin", "mcp",
        "fastmcp", "chainlit", "crewai", "google-adk",
    },
}  # fmt: skip
_WHY = {
    "greenlet": "sqlalchemy.ext.asyncio needs greenlet, which sqlalchemy installs only up to 2.0",
    "email-validator": "EmailStr needs email-validator, which pydantic does not install",
    "python-multipart": "forms and uploads need python-multipart, which fastapi does not install",
}
_FROM = {
    "greenlet": "sqlalchemy[asyncio]",
    "email-validator": "pydantic[email]",
    "python-multipart": "python-multipart",
}
_OF = {"greenlet": "sqlalchemy", "email-validator": "fastapi", "python-multipart": "fastapi"}


def detect(program: Program) -> Iterator[Hit]:
    """Yield each script whose block lacks extras, and else the first use that nothing serves."""
    reported = set()
    for module in program.service:
        used = _used(module)
        if used and (script := script_requirements(module)):
            if missing := [name for name in used if _lacks(module, script, name)]:
                line = min(r.line for r in script)
                why = "; ".join(_WHY[name] for name in missing)
                yield Hit(module.path, line, 0, f"this script's {why}", fix=_require(missing))
            continue
        for package, node in used.items():
            is_missing = _lacks(module, requirements(program), package)
            if is_missing and package not in reported and reads_all_requirements(program):
                reported.add(package)
                if not is_locked(program, package):
                    message = f"{_WHY[package]}, and no requirement does"
                    yield node.hit(message, fix=_require([package]))


def _require(packages: list[str]) -> str:
    return f"Require {', '.join(f'`{_FROM[package]}`' for package in packages)}"


def _used(module: Module) -> dict[str, Node]:
    """Return the packages that a module needs without importing them, with the first use."""
    found: dict[str, Node] = {}
    for statement in module.nodes(ast.ImportFrom):
        if not statement.level and (statement.module or "").startswith("sqlalchemy.ext.asyncio"):
            found.setdefault("greenlet", Node(module, statement))
    renamed = {a.asname or a.name for a in module.nodes(ast.alias) if a.name in _WANTED}
    names = module.nodes(ast.Name) if renamed else ()
    uses: list[ast.Name | ast.Attribute] = [n for n in names if n.id in renamed]
    if not module.attributes.keys().isdisjoint(_WANTED):
        uses += [a for a in module.nodes(ast.Attribute) if a.attr in _WANTED]
    for use in (Node(module, use) for use in uses):
        package = _NEEDS.get(use.library_name)
        # `= EmailStr()` is a default that validates nothing
        is_default = use in (use.parent.func, use.parent.assigned) and not use.parent.generic
        is_no_form = use.enclosing_class and not use.function  # `name: str = Form()` in a schema
        if package and not (is_default if package == "email-validator" else is_no_form):
            found.setdefault(package, use)
    return found


def _lacks(module: Module, declared: list[Requirement], package: str) -> bool:
    """Say whether requirements name the library, and nothing that brings the package."""
    extras = {f"{r.name}[{extra.replace('_', '-')}]" for r in declared for extra in r.extras}
    names = {r.name for r in declared} | extras
    if _OF[package] not in names or names & _BRINGS[package]:
        return False
    if package == "greenlet":
        return versions(module, "sqlalchemy").has_from("2.1")
    # 0.111 alone required what `fastapi[standard]` brings
    fastapi = versions(module, "fastapi")
    return fastapi.has_before("0.111") or fastapi.has_from("0.112")
