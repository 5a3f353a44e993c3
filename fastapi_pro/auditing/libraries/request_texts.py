"""Texts of a request that reach a place without a check: parameters, fields, file names."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from fastapi_pro.auditing.libraries.fastapi import LISTS, Parameter, endpoints, parameters, unwrap
from fastapi_pro.auditing.libraries.pydantic import Field, Schema, schema_of
from fastapi_pro.auditing.libraries.request_objects import filled, is_brought, requested
from fastapi_pro.auditing.libraries.threads import handing_over
from fastapi_pro.auditing.libraries.value_checks import is_checked, names_a_check
from fastapi_pro.auditing.model import limits
from fastapi_pro.auditing.model.node import Node
from fastapi_pro.auditing.model.program import Program, fact
from fastapi_pro.auditing.model.registries import dispatching
from fastapi_pro.auditing.model.value_origins import origins

_REQUESTS = ("fastapi.Request", "fastapi.WebSocket")
_ANY = ("builtins.str", "typing.Any")
_BEARERS = (
    "fastapi.security.OAuth2PasswordBearer", "fastapi.security.OAuth2AuthorizationCodeBearer",
    "fastapi.security.OAuth2", "fastapi.security.APIKeyHeader", "fastapi.security.APIKeyCookie",
    "fastapi.security.APIKeyQuery",
)  # fmt: skip
_CREDENTIALS = "fastapi.security.HTTPAuthorizationCredentials"
_DICTS = ("builtins.dict", "collections.abc.Mapping")
_KEEPS = {"strip", "lstrip", "rstrip", "lower", "upper", "encode", "decode", "unquote"}
_MARKERS = ("fastapi.", "pydantic.Field", "typing.Doc")
_PATTERNS = ("pattern", "regex")
_READS = {"query_params": "query", "headers": "header", "cookies": "cookie"}
_PARSES = {"json": "body", "form": "form"}


@dataclass(frozen=True, eq=False)
class Text:
    """A text of the request: where it is read or declared, and how to call it in a message.

    `source` is "parameter", "field", "filename", "query", "header", "cookie", "body", "form", or
    "credentials", which is what FastAPI's security classes return.
    """

    node: Node
    name: str
    source: str


@dataclass(frozen=True, eq=False)
class Search:
    """What a rule follows: `parts` gives the parts of an expression, such as those of an f-string.

    `kinds` are the types, besides `str`, whose values count as texts. Calls named in `no_checks` do
    not count as a check of a value.
    """

    parts: Callable[[Node], list[Node]] = lambda _: []
    kinds: frozenset[str] = frozenset()
    no_checks: frozenset[str] = frozenset()

    def unchecked(self, expr: Node) -> Text | None:
        """Return a text of the request that an expression holds, unless code checks it."""
        return next(self._trace(expr, (), set()), None)

    def _trace(self, expr: Node, stack: tuple[Node, ...], seen: set[Node]) -> Iterator[Text]:
        """Yield the texts; `stack` has the calls that the search is inside."""
        if not expr or expr in seen:
            return
        seen.add(expr)
        match expr.ast:
            case ast.Constant():
                return
            case ast.Await(value=value) | ast.NamedExpr(value=value) | ast.Starred(value=value):
                parts = [expr.at(value)]
            case ast.BoolOp():
                parts = expr.operands
            case ast.IfExp(body=body, orelse=orelse):
                parts = [expr.at(body), expr.at(orelse)]
            case ast.Name():
                yield from self._of_name(expr, stack, seen)
                return
            case ast.Attribute():
                yield from self._of_attribute(expr, stack, seen)
                return
            case ast.Subscript():
                yield from self._of_item(expr, expr.generic, expr.index.literal, seen)
                parts = [expr.generic] if isinstance(expr.index.literal, int) else []
            case ast.Call():
                yield from self._of_call(expr, stack, seen)
                return
            case _:
                parts = self.parts(expr)
        for part in parts:
            yield from self._trace(part, stack, seen)

    def _of_name(self, name: Node, stack: tuple[Node, ...], seen: set[Node]) -> Iterator[Text]:
        binding = name.bound
        if binding is None or binding.kind not in ("param", "assign", "for"):
            return
        if is_checked(name, self.no_checks):
            return
        source = name.at(binding.node)
        if binding.kind == "param":
            yield from self._of_parameter(source, stack, seen)
            return
        yield from self._trace(source, stack, seen)
        for statement in name.function.own(ast.AugAssign):
            if statement.targets[0].name == name.name and statement.position < name.position:
                yield from self._trace(statement.assigned, stack, seen)
        if isinstance(source.ast, ast.List):
            for added in _added(name):
                yield from self._trace(added, stack, seen)

    def _of_parameter(self, arg: Node, stack: tuple[Node, ...], seen: set[Node]) -> Iterator[Text]:
        function = arg.function
        if arg not in function.parameters:
            return
        if stack and stack[-1].callee == function:
            yield from self._trace(arg.passed(stack[-1]) or arg.default, stack[:-1], seen)
            return
        if function in requested(arg.program):
            for parameter in parameters(function):
                if parameter.node != arg:
                    continue
                name = f"`{parameter.name}` of `{parameter.owner}`"
                if self._is_text(parameter):
                    yield Text(arg, name, "parameter")
                elif _is_bearer(parameter):
                    yield Text(arg, name, "credentials")
                else:
                    for value in _given_by(parameter):
                        yield from self._trace(value, (), seen)
        if len(seen) < 40 * limits.CALLS:
            for call in (*function.callers, *handing_over(function), *dispatching(function)):
                passed = arg.passed(call)
                yield from self._trace(passed, (), seen)
                if not passed and any(map(_is_sent, call.unpacked)):
                    yield Text(arg, f"`{arg.name}` of `{function.name}`", "body")

    def _is_text(self, given: Parameter | Field) -> bool:
        """Say whether the request alone decides the text of a parameter or field."""
        if isinstance(given, Parameter) and (given.dependency or given.is_filled_otherwise):
            return False
        if any(given.options(name) for name in _PATTERNS):
            return False
        calls = (item for item in given.metadata if item.is_call)
        if any(not call.called.startswith(_MARKERS) for call in calls):
            return False
        others = (item for item in given.metadata if not item.is_call and item.constant is None)
        return not any(others) and self._is_text_type(given.annotation)

    def _is_text_type(self, annotation: Node) -> bool:
        if not annotation:
            return True
        kinds = self.kinds.union(_ANY)
        if isinstance(annotation.ast, ast.Subscript):
            inner, _ = unwrap(annotation.index)
            return annotation.generic.library_name in LISTS and inner.annotated in kinds
        return annotation.annotated in kinds

    def _of_attribute(self, expr: Node, stack: tuple[Node, ...], seen: set[Node]) -> Iterator[Text]:
        if is_checked(expr, self.no_checks):
            return
        if expr.member == "filename" and _is_upload(expr.owner):
            yield Text(expr, f"`{expr.text}`", "filename")
            return
        if expr.member == "credentials" and expr.owner.is_a(_CREDENTIALS):
            yield Text(expr, f"`{expr.text}`", "credentials")
            return
        cls = expr.owner.type_class
        if is_brought(expr.owner):
            yield from self._of_field(cls, expr.member)
        init = cls.method("__init__")
        if init in requested(expr.program):  # a class that `Depends()` fills
            for statement in init.own(ast.Assign, ast.AnnAssign):
                if any(t.member == expr.member for t in statement.targets):
                    yield from self._trace(statement.assigned, stack, seen)
        elif cls and len(seen) < 40 * limits.CALLS:
            for made in origins(expr.owner):
                if made.is_call and made.func.definition == cls:
                    yield from self._trace(self._given_for(expr.member, made, cls), (), seen)

    def _given_for(self, name: str, made: Node, cls: Node) -> Node:
        """Return what a call that makes an object gives for an attribute, if that stays a text."""
        for statement in cls.method("__init__").own(ast.Assign, ast.AnnAssign):
            if any(t.member == name and t.owner.name == "self" for t in statement.targets):
                taken = statement.assigned.definition
                is_given = isinstance(taken.ast, ast.arg) and taken.function.name == "__init__"
                return taken.passed(made) if is_given else made.at(None)
        schema = schema_of(cls)
        is_kept = schema is None or self._text_field(schema, name)
        return made.keyword(name) if is_kept else made.at(None)

    def _of_field(self, cls: Node, name: str) -> Iterator[Text]:
        schema = filled(cls.program).get(cls) if cls else None
        if schema is not None and (field := self._text_field(schema, name)):
            yield Text(field.node, f"`{field.name}` of `{field.owner}`", "field")

    def _text_field(self, schema: Schema, name: str) -> Field | None:
        """Return a field of a schema that takes any text as it comes."""
        field = schema.fields.get(name)
        if field is None or schema.has_model_validator or schema.is_converted(name):
            return None
        return field if self._is_text(field) else None

    def _of_call(self, call: Node, stack: tuple[Node, ...], seen: set[Node]) -> Iterator[Text]:
        if call.member == "get" and call.args:
            yield from self._of_item(call, call.owner, call.args[0].literal, seen)
        if call.last_name in ("str", "unquote") and call.called:
            parts = call.args[:1]
        elif names_a_check(call):
            return
        elif call.member in _KEEPS or _replaces_spaces(call):
            parts = [call.owner]
        elif (callee := call.callee) and callee.name != "__init__" and len(stack) < limits.CALLS:
            for value in callee.returned:
                yield from self._trace(value, (*stack, call), seen)
            return
        else:
            parts = self.parts(call)
        for part in parts:
            yield from self._trace(part, stack, seen)

    def _of_item(self, expr: Node, owner: Node, key: object, seen: set[Node]) -> Iterator[Text]:
        """Yield what `data["key"]` or `data.get("key")` reads of the request."""
        if not isinstance(key, str) or is_checked(expr, self.no_checks):
            return
        found = (owner.value or owner).awaited
        source = _READS.get(found.member, "") or (found.is_call and _PARSES.get(found.member)) or ""
        if source and found.owner.is_a(*_REQUESTS):
            yield Text(expr, f"`{expr.text}`", source)
        elif found.member in ("model_dump", "dict") and found.is_call:
            yield from self._of_field(found.owner.type_class, key)
        elif _is_sent(found):
            yield Text(expr, f"`{expr.text}`", "body")
        for made in _dicts(found):
            yield from self._trace(made.entry(key) or made.keyword(key), (), seen)


def _is_sent(held: Node, depth: int = 0) -> bool:
    """Say whether a request may bring a dictionary with any keys: a parameter, a field."""
    found = held.value or held
    if found.member and not found.is_call:
        schema = filled(found.program).get(found.owner.type_class)
        field = schema.fields.get(found.member) if schema and is_brought(found.owner) else None
        return field is not None and field.annotation.annotated in _DICTS
    if not isinstance(found.ast, ast.arg) or depth > limits.CALLS:
        return False
    function = found.function
    for parameter in parameters(function) if function in requested(found.program) else ():
        is_own = parameter.dependency is None and not parameter.is_filled_otherwise
        if parameter.node == found and parameter.type in _DICTS and is_own:
            return True
    calls = (*function.callers, *dispatching(function))
    return any(_is_sent(found.passed(call), depth + 1) for call in calls)


def _given_by(parameter: Parameter) -> list[Node]:
    """Return what the function returns or yields that fills a parameter by `Depends`."""
    target = parameter.dependency.target if parameter.dependency else parameter.node.at(None)
    return [*target.returned, *target.yielded] if target.is_function else []


def _dicts(held: Node, depth: int = 0) -> Iterator[Node]:
    """Yield the dictionaries that a value may be: made here, by a dependency, by callers."""
    found = held.value.awaited
    if isinstance(found.ast, ast.Dict) or found.called == "builtins.dict":
        yield found
    elif isinstance(found.ast, ast.arg) and depth < limits.CALLS:
        for parameter in parameters(found.function):
            if parameter.node == found:
                for given in _given_by(parameter):
                    yield from _dicts(given, depth + 1)
        for call in found.function.callers:
            yield from _dicts(found.passed(call), depth + 1)


def _is_bearer(parameter: Parameter) -> bool:
    """Say whether a security class of FastAPI fills a parameter with what the client sent."""
    if parameter.dependency is None:
        return False
    return parameter.dependency.call.argument(0, "dependency").is_a(*_BEARERS)


def text_parts(expr: Node) -> list[Node]:
    """Return the parts of a text that is built by an f-string, `+`, `%`, `format` or `join`."""
    match expr.ast:
        case ast.JoinedStr(values=values):
            return [expr.at(v.value) for v in values if isinstance(v, ast.FormattedValue)]
        case ast.BinOp(op=ast.Add()):
            return expr.operands
        case ast.BinOp(left=left, op=ast.Mod(), right=right):
            given = expr.at(right)
            of_dict = [value for _, value in given.value.entries]
            return [expr.at(left), *(given.elements or of_dict or [given])]
        case ast.Call() if expr.member == "format":
            unpacked = (value for given in expr.unpacked for _, value in given.value.entries)
            return [expr.owner, *expr.given, *unpacked]
        case ast.Call() if expr.member == "join":
            return expr.args[:1]
        case ast.List() | ast.Tuple():
            return expr.elements
        case ast.ListComp(elt=elt) | ast.GeneratorExp(elt=elt):
            return [expr.at(elt)]
        case ast.Call() if expr.called in ("inspect.cleandoc", "textwrap.dedent"):
            return expr.args[:1]
    return []


@fact
def _paths(program: Program) -> dict[Node, list[str]]:
    """Return the paths of each endpoint's function."""
    found: dict[Node, list[str]] = {}
    for endpoint in endpoints(program):
        found.setdefault(endpoint.function, []).append(endpoint.path or "")
    return found


