"""Where a value comes from: the request's parameters and schema fields behind an expression."""

import ast
from collections.abc import Iterator
from typing import TypeAlias

from fastapi_pro.auditing.libraries.dependency_checks import is_bounded, refuses_large
from fastapi_pro.auditing.libraries.fastapi import Parameter, parameters
from fastapi_pro.auditing.libraries.logins import handler_of_duplicate
from fastapi_pro.auditing.libraries.pydantic import Field, Schema
from fastapi_pro.auditing.libraries.request_objects import filled, is_brought, requested
from fastapi_pro.auditing.model import limits
from fastapi_pro.auditing.model.node import Node

_PASSED_ON = ("builtins.max", "builtins.int", "builtins.abs")
_ORDER = (ast.Gt, ast.GtE, ast.Lt, ast.LtE)

Input: TypeAlias = Parameter | Field
"""A parameter that FastAPI fills, or a field of a class that FastAPI fills."""


def inputs(expr: Node) -> list[Input]:
    """Return the inputs that an expression's value comes from, unless code on the way checks them.

    Names, arithmetic, attributes and calls within the program are followed. `min(...)`, and other
    code that may bound the value, ends the search.
    """
    return list({given.node: given for given in _trace(expr, 0, set())}.values())


def cause(given: Input) -> Node:
    """Return a text that inputs with the same alias share, or one of the input's own."""
    return given.annotation or given.node


def _trace(expr: Node, depth: int, seen: set[Node]) -> Iterator[Input]:
    if not expr or expr in seen or depth > limits.CALLS:
        return
    seen.add(expr)
    parts: list[ast.expr] = []
    match expr.ast:
        case ast.NamedExpr(value=value):
            parts = [value]
        case ast.BoolOp(values=values):
            parts = values
        case ast.IfExp(body=body, orelse=orelse):
            parts = [body, orelse]
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub() | ast.Mult(), right=right):
            parts = [left, right]
        case ast.Call(args=args) if expr.called in _PASSED_ON:
            parts = args
        case ast.Name():
            yield from _of_name(expr, depth, seen)
        case ast.Attribute():
            yield from _of_attribute(expr, depth, seen)
        case ast.Subscript(value=ast.Name(), slice=ast.Constant(value=str(key))):
            yield from _of_item(expr.generic, key, depth, seen)
    for part in parts:
        yield from _trace(expr.at(part), depth, seen)


def _of_name(name: Node, depth: int, seen: set[Node]) -> Iterator[Input]:
    binding = name.bound
    if binding is None or _is_checked(name):
        return
    if binding.kind == "assign" and _is_fallback(name.at(binding.node), name.name):
        # `if limit is None: limit = 100` leaves what the caller gave
        given = name.function.bindings(name.name)
        binding = next((b for b in given if b.kind == "param"), binding)
    if binding.kind == "param":
        yield from _of_parameter(name.at(binding.node), depth, seen)
    elif binding.kind == "assign":
        yield from _trace(name.at(binding.node), depth, seen)


def _is_fallback(value: Node, name: str) -> bool:
    statement = value.statement
    match statement.parent.ast:
        case ast.If(
            test=ast.UnaryOp(op=ast.Not(), operand=ast.Name(id=tested))
            | ast.Compare(left=ast.Name(id=tested), ops=[ast.Is()]),
            body=body,
        ):
            return tested == name and statement.ast in body
    return False


def _of_parameter(arg: Node, depth: int, seen: set[Node]) -> Iterator[Input]:
    function = arg.function
    if function in requested(arg.program):
        for parameter in parameters(function):
            is_own = parameter.node == arg and parameter.dependency is None
            if is_own and not is_bounded(parameter):
                yield parameter
    for call in function.callers:
        yield from _trace(arg.passed(call), depth + 1, seen)
        for unpacked in call.unpacked:
            yield from _of_item(unpacked, arg.name, depth, seen)


