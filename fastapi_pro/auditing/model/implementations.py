"""Which method runs where a class only declares one: a Protocol, or an abstract class."""

import ast
import re

from fastapi_pro.auditing.model.node import Node

_PROTOCOL = "typing.Protocol"
_DECLARING = {_PROTOCOL, "abc.ABC"}
_STANDS_IN = re.compile(r"fake|mock|stub|dummy|null|noop|in_?memory", re.IGNORECASE)


def implementation(method: Node) -> Node:
    """Return the one method that implements an abstract method, or the method as it is.

    Of a class and its replacement for tests, `SqlUsers` and `FakeUsers`, the class counts.
    """
    return method.program.once(_implementation, method.ast, method) if method else method


def _implementation(method: Node) -> Node:
    owner = method.parent
    if not owner.is_class or not _is_abstract(method):
        return method
    found = {
        there: None
        for cls in _implementing(owner)
        if (there := cls.method(method.name)) and not _is_abstract(there)
    }
    serious = [one for one in found if not _STANDS_IN.search(one.parent.name)]
    return serious[0] if len(serious) == 1 else method


def _implementing(owner: Node) -> list[Node]:
    """Return the heirs of a class; of a Protocol also the classes with all its methods."""
    classes = [cls for cls in owner.program.classes if cls != owner]
    heirs = [cls for cls in classes if owner in cls.lineage]
    if heirs or _PROTOCOL not in owner.bases:
        return heirs
    names = [part.name for part in owner.body if part.is_function]
    return [cls for cls in classes if _PROTOCOL not in cls.bases and all(map(cls.method, names))]


def _is_abstract(method: Node) -> bool:
    if any(decorator.library_name == "abc.abstractmethod" for decorator in method.decorators):
        return True
    statements = [part.ast for part in method.body]
    match statements:
        case [*_, ast.Raise()] if len(statements) < 3:
            return "NotImplementedError" in method.body[-1].text
    is_empty = all(
        isinstance(part, ast.Pass)
        or (isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant))
        for part in statements
    )
    return is_empty and not method.parent.bases.isdisjoint(_DECLARING)
