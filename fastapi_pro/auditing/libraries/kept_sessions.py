"""Sessions that objects keep: a repository made of one, a service made of repositories."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.libraries.fastapi import parameters
from fastapi_pro.auditing.libraries.known_types import SESSIONS
from fastapi_pro.auditing.libraries.sqlalchemy_sessions import Session, is_session
from fastapi_pro.auditing.model import limits
from fastapi_pro.auditing.model.attributes import attribute_values
from fastapi_pro.auditing.model.node import Node, inherits


def kept(held: Node, depth: int = 0) -> Iterator[Node]:
    """Yield the sessions that an object was made of, as names or as parameters of its class.

    It is made here, by a function of the program, by a dependency, or by who hands it over.
    """
    if depth > limits.CALLS + 1:
        return
    made = held.value.awaited
    if held.owner and not made:
        for value in attribute_values(held.owner.type_class, held.member):
            yield from kept(value, depth + 1)
    elif isinstance(made.ast, ast.arg):
        yield from _kept_by_given(made, depth)
    elif made.is_call and made.func.definition.is_class:
        for given in made.given:
            if is_session(given):
                yield given
            elif given.type_class:
                yield from kept(given, depth + 1)
    else:
        for returned in made.callee.returned:
            yield from kept(returned, depth + 1)


def _kept_by_given(arg: Node, depth: int) -> Iterator[Node]:
    """Yield the sessions of the object that fills a parameter."""
    for parameter in parameters(arg.function):
        if parameter.node == arg and parameter.dependency is not None:
            target = parameter.dependency.target
            if target.is_class:
                for own in parameters(target.method("__init__")):
                    if inherits(own.type, *SESSIONS):
                        yield own.node
                    elif depth <= limits.CALLS:
                        yield from _kept_by_given(own.node, depth + 1)
            for returned in (*target.returned, *target.yielded):
                yield from kept(returned, depth + 1)
            return
    for call in arg.function.callers:
        yield from kept(arg.passed(call), depth + 1)


def identity(session: Node) -> Node:
    """Return what two names of one session share: the dependency that gives it, or its value."""
    bound = session.bound
    source = session if bound is None else session.at(bound.node)
    for parameter in parameters(source.function):
        if parameter.node == source and parameter.dependency is not None:
            return parameter.dependency.target
    return source


def used_by(method: Node, depth: int = 0) -> Iterator[Session]:
    """Yield the sessions that a method uses of its object, by itself or through what it calls.

    `self.session`, and `self.repository.list()`, whose method uses the session of its own object.
    """
    names = {part.dotted for part in method.own(ast.Attribute) if is_session(part)}
    yield from (Session(method, name) for name in sorted(names) if name.startswith("self."))
    if depth > limits.CALLS:
        return
    for call in method.calls:
        if call.owner.dotted.partition(".")[0] == "self" and call.callee.parent.is_class:
            yield from used_by(call.callee, depth + 1)
