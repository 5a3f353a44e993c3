"""The options of a query that load relationships: `selectinload(Order.items)`."""

import ast

from fastapi_pro.auditing.model.node import Node

LOADS = {"execute", "exec", "scalar", "scalars"}
"""The methods of a session that send a statement."""


def may_load(sent: Node, name: str, asked: Node) -> bool:
    """Say whether a call sends options that load a relationship, or that cannot be read."""
    if sent.keyword("options") or sent.has_unpacking:
        return True
    seen = sent.args[:1] if sent.member in LOADS else []
    for node in seen:  # grows while it is walked
        for part in node.walk(ast.Name):
            if part.is_read:
                seen += [v for v in _values(sent.function, part) if v not in seen]
    for node in seen:
        for call in node.walk(ast.Call):
            steps = [call, *call.callee.calls]  # a function may add the options
            if any(_loads(step, name, asked) for step in steps):
                return True
    return False


def _values(function: Node, name: Node) -> list[Node]:
    """Return everything that a variable of the function, or of the module, is set to."""
    if bindings := function.bindings(name.name):
        values = [name.at(binding.node) for binding in bindings if binding.kind == "assign"]
    else:
        values = [name.value] if name.value.module is name.module else []
    return [value for value in values if isinstance(value.ast, ast.expr)]


def _loads(call: Node, name: str, asked: Node) -> bool:
    """Say whether a node is `.options(...)` that names the relationship, or cannot be read."""
    return call.member == "options" and any(
        not given.is_call
        or any(_names(part, name) for part in given.walk())
        or (_is_computed(given) and _is_run(call, asked))
        for given in call.args
    )


def _is_computed(option: Node) -> bool:
    """Say whether code works out what an option loads: `selectinload(getattr(Order, name))`."""
    given = (part for call in option.walk(ast.Call) for part in call.args if call.member != "and_")
    return any(
        isinstance(part.ast, (ast.Name, ast.Subscript))
        or (part.called == "builtins.getattr" and part.argument(1, "").constant is None)
        for part in given
        if not part.definition.is_class
    )


def _is_run(step: Node, asked: Node) -> bool:
    """Say whether what asks a function may give it the names for which it runs a step."""
    function = step.function
    if asked.callee != function:
        return True
    given = {part.name for above in step.ancestors for part in _steered(above)}
    return all(
        parameter.passed(asked) or not parameter.default.is_none
        for parameter in function.parameters
        if parameter.name in given
    )


def _steered(above: Node) -> list[Node]:
    """Return the names by which a loop or a branch runs."""
    match above.ast:
        case ast.For(iter=looped):
            return list(above.at(looped).walk(ast.Name))
        case ast.If(test=test):
            return list(above.at(test).walk(ast.Name))
    return []


def _names(part: Node, name: str) -> bool:
    is_named = part.member == name or part.literal in (name, "*")
    return is_named or isinstance(part.ast, ast.Starred)
