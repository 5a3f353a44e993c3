"""Where a value comes from: the request's parameters and schema fields behind an expression."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from fastapi_pro.auditing.libraries.legacy_fastapi import (
    Param,
    dependencies,
    depends,
    param_type,
    params,
    routes,
)
from fastapi_pro.auditing.libraries.pydantic import fields, is_schema, validators
from fastapi_pro.auditing.libraries.sqlalchemy_models import is_model
from fastapi_pro.auditing.model.legacy import (
    FUNCTIONS,
    At,
    Module,
    Program,
    callers,
    keyword,
    own_nodes,
    passed,
    type_of,
)

_DEPTH = 4  # of functions and classes between the request and the expression
_DATACLASSES = {"dataclasses.dataclass", "pydantic.dataclasses.dataclass"}
_PASSED_ON = {"builtins.max", "builtins.int", "builtins.abs"}
_ORDER = (ast.Gt, ast.GtE, ast.Lt, ast.LtE)


@dataclass(frozen=True, slots=True, eq=False)
class Input:
    """A parameter that FastAPI fills, or a field of a class that FastAPI fills.

    `owner` is the name of its function or class; the rest as in `web.Param` and `schemas.Field`.
    """

    name: str
    owner: str
    module: Module
    node: ast.arg | ast.AnnAssign
    annotation: At | None
    metadata: tuple[At, ...]
    default: ast.expr | None

    @property
    def cause(self) -> ast.AST:
        """What inputs of one alias share, else what is the input's own."""
        return self.annotation.node if self.annotation is not None else self.node


def inputs(program: Program, module: Module, expr: ast.AST | None) -> list[Input]:
    """Return the inputs that give an expression its value, unless code on the way checks them.

    Names, arithmetic, attributes, and calls within the program are followed; `min(...)` and what
    else may bound the value ends the search.
    """
    return list({i.node: i for i in _trace(program, module, expr, 0, set())}.values())


def requested(program: Program) -> set[At]:
    """Return the functions whose parameters FastAPI fills; for `program.fact`."""
    found: set[At] = set()
    queue = [route.function for route in program.fact(routes)]
    queue += [d.target for d in program.fact(dependencies) if d.target is not None]
    while queue:
        function: At | None = queue.pop()
        if function is not None and isinstance(function.node, ast.ClassDef):
            function = program.method(function, "__init__")
        if function is None or function in found:
            continue
        found.add(function)
        # of `Depends()` the annotation of the parameter says what it calls
        given = [depends(program, param) for param in params(program, function)]
        queue += [d.target for d in given if d is not None and d.target is not None]
    return found


def filled(program: Program) -> set[At]:
    """Return the schemas and dataclasses that FastAPI fills, tables excepted; for `fact`."""
    found: set[At] = set()
    for function in program.fact(requested):
        for param in params(program, function):
            kind = param_type(program, param)
            if not isinstance(kind, At) or not isinstance(kind.node, ast.ClassDef):
                continue
            dependency = depends(program, param)
            if dependency is not None and dependency.target != kind:
                continue
            if is_filled_otherwise(program, param):
                continue
            if is_schema(program, kind):
                if not is_model(program, kind):
                    found.add(kind)
            elif dependency is not None and _is_dataclass(program, kind):
                found.add(kind)
    return found


def is_filled_otherwise(program: Program, param: Param) -> bool:
    """Say whether a call of the program fills a parameter: a function that returns `Depends`."""
    return any(
        isinstance(at.node, ast.Call) and not program.call_name(at.module, at.node)
        for at in param.metadata
    )


def _is_dataclass(program: Program, cls: At) -> bool:
    assert isinstance(cls.node, ast.ClassDef)
    return any(
        program.name_of(cls.module, d.func if isinstance(d, ast.Call) else d) in _DATACLASSES
        for d in cls.node.decorator_list
    )


def _trace(
    program: Program, module: Module, expr: ast.AST | None, depth: int, seen: set[ast.AST]
) -> Iterator[Input]:
    if expr is None or expr in seen or depth > _DEPTH:
        return
    seen.add(expr)
    parts: list[ast.expr] = []
    match expr:
        case ast.NamedExpr(value=value):
            parts = [value]
        case ast.BoolOp(values=values):
            parts = values
        case ast.IfExp(body=body, orelse=orelse):
            parts = [body, orelse]
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub() | ast.Mult(), right=right):
            parts = [left, right]
        case ast.Call(args=args) if program.call_name(module, expr) in _PASSED_ON:
            parts = args
        case ast.Name():
            yield from _of_name(program, module, expr, depth, seen)
        case ast.Attribute():
            yield from _of_attribute(program, module, expr, depth, seen)
        case ast.Subscript(value=ast.Name() as name, slice=ast.Constant(value=str(key))):
            yield from _of_item(program, module, name, key, depth, seen)
    for part in parts:
        yield from _trace(program, module, part, depth, seen)


def _of_name(
    program: Program, module: Module, name: ast.Name, depth: int, seen: set[ast.AST]
) -> Iterator[Input]:
    binding = program.binding(module, name)
    if binding is None or is_checked(module, name):
        return
    if binding.kind == "assign" and _is_fallback(module, binding.node, name.id):
        # `if limit is None: limit = 100` leaves what the caller gave
        function = module.function_of(name)
        given = module.bindings(function).get(name.id, []) if function is not None else []
        binding = next((b for b in given if b.kind == "param"), binding)
    if binding.kind == "param" and isinstance(binding.node, ast.arg):
        yield from _of_param(program, module, binding.node, depth, seen)
    elif binding.kind == "assign":
        yield from _trace(program, module, binding.node, depth, seen)


