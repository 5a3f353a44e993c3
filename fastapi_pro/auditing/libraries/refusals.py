"""Which values validators and constraints refuse: an error repeats what is refused."""

import ast

from fastapi_pro.auditing.libraries.pydantic import Field, Schema
from fastapi_pro.auditing.model.call_graph import reached
from fastapi_pro.auditing.model.node import Node

_QUIET = {
    "isinstance", "len", "str", "strip", "lower", "upper", "get", "startswith", "endswith",
    "replace", "rstrip", "lstrip", "split", "token_hex", "token_urlsafe", "getenv", "SecretStr",
}  # fmt: skip
"""What a validator calls that refuses no text."""
_TRIMS = ("strip", "lower", "get_secret_value")
_MARKS = ("pydantic.AfterValidator", "pydantic.BeforeValidator", "pydantic.WrapValidator")
_CONSTRAINTS = ("min_length", "max_length", "pattern", "regex", "strict")


def is_refused(schema: Schema, field: Field) -> bool:
    """Say whether a value of a field may be refused that is neither empty nor a known one."""
    named = [v.method for v in schema.field_validators if {field.name, "*"} & set(v.fields)]
    marked = [item.argument(0, "func").value for item in field.metadata if item.called in _MARKS]
    return any(map(_refuses, named + marked)) or bool(field.options(*_CONSTRAINTS))


def is_refused_whole(schema: Schema) -> bool:
    """Say whether a validator of all fields may raise: its error repeats all that was given."""
    methods = [v.method for v in schema.validators("model_validator", "root_validator")]
    return any(function.own(ast.Raise, ast.Assert) for function in reached(methods))


def _refuses(method: Node) -> bool:
    """Say whether a validator may refuse a value: it raises, or calls what is not known."""
    functions = reached([method])
    calls = (call for function in functions for call in function.calls)
    raised = (node for function in functions for node in function.own(ast.Raise, ast.Assert))
    return not method or not all(map(_is_of_known_value, raised)) or any(map(_may_raise, calls))


def _is_of_known_value(raised: Node) -> bool:
    """Say whether what raises is reached with an empty value alone, or one written beside it."""
    return any(
        isinstance(above.ast, ast.If)
        and raised.statement in above.body
        and any(map(_is_known, _conjuncts(above.test)))
        for above in raised.ancestors
    )


def _conjuncts(test: Node) -> list[Node]:
    is_and = isinstance(test.ast, ast.BoolOp) and isinstance(test.ast.op, ast.And)
    return test.operands if is_and else [test]


def _is_known(test: Node) -> bool:
    """Say whether a test is true of a parameter only if that is empty, or equals a constant."""
    names = {parameter.name for parameter in test.function.parameters}
    match test.ast:
        case ast.UnaryOp(op=ast.Not(), operand=value):
            pass
        case ast.Compare(left=value, ops=[ast.Is() | ast.Eq() | ast.In()], comparators=[other]):
            values = test.at(other).elements or [test.at(other)]
            if any(part.constant is None and not part.is_none for part in values):
                return False
        case _:
            return False
    tested = test.at(value)
    return (tested.owner if tested.member in _TRIMS else tested).name in names


def _may_raise(call: Node) -> bool:
    is_raised = isinstance(call.statement.ast, ast.Raise)
    return not is_raised and not call.callee and call.last_name not in _QUIET
