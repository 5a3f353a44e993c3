"""The text of an expression with the values of its variables: to look for words in it."""

import ast
import re

from fastapi_pro.auditing.model.node import Node

_MOST = 20  # variables followed


def written(node: Node) -> str:
    """Return the source of an expression, and below it the values of its variables."""
    texts: list[str] = []
    queue, seen = [node], {node}
    while queue and len(texts) < _MOST:
        current = queue.pop(0)
        texts.append(current.text)
        for name in current.walk(ast.Name):
            binding = name.bound if isinstance(name.ast.ctx, ast.Load) else None  # type: ignore[attr-defined]
            if binding is None or binding.kind not in ("assign", "for", "with"):
                continue
            value = current.at(binding.node)
            if value not in seen:
                seen.add(value)
                queue.append(value)
    return "\n".join(texts)


def mentions(node: Node, pattern: str) -> bool:
    """Say whether a name or a string in a node matches a pattern, in any case."""
    parts = node.walk(ast.Name, ast.Attribute, ast.Constant)
    words = (part.name or part.member or part.literal for part in parts)
    return any(isinstance(w, str) and re.search(pattern, w, re.IGNORECASE) for w in words)
