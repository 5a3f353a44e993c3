"""gunicorn's workers that uvicorn has given up."""

import ast
import re
from collections.abc import Iterator

from fastapi_pro.auditing.finding import Hit
from fastapi_pro.auditing.model.legacy import Program

_WORKER = re.compile(r"(?<!\w)uvicorn\.workers\.Uvicorn(H11)?Worker\b")


def detect(program: Program) -> Iterator[Hit]:
    """Yield each place that names a worker class of `uvicorn.workers`."""
    for module in program.code:
        for constant in module.nodes(ast.Constant):
            text = constant.value
            if not isinstance(text, str) or len(text) > 500 or not _WORKER.search(text):
                continue
            if not isinstance(module.parent(constant), ast.Expr):  # a docstring
                yield Hit(module, constant, _message(text))
        for node in module.nodes(ast.ImportFrom):
            if not node.level and node.module == "uvicorn.workers":
                yield Hit(module, node, _message("uvicorn.workers"))
        for plain in module.nodes(ast.Import):
            if any(alias.name == "uvicorn.workers" for alias in plain.names):
                yield Hit(module, plain, _message("uvicorn.workers"))


def _message(text: str) -> str:
    found = _WORKER.search(text)
    return f"`{found[0] if found else text}` is deprecated, with a warning that gunicorn hides"
