"""python-jose and passlib, which nobody maintains any more."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.passwords import (
    is_libpass,
    passlib_on_bcrypt,
    passlib_schemes,
    pwdlib_for,
)

_LAST = {
    "jose": "python-jose had its last release in May 2025: it is unmaintained",
    "passlib": "passlib had its last release in 2020, and uses what newer Python versions removed",
}

_PYJWT = "PyJWT, which decodes the tokens of python-jose"


def detect(program: Program) -> Iterator[Hit]:
    """Yield the first import of each, passlib unless passlib-bcrypt-5 says more."""
    is_said = passlib_on_bcrypt(program) or is_libpass(program)
    unsaid = {"jose"} if is_said else {"jose", "passlib"}
    for module in program.service:
        if not module.imports(*unsaid):
            continue
        statements = [Node(module, n) for n in module.nodes(ast.Import, ast.ImportFrom)]
        for statement in sorted(statements, key=lambda statement: statement.line):
            for library in _imported(statement) & unsaid:
                unsaid.remove(library)
                fix = _PYJWT if library == "jose" else pwdlib_for(passlib_schemes(program))
                yield statement.hit(_LAST[library], fix=fix)


def _imported(statement: Node) -> set[str]:
    """Return the packages that an import names."""
    match statement.ast:
        case ast.ImportFrom(module=str(name), level=0):
            return {name.partition(".")[0]}
        case ast.Import(names=aliases):
            return {alias.name.partition(".")[0] for alias in aliases}
    return set()
