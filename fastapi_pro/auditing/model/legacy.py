"""The old functions of three arguments; goes when nobody calls them any more."""
# mypy: ignore-errors
# ruff: noqa

import ast

from fastapi_pro.auditing.libraries import known_types
from fastapi_pro.auditing.model import types
from fastapi_pro.auditing.model.bindings import FUNCTIONS, Binding, Function
from fastapi_pro.auditing.model.module import SCOPES, Module
from fastapi_pro.auditing.model.node import Node, Origin, Type, inherits as _inherits
from fastapi_pro.auditing.model.program import Program
from fastapi_pro.auditing.model.source_text import spelled, written as _written

At = Node
_OWN = {}


def own_nodes(scope):
    if scope not in _OWN:
        _OWN[scope] = list(_own_nodes(scope))
    return iter(_OWN[scope])


def _own_nodes(scope):
    body = getattr(scope, "body", [])
    body = [body] if isinstance(body, ast.AST) else list(body)
    stack = list(reversed(body))
    while stack:
        node = stack.pop()
        yield node
        if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            stack.extend(reversed(node.decorator_list))
        elif not isinstance(node, ast.Lambda):
            stack.extend(reversed(list(ast.iter_child_nodes(node))))


def as_function(origin):
    return origin.node if isinstance(origin, At) and isinstance(origin.node, FUNCTIONS) else None


def annotation_type(program, module, annotation, depth=0):
    return types.annotation_type(Node(module, annotation), depth)


def parse_annotation(annotation):
    return annotation


def located(module, written, parsed):
    return module.read_annotation(written)


def type_of(program, module, expr, depth=0):
    return types.type_of(Node(module, expr), depth) if expr is not None else None


def is_a(program, module, expr, *names):
    return _inherits(type_of(program, module, expr), *names)


def inherits(program, kind, *names):
    return _inherits(kind, *names)


def is_session(program, module, expr):
    return is_a(program, module, expr, *known_types.SESSIONS)


def callee(program, module, call):
    return program.callee_of(Node(module, call)) or None


def result_type(program, function, depth=0):
    return types.result_type(function, depth)


def is_manager(program, function):
    return types.is_manager(function)


def selected(program, module, statement):
    return (
        (known_types.selected(Node(module, statement)) or None) if statement is not None else None
    )


def member_type(program, owner, name, depth=0):
    return types.member_type(owner, name, depth)


def default_of(function, arg):
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    for candidate, default in zip(reversed(positional), reversed(arguments.defaults), strict=False):
        if candidate is arg:
            return default
    for candidate, value in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        if candidate is arg:
            return value
    return None


def keyword(call, name):
    return next((k.value for k in call.keywords if k.arg == name), None)


def argument(call, position, name):
    found = keyword(call, name)
    if found is None and position < len(call.args):
        positional = call.args[: position + 1]
        if not any(isinstance(a, ast.Starred) for a in positional):
            return positional[-1]
    return found


def has_unpacking(call):
    return any(k.arg is None for k in call.keywords)


def calls_in(function):
    return (node for node in own_nodes(function) if isinstance(node, ast.Call))


def callers(program, function):
    return [(c.module, c.ast) for c in function.callers]


def passed(module, function, arg, call):
    positional = [*function.args.posonlyargs, *function.args.args]
    is_static = any(
        isinstance(d, ast.Name) and d.id == "staticmethod" for d in function.decorator_list
    )
    if isinstance(module.parent(function), ast.ClassDef) and not is_static:
        positional = positional[1:]
    return (
        argument(call, positional.index(arg), arg.arg)
        if arg in positional
        else keyword(call, arg.arg)
    )


def written(program, at):
    return _written(at)