def _of_attribute(expr: Node, depth: int, seen: set[Node]) -> Iterator[Input]:
    cls = expr.owner.type_class
    if not cls or _is_checked(expr):
        return
    schema = filled(expr.program).get(cls)
    field = schema.fields.get(expr.member) if schema is not None else None
    is_free = schema is not None and field is not None and not _is_validated(schema, field)
    if field is not None and is_free and is_brought(expr.owner):
        yield field
    if init := cls.method("__init__"):
        for assignment in init.own(ast.Assign):
            match assignment.ast:
                case ast.Assign(targets=[ast.Attribute(value=ast.Name(id="self"), attr=name)]):
                    if name == expr.member:
                        yield from _trace(assignment.assigned, depth, seen)
        return
    for made in _returned(expr.owner):
        if made.is_call and made.type == cls:
            yield from _trace(made.keyword(expr.member), depth + 1, seen)


def _is_validated(schema: Schema, field: Field) -> bool:
    """Say whether a method of the class may bound the field."""
    return schema.has_model_validator or schema.is_converted(field.name)


def _of_item(name: Node, key: str, depth: int, seen: set[Node]) -> Iterator[Input]:
    """Yield the inputs of one key of the dict that a dependency returns."""
    for returned in _returned(name):
        for entry, value in returned.entries:
            if entry.literal == key:
                yield from _trace(value, depth + 1, seen)


def _returned(name: Node) -> Iterator[Node]:
    """Yield what the dependency returns that fills the parameter an expression names."""
    binding = name.bound
    if binding is None or binding.kind != "param":
        return
    arg = name.at(binding.node)
    for parameter in parameters(arg.function):
        if parameter.node == arg and parameter.dependency is not None:
            target = parameter.dependency.target
            if target.is_function:
                yield from (given.value for given in (*target.returned, *target.yielded))


def _is_checked(expr: Node) -> bool:
    """Say whether code before an expression compares its value with a limit or a known value.

    `if limit > 100` and `if user_id != viewer.id: raise` do; `if limit > 0` and `if limit == -1` do
    not. An insert of the value that failed as a duplicate also counts.
    """
    written = ast.dump(expr.ast)
    if _is_inserted(expr, written) or _is_refused_by_helper(expr):
        return True
    for check in expr.function.own(ast.If, ast.IfExp, ast.Assert):
        if check.line > expr.line:
            continue
        match check.ast:
            case ast.Assert(test=test):
                refuses = True
            case ast.If(test=test, body=body):
                refuses = any(isinstance(s, (ast.Raise, ast.Return)) for s in body)
            case ast.IfExp(test=test):
                refuses = False
        compares = (node for node in ast.walk(test) if isinstance(node, ast.Compare))
        if any(_limits(compare, written, refuses=refuses) for compare in compares):
            return True
    return False


def _is_refused_by_helper(expr: Node) -> bool:
    """Say whether a function that is always called before, for nothing it returns, refuses it."""
    function = expr.function
    return any(
        taken.passed(call).name == expr.name and refuses_large(taken)
        for call in (function.calls if expr.name else ())
        if call.position < expr.position and isinstance(call.statement.ast, ast.Expr)
        if call.statement.parent == function and call.callee.is_function
        for taken in call.callee.parameters
    )


def _is_inserted(expr: Node, written: str) -> bool:
    """Say whether the handler of a duplicate reads a value that its `try` used."""
    handler = handler_of_duplicate(expr)
    if handler is None or not isinstance(handler.parent.ast, ast.Try):
        return False
    tried = (handler.at(statement) for statement in handler.parent.ast.body)
    return any(ast.dump(part.ast) == written for s in tried for part in s.walk(type(expr.ast)))


def _limits(compare: ast.Compare, written: str, *, refuses: bool) -> bool:
    operands = [compare.left, *compare.comparators]
    others = [o for o in operands if ast.dump(o) != written]
    if len(others) == len(operands):
        return False
    known = [o for o in others if not isinstance(o, (ast.Constant, ast.UnaryOp))]
    for op in compare.ops:
        if isinstance(op, _ORDER):
            large = [o for o in others if isinstance(o, ast.Constant) and _is_large(o.value)]
            if known or large:
                return True
        elif isinstance(op, (ast.NotEq, ast.NotIn)) and refuses and known:
            return True
    return False


def _is_large(value: object) -> bool:
    return isinstance(value, (int, float)) and value > 1
