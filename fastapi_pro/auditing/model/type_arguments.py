"""What a TypeVar stands for: of `class Users(Repository[User])` the `User` of its methods."""

import ast

from fastapi_pro.auditing.model import limits
from fastapi_pro.auditing.model.node import Node

_GENERIC = ("typing.Generic", "typing.Protocol")


def stands_for(annotation: Node, cls: Node, depth: int = 0) -> Node:
    """Return the class that a TypeVar means for the objects of a class, or nothing.

    `annotation` is of a method that the class has or inherits; `| None` around it is left out.
    """
    if depth > limits.CALLS:
        return annotation.at(None)
    for name in _names(annotation):
        for above in cls.lineage if _is_variable(name) else ():
            given = _argument(above, name.name)
            if given.definition.is_class:
                return given.definition
            if given and (found := stands_for(given, cls, depth + 1)):
                return found
    return annotation.at(None)


def _names(annotation: Node) -> list[Node]:
    """Return the names of `M`, `M | None` and `Optional[M]`."""
    parsed = annotation.at(annotation.module.read_annotation(annotation.ast))
    match parsed.ast:
        case ast.BinOp(op=ast.BitOr()):
            return [name for side in parsed.operands for name in _names(side)]
        case ast.Subscript() if parsed.generic.library_name in ("typing.Optional", "typing.Union"):
            return [n for e in parsed.index.elements or [parsed.index] for n in _names(e)]
    return [parsed] if parsed.name else []


def _is_variable(name: Node) -> bool:
    """Say whether a name is a TypeVar, or one that `class Repository[M]` declares."""
    cls = name.enclosing_class
    return name.value.called == "typing.TypeVar" or name.name in _declared(cls)


def _argument(cls: Node, variable: str) -> Node:
    """Return what a class gives one of its bases for a TypeVar of that base."""
    for base in cls.ast.bases if isinstance(cls.ast, ast.ClassDef) else ():
        given = cls.at(base)
        generic = given.generic.definition
        names = _parameters(generic) if generic.is_class else []
        arguments = given.index.elements or [given.index]
        if variable in names and names.index(variable) < len(arguments):
            return arguments[names.index(variable)]
    return cls.at(None)


def _parameters(cls: Node) -> list[str]:
    """Return the names of the TypeVars of a class, in the order in which they are given."""
    if declared := _declared(cls):
        return declared
    subscripts = [cls.at(base) for base in getattr(cls.ast, "bases", ()) if cls.at(base).index]
    generic = [base for base in subscripts if base.generic.library_name in _GENERIC]
    found = [
        part.name
        for base in generic or subscripts
        for part in base.index.elements or [base.index]
        if part.value.called == "typing.TypeVar"
    ]
    return list(dict.fromkeys(found))


def _declared(cls: Node) -> list[str]:
    return [str(getattr(each, "name", "")) for each in getattr(cls.ast, "type_params", ())]