def _is_fallback(module: Module, value: ast.AST, name: str) -> bool:
    statement = module.statement_of(value)
    above = module.parent(statement) if statement is not None else None
    if not isinstance(above, ast.If) or statement not in above.body:
        return False
    match above.test:
        case ast.UnaryOp(op=ast.Not(), operand=ast.Name(id=tested)):
            return tested == name
        case ast.Compare(left=ast.Name(id=tested), ops=[ast.Is()]):
            return tested == name
    return False


def _of_param(
    program: Program, module: Module, arg: ast.arg, depth: int, seen: set[ast.AST]
) -> Iterator[Input]:
    function = module.function_of(arg)
    if function is None:
        return
    at = At(module, function)
    if at in program.fact(requested):
        param = next((p for p in params(program, at) if p.arg is arg), None)
        if param is not None and depends(program, param) is None:
            owner = module.parent(function)
            is_init = function.name == "__init__" and isinstance(owner, ast.ClassDef)
            name = owner.name if is_init and isinstance(owner, ast.ClassDef) else function.name
            yield Input(
                param.name, name, module, arg, param.annotation, param.metadata, param.default
            )
    for caller, call in callers(program, at):
        yield from _trace(program, caller, passed(module, function, arg, call), depth + 1, seen)
        for unpacked in (k.value for k in call.keywords if k.arg is None):
            if isinstance(unpacked, ast.Name):
                yield from _of_item(program, caller, unpacked, arg.arg, depth, seen)


def _of_attribute(
    program: Program, module: Module, expr: ast.Attribute, depth: int, seen: set[ast.AST]
) -> Iterator[Input]:
    cls = type_of(program, module, expr.value)
    if not isinstance(cls, At) or not isinstance(cls.node, ast.ClassDef):
        return
    if is_checked(module, expr):
        return
    if cls in program.fact(filled):
        field = fields(program, cls).get(expr.attr)
        if field is not None and not _is_validated(program, cls, field.name):
            yield Input(
                field.name, cls.node.name, field.module, field.node, field.annotation,
                field.metadata, field.default,
            )  # fmt: skip
    init = program.method(cls, "__init__")
    if init is not None:
        for node in own_nodes(init.node):
            match node:
                case ast.Assign(targets=[ast.Attribute(value=ast.Name(id="self"), attr=attr)]):
                    if attr == expr.attr:
                        yield from _trace(program, init.module, node.value, depth, seen)
        return
    for at in _returned(program, module, expr.value):
        if isinstance(at.node, ast.Call) and type_of(program, at.module, at.node) == cls:
            yield from _trace(program, at.module, keyword(at.node, expr.attr), depth + 1, seen)


def _of_item(  # noqa: PLR0913, PLR0917
    program: Program, module: Module, name: ast.Name, key: str, depth: int, seen: set[ast.AST]
) -> Iterator[Input]:
    """Yield the inputs of one key of the dict that a dependency returns."""
    for at in _returned(program, module, name):
        if isinstance(at.node, ast.Dict):
            for entry, value in zip(at.node.keys, at.node.values, strict=True):
                if isinstance(entry, ast.Constant) and entry.value == key:
                    yield from _trace(program, at.module, value, depth + 1, seen)


def _is_validated(program: Program, cls: At, name: str) -> bool:
    """Say whether a method of the class may bound the field."""
    if validators(program, cls, "model_validator", "root_validator"):
        return True
    return any(
        isinstance(arg, ast.Constant) and arg.value in (name, "*")
        for _, call in validators(program, cls, "field_validator", "validator")
        for arg in (call.args if call is not None else ())
    )


def _returned(program: Program, module: Module, expr: ast.AST) -> Iterator[At]:
    """Yield what the dependency returns that fills the parameter an expression names."""
    binding = program.binding(module, expr) if isinstance(expr, ast.Name) else None
    if binding is None or binding.kind != "param":
        return
    function = module.function_of(binding.node)
    for param in params(program, At(module, function)) if function is not None else ():
        dependency = depends(program, param) if param.arg is binding.node else None
        target = dependency.target if dependency is not None else None
        if target is not None and isinstance(target.node, FUNCTIONS):
            for node in own_nodes(target.node):
                if isinstance(node, (ast.Return, ast.Yield)) and node.value is not None:
                    value = program.value(target.module, node.value)
                    if value is not None:
                        yield value


def is_checked(module: Module, expr: ast.Name | ast.Attribute) -> bool:
    """Say whether code before an expression compares its value with a limit or a known value.

    `if limit > 100`, `if user_id != viewer.id: raise`; not `if limit > 0`, `if limit == -1`.
    """
    function = module.function_of(expr)
    written = ast.dump(expr)
    for node in own_nodes(function) if function is not None else ():
        if not isinstance(node, (ast.If, ast.IfExp, ast.Assert)) or node.lineno > expr.lineno:
            continue
        refuses = isinstance(node, ast.Assert) or (
            isinstance(node, ast.If)
            and any(isinstance(s, (ast.Raise, ast.Return)) for s in node.body)
        )
        for compare in ast.walk(node.test):
            if isinstance(compare, ast.Compare) and _limits(compare, written, refuses=refuses):
                return True
    return False


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
