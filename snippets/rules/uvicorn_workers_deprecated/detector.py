"""gunicorn's workers that uvicorn has given up."""

import ast
import re
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.starts import starts

_MODULE = "uvicorn.workers"
_WORKER = re.compile(r"(?<!\w)uvicorn\.workers\.Uvicorn(H11)?Worker\b")
_DEPRECATED = "`{}` is deprecated, with a warning that gunicorn hides"


def detect(program: Program) -> Iterator[Hit]:
    """Yield each place that names a worker class of `uvicorn.workers`."""
    for text, found in program.strings(_WORKER, _MODULE):
        is_docstring = isinstance(text.parent.ast, ast.Expr)
        if not is_docstring and len(found.string) <= 500:
            yield text.hit(_DEPRECATED.format(found[0]))
    for start in starts(program):
        kind = start.option("worker-class")
        if start.launch and kind and _WORKER.fullmatch(str(kind.value)):
            yield kind.place.hit(_DEPRECATED.format(kind.value))
    for module in program.saying(_MODULE):
        for statement in (Node(module, node) for node in module.nodes(ast.ImportFrom, ast.Import)):
            if _imports_workers(statement):
                yield statement.hit(_DEPRECATED.format(_MODULE))


def _imports_workers(statement: Node) -> bool:
    match statement.ast:
        case ast.ImportFrom(level=0, module=name):
            return name == _MODULE
        case ast.Import(names=aliases):
            return any(alias.name == _MODULE for alias in aliases)
    return False
