"""Libraries without the extras that the code needs of them."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from fastapi_pro.auditing.finding import Hit
from fastapi_pro.auditing.libraries.deployment import (
    Requirement,
    locked,
    requirements,
    script_requirements,
)
from fastapi_pro.auditing.model.legacy import Module, Program

_FORMS = {
    "fastapi.Form", "fastapi.File", "fastapi.UploadFile",
    "fastapi.security.OAuth2PasswordRequestForm",
    "fastapi.security.OAuth2PasswordRequestFormStrict",
}  # fmt: skip
_EMAILS = {"pydantic.EmailStr", "pydantic.NameEmail"}
_BEFORE_21 = re.compile(
    r"(<=?|==|\^|~=?)\s*(1\b|0\b)|(<=?|==)\s*2\.0\b|<\s*2(\.1)?\b(?!\.)|~=?\s*2\.0\.|~\s*2\.0|^\s*2\.0"
)
_BRINGS = {
    "greenlet": {
        "greenlet", "gevent", "eventlet", "playwright", "sqlmodel", "advanced-alchemy",
        "fastapi-users-db-sqlalchemy", "sqlalchemy[asyncio]",
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
        "fastmcp",
    },
}  # fmt: skip
_WHY = {
    "greenlet": "sqlalchemy.ext.asyncio needs greenlet, which sqlalchemy brings only up to 2.0",
    "email-validator": "EmailStr needs email-validator, which pydantic does not bring",
    "python-multipart": "forms and uploads need python-multipart, which fastapi does not bring",
}
_OF = {"greenlet": "sqlalchemy", "email-validator": "fastapi", "python-multipart": "fastapi"}


def detect(program: Program) -> Iterator[Hit]:
    """Yield each script whose block lacks extras, and else the first use that nothing serves."""
    reported = set()
    for module in program.code:
        if module.is_tool:
            continue
        used = _used(program, module)
        script = _script(module) if used else []
        if script:
            missing = [package for package in used if _lacks(script, package)]
            if missing:
                line = min(r.line for r in script)
                block = ast.Pass(lineno=line, col_offset=0)
                yield Hit(module, block, f"this script's {'; '.join(_WHY[p] for p in missing)}")
            continue
        for package, node in used.items():
            declared = program.fact(requirements)
            if package in reported or not _is_whole(declared) or not _lacks(declared, package):
                continue
            reported.add(package)
            if not locked(program, package):
                yield Hit(module, node, f"{_WHY[package]}, and nothing declared does")


def _used(program: Program, module: Module) -> dict[str, ast.AST]:
    """Return the packages that a module needs without importing them, with the first use."""
    found: dict[str, ast.AST] = {}
    for statement in module.nodes(ast.ImportFrom):
        if not statement.level and (statement.module or "").startswith("sqlalchemy.ext.asyncio"):
            found.setdefault("greenlet", statement)
    wanted = {name.rpartition(".")[2] for name in _FORMS | _EMAILS}
    renamed = {a.asname or a.name for a in module.nodes(ast.alias) if a.name in wanted}
    uses: list[ast.Name | ast.Attribute] = [n for n in module.nodes(ast.Name) if n.id in renamed]
    uses += [a for a in module.nodes(ast.Attribute) if a.attr in wanted]
    for use in uses:
        name = program.name_of(module, use)
        if name in _FORMS:
            found.setdefault("python-multipart", use)
        elif name in _EMAILS:
            found.setdefault("email-validator", use)
    return found


def _script(module: Module) -> list[Requirement]:
    """Return what the block of a script declares; it stands before the first statement."""
    if not module.tree.body or module.tree.body[0].lineno < 4:
        return []
    try:
        source = module.path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return []
    return script_requirements(module.path, source)


def _lacks(declared: list[Requirement], package: str) -> bool:
    """Say whether requirements name the library, and nothing that brings the package."""
    names = {r.name for r in declared} | {f"{r.name}[{e}]" for r in declared for e in r.extras}
    if _OF[package] not in names or names & _BRINGS[package]:
        return False
    if package == "greenlet":
        library = [r for r in declared if r.name == "sqlalchemy"]
        return not any(_BEFORE_21.search(r.versions) for r in library)
    return True


def _is_whole(declared: list[Requirement]) -> bool:
    """Say whether no requirements file includes another one that was not read."""
    read = {r.path for r in declared}
    return not any(_includes(path) - read for path in read if path.suffix == ".txt")


def _includes(path: Path) -> set[Path]:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return set()
    return {
        path.parent / match[1]
        for match in re.finditer(r"(?m)^\s*(?:-r|--requirement)[ =]*(\S+)", text)
    }
