"""What an expression says, with what its variables stand for: to show, or to look for words in."""

import ast

from fastapi_pro.auditing.model.program import At, Program

_MOST = 20  # variables followed


def spelled(node: ast.AST) -> str:
    """Return the source of a node, "…" where it is nested too deep to be written."""
    try:
        return ast.unparse(node)
    except RecursionError:
        return "…"


def written(program: Program, at: At) -> str:
    """Return an expression as it is written, and below it the values of its variables."""
    texts: list[str] = []
    queue, seen = [at], {at}
    while queue and len(texts) < _MOST:
        current = queue.pop(0)
        texts.append(spelled(current.node))
        for node in ast.walk(current.node):
            if not isinstance(node, ast.Name) or not isinstance(node.ctx, ast.Load):
                continue
            binding = program.binding(current.module, node)
            if binding is None or binding.kind not in ("assign", "for"):
                continue
            value = At(current.module, binding.node)
            if value not in seen:
                seen.add(value)
                queue.append(value)
    return "\n".join(texts)
