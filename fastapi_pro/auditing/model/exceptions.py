"""What a `raise` raises, and what an `except` catches."""

from fastapi_pro.auditing.model.node import Node


def raised_by(statement: Node) -> Node:
    """Return the expression that a `raise` raises; nothing for a bare one."""
    return statement.at(getattr(statement.ast, "exc", None))


def caught_by(handler: Node) -> list[Node]:
    """Return the classes that a handler catches; none if it is bare and catches all."""
    kinds = handler.at(getattr(handler.ast, "type", None))
    return kinds.value.elements or ([kinds] if kinds else [])