@fact
def _prefixes(program: Program) -> str:
    """Return the prefixes of routers, one after the other."""
    calls = program.calls_named("APIRouter", "include_router")
    return " ".join(str(call.keyword("prefix").constant or "") for call in calls)


def is_segment(text: Text) -> bool:
    """Say whether a parameter is one segment of the path, which cannot contain a slash."""
    if text.source != "parameter":
        return False
    name, program = text.node.name, text.node.program
    paths = _paths(program).get(text.node.function)
    if paths is None:  # of a dependency: any path may hold it
        paths = [path for listed in _paths(program).values() for path in listed]
    if any(f"{{{name}:path}}" in path for path in paths):
        return False
    return any(f"{{{name}" in path for path in (*paths, _prefixes(program)))


def _is_upload(expr: Node) -> bool:
    """Say whether an expression is an uploaded file, also one in a list."""
    if expr.is_a("fastapi.UploadFile"):
        return True
    binding = expr.bound
    if binding is None or binding.kind != "for":
        return False
    listed = expr.at(binding.node).value
    annotation, _ = unwrap(listed.annotation)
    inner, _ = unwrap(annotation.index)
    return inner.annotated == "fastapi.UploadFile"


def _added(name: Node) -> Iterator[Node]:
    """Yield what is appended to the list that a variable holds, before it is used."""
    for call in name.function.calls:
        is_append = call.member == "append" and call.owner.name == name.name
        if is_append and call.args and call.position < name.position:
            yield call.args[0]


def _replaces_spaces(call: Node) -> bool:
    return call.member == "replace" and bool(call.args) and call.args[0].literal == " "
