"""The data of a request as a whole: the fields of a schema, or a dict with any keys."""

import ast
from dataclasses import dataclass

from fastapi_pro.auditing.libraries.fastapi import Endpoint, parameters
from fastapi_pro.auditing.libraries.pydantic import Field, Schema
from fastapi_pro.auditing.libraries.request_objects import filled, is_brought, requested
from fastapi_pro.auditing.model import limits
from fastapi_pro.auditing.model.node import Node

_DICTS = ("builtins.dict", "collections.abc.Mapping")
_DUMPS = ("model_dump", "dict")


@dataclass(frozen=True, eq=False)
class Body:
    """The data of a request as a dict: from a schema, or from a `dict` if `schema` is None.

    `dump` is the call that made it from the schema, if one did; `source` is the parameter or call
    that gives a dict with any keys.
    """

    schema: Schema | None
    dump: Node
    source: Node

    @property
    def name(self) -> str:
        """How to call it in a message."""
        if self.schema is not None:
            return f"`{self.schema.name}`"
        return f"`{self.source.name}`, a dict of anything," if self.source.name else "the JSON"

    @property
    def is_open(self) -> bool:
        """Whether the client may send undeclared fields."""
        if self.schema is None:
            return True
        extra = self.schema.config.get("extra")
        return extra is not None and (extra.constant == "allow" or extra.member == "allow")

    def brings(self, name: str) -> bool:
        """Say whether the client may send a field with this name."""
        if not self._keeps(name):
            return False
        if self.schema is None or name not in self.schema.fields:
            return self.is_open
        return self._is_free(self.schema, self.schema.fields[name])

    def is_of(self, endpoint: Endpoint) -> bool:
        """Say whether an endpoint gets it."""
        if self.schema is not None:
            return any(given.type == self.schema.node for given in endpoint.parameters)
        return self.source.function == endpoint.function

    def _keeps(self, name: str) -> bool:
        excluded, included = self.dump.keyword("exclude"), self.dump.keyword("include")
        if excluded:
            names = excluded.constant
            return isinstance(names, (set, list, tuple, dict)) and name not in names
        if included:
            names = included.constant
            return isinstance(names, (set, list, tuple, dict)) and name in names
        return True

    @staticmethod
    def _is_free(schema: Schema, field: Field) -> bool:
        """Say whether no validator and no type may refuse or change the value of a field."""
        if schema.has_model_validator or schema.is_converted(field.name):
            return False
        is_literal = field.annotation.generic.library_name == "typing.Literal"
        return not is_literal and not field.options("exclude", "init", "frozen")


def body_of(expr: Node, depth: int = 0) -> Body | None:
    """Return the request data that an expression holds as a whole, through names and calls."""
    if not expr or depth > limits.CALLS:
        return None
    found = expr.awaited
    binding = found.bound
    if binding is not None and binding.kind == "assign":
        if schema := _schema(found):
            return Body(schema, expr.at(None), expr.at(None))
        return body_of(found.at(binding.node), depth + 1)
    if binding is not None and binding.kind == "param":
        return _of_parameter(found, found.at(binding.node), depth)
    if found.is_call and found.member in _DUMPS:
        schema = _schema(found.owner)
        return Body(schema, found, found.at(None)) if schema else None
    if found.called == "fastapi.encoders.jsonable_encoder":
        return body_of(found.argument(0, "obj"), depth + 1)
    if found.called == "builtins.dict" and len(found.args) == 1 and not found.keywords:
        return body_of(found.args[0], depth + 1)
    if found.is_call and found.member == "json" and found.owner.is_a("fastapi.Request"):
        return Body(None, found.at(None), found)
    return None


def _schema(expr: Node) -> Schema | None:
    cls = expr.type_class
    schema = filled(expr.program).get(cls) if cls else None
    return schema if schema is not None and is_brought(expr) else None


def _of_parameter(name: Node, arg: Node, depth: int) -> Body | None:
    if schema := _schema(name):
        return Body(schema, name.at(None), name.at(None))
    function = arg.function
    if function in requested(arg.program):
        for parameter in parameters(function):
            is_own = parameter.dependency is None and not parameter.is_filled_otherwise
            if parameter.node == arg and is_own and parameter.type in _DICTS:
                return Body(None, name.at(None), arg)
    if isinstance(arg.ast, ast.arg) and arg in function.parameters:
        given = (body_of(arg.passed(call), depth + 1) for call in function.callers)
        return next((body for body in given if body is not None), None)
    return None
