"""python-jose and passlib, which nobody maintains any more."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.finding import Hit
from fastapi_pro.auditing.libraries.passwords import passlib_on_bcrypt
from fastapi_pro.auditing.model.legacy import Program

_LAST = {
    "jose": "python-jose had its last release in May 2025: tokens rest on code that nobody mends",
    "passlib": "passlib had its last release in 2020, and uses what newer Pythons have removed",
}


def detect(program: Program) -> Iterator[Hit]:
    """Yield the first import of each, passlib unless passlib-bcrypt-5 says more."""
    unsaid = {"jose": True, "passlib": not program.fact(passlib_on_bcrypt)}
    for module in program.code:
        if module.is_tool:
            continue
        nodes: list[ast.Import | ast.ImportFrom] = [
            *module.nodes(ast.Import),
            *module.nodes(ast.ImportFrom),
        ]
        for node in sorted(nodes, key=lambda node: node.lineno):
            for library in _imported(node):
                if unsaid.pop(library, False):
                    yield Hit(module, node, _LAST[library])


def _imported(node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    """Yield which of the libraries an import names."""
    if isinstance(node, ast.ImportFrom):
        names = [node.module or ""] if not node.level else []
    else:
        names = [alias.name for alias in node.names]
    for name in names:
        first = name.partition(".")[0]
        if first in _LAST:
            yield first
