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
    held = func.generic or (func.owner if func.is_call and func.member == "get" else call.at(None))
    name = held.last_name
    if name not in _stored(call.program):
        return []
    return call.program.once(_registered, name, call.program, name)


def dispatching(function: Node) -> list[Node]:
    """Return the calls that may run a function which a dictionary holds."""
    return function.program.once(_dispatching, function.ast, function)


def _dispatching(function: Node) -> list[Node]:
    program = function.program
    names = [n for n in _stored(program) if function in program.once(_registered, n, program, n)]
    calls = (
        Node(module, call)
        for module in (program.saying(*names) if names else ())
        for call in module.nodes(ast.Call)
        if not isinstance(call.func, ast.Attribute)
    )
    return [call for call in calls if function in dispatched(call)]


def _registered(program: Program, name: str) -> list[Node]:
    """Return the functions that dictionaries with a name hold."""
    values = _stored(program)[name]
    return list(dict.fromkeys(function for value in values for function in _functions(value)))


@fact
def _stored(program: Program) -> dict[str, list[Node]]:
    """Return what is put into dictionaries, and into lists in them, by the dictionary's name."""
    found: dict[str, list[Node]] = defaultdict(list)
    for name, value in _puts(program):
        if value.last_name and not value.is_call:
            found[name].append(value)
    return found


def _puts(program: Program) -> Iterator[tuple[str, Node]]:
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
    outer = decorator.parent
    by_decorator = _by_decorator(decorator.program)
    return [*by_decorator.get(decorator, ()), *by_decorator.get(outer, ())]


@fact
def _by_decorator(program: Program) -> dict[Node, list[Node]]:
    """Return the functions that a function of the program decorates, by that function."""
    found: dict[Node, list[Node]] = defaultdict(list)
    for function in program.functions:
        for written in function.decorators:
            if (maker := written.func.definition).is_function:
                found[maker].append(function)
    return found
