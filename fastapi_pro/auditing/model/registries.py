"""Functions that a program keeps in a dictionary, and calls by a key: handlers of commands."""

import ast
from collections import defaultdict
from collections.abc import Iterator

from fastapi_pro.auditing.model.node import Node
from fastapi_pro.auditing.model.program import Program, fact


def dispatched(call: Node) -> list[Node]:
    """Return the functions of which a call runs one: `HANDLERS[type(command)](command)`."""
    func = call.func
    if func.name:
        bound = func.bound
        is_local = bound is not None and bound.kind in ("assign", "for")
        func = func.at(bound.node) if bound is not None and is_local else call.at(None)
    held = func.generic or (func.owner if func.is_call and func.member == "get" else func.at(None))
    return _registered(call.program).get(held.last_name, []) if held else []


@fact
def _registered(program: Program) -> dict[str, list[Node]]:
    """Return the functions that dictionaries hold, by the name of the dictionary."""
    found: dict[str, dict[Node, None]] = defaultdict(dict)
    for name, value in _stored(program):
        for function in _functions(value):
            found[name][function] = None
    return {name: list(functions) for name, functions in found.items()}


def _stored(program: Program) -> Iterator[tuple[str, Node]]:
    """Yield what is put into dictionaries, and into lists in them, with the dictionary's name."""
    for statement in program.nodes(ast.Assign, ast.AnnAssign):
        for target in statement.targets:
            if target.index:
                yield target.generic.last_name, statement.assigned
            elif target.last_name:
                for _, value in statement.assigned.entries:
                    yield target.last_name, value
    for call in program.calls_named("append"):
        if call.owner.index and call.args:
            yield call.owner.generic.last_name, call.args[0]


def _functions(value: Node) -> list[Node]:
    """Return the functions that a value may be: one that is named, given or decorated."""
    if not value.last_name or value.is_call:
        return []
    if value.definition.is_function:
        return [value.definition]
    parameter = value.definition
    if not isinstance(parameter.ast, ast.arg):
        return []
    holder = parameter.function
    given = [parameter.passed(call).definition for call in holder.callers]
    return [one for one in (*given, *_decorated(holder)) if one.is_function]


def _decorated(decorator: Node) -> list[Node]:
    """Return the functions that a decorator, or one that a function returns, is given."""
    makers = {decorator, decorator.parent if decorator.parent.is_function else decorator}
    return [
        function
        for function in decorator.program.functions
        if any(written.func.definition in makers for written in function.decorators)
    ]
