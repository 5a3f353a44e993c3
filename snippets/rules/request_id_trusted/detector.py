"""A caller's request id that goes into the log or the answer as it is."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.finding import Hit
from fastapi_pro.auditing.libraries.legacy_fastapi import params
from fastapi_pro.auditing.model.legacy import At, Function, Module, Program, callee, own_nodes

_HEADERS = {"x-request-id", "x-correlation-id", "x-trace-id", "request-id", "correlation-id"}
_CHECKS = {
    "match",
    "fullmatch",
    "search",
    "isalnum",
    "isascii",
    "isidentifier",
    "isprintable",
    "sub",
}
_NAMES = {"uuid.UUID", "builtins.len", "builtins.int"}


def detect(program: Program) -> Iterator[Hit]:
    """Yield each place that takes the header without looking at its value."""
    for module in program.code:
        reads: list[ast.Call | ast.Subscript] = [*module.calls_by_name.get("get", ())]
        reads += module.nodes(ast.Subscript)
        for node in reads:
            if not _takes(program, module, node):
                continue
            function = module.function_of(node)
            if function is None:
                continue
            if not _is_checked(program, module, function) and _is_kept(function):
                yield Hit(
                    module, node,
                    "the caller's request id is taken as it is: it forges fields of log lines, and"
                    " is as long as the caller likes",
                )  # fmt: skip
        for function in module.functions():
            if not any(arg.arg.endswith("_id") for arg in _arguments(function)):
                continue
            for param in params(program, At(module, function)):
                marker = param.marker(program, "fastapi.Header")
                alias = param.name.replace("_", "-")
                if marker is not None and isinstance(marker.node, ast.Call):
                    named = {k.arg: k.value for k in marker.node.keywords}
                    if set(named) & {"pattern", "max_length"}:
                        continue
                    alias = str(program.constant(marker.module, named.get("alias")) or alias)
                if marker is None or alias.lower() not in _HEADERS:
                    continue
                is_uuid = (
                    param.annotation is not None
                    and program.name_of(param.annotation.module, param.annotation.node)
                    == "uuid.UUID"
                )
                if (
                    not is_uuid
                    and not _is_checked(program, module, function)
                    and _is_kept(function)
                ):
                    yield Hit(
                        module, param.arg,
                        f"`{param.name}` is taken as it is: it forges fields of log lines, and is"
                        " as long as the caller likes",
                    )  # fmt: skip


def _arguments(function: Function) -> list[ast.arg]:
    return [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]


def _takes(program: Program, module: Module, node: ast.Call | ast.Subscript) -> bool:
    """Say whether an expression reads the header: `headers.get("X-Request-ID")`, `headers["…"]`."""
    if isinstance(node, ast.Call):
        func = node.func
        if not isinstance(func, ast.Attribute) or func.attr != "get" or not node.args:
            return False
        key, owner = node.args[0], func.value
    else:
        if not isinstance(node.ctx, ast.Load):
            return False
        key, owner = node.slice, node.value
    if not isinstance(key, (ast.Constant, ast.Name, ast.Attribute)):
        return False
    text = program.constant(module, key)
    if isinstance(text, bytes):
        text = text.decode("latin-1")
    if not isinstance(text, str) or text.lower() not in _HEADERS:
        return False
    return _is_incoming(owner)


def _is_incoming(owner: ast.expr) -> bool:
    """Say whether headers are those of a request: not of a response, nor of a client's answer."""
    text = ast.unparse(owner).lower()
    return "header" in text and "response" not in text and "resp" not in text.split(".")[0]


def _is_checked(program: Program, module: Module, function: Function) -> bool:
    """Say whether a function, or one that it calls, looks at some text's form or length."""
    for node in own_nodes(function):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Attribute) and node.func.attr in _CHECKS:
            return True
        if program.name_of(module, node.func) in _NAMES:
            return True
        target = callee(program, module, node)
        if target is not None and target.node is not function:
            for inner in own_nodes(target.node):
                if isinstance(inner, ast.Call) and (
                    (isinstance(inner.func, ast.Attribute) and inner.func.attr in _CHECKS)
                    or program.name_of(target.module, inner.func) in _NAMES
                ):
                    return True
    return any(isinstance(node, ast.Slice) for node in own_nodes(function))


def _is_kept(function: Function) -> bool:
    """Say whether a function, or one inside it, logs, binds or answers something."""
    for node in ast.walk(function):
        if (
            isinstance(node, ast.Subscript)
            and isinstance(node.ctx, ast.Store)
            and "header" in ast.unparse(node.value).lower()
        ):
            return True
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = ast.unparse(node.func.value).lower()
            if (
                node.func.attr in ("set", "bind", "bind_contextvars", "append", "add", "setdefault")
                or "log" in owner
            ):
                return True
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in ("bind_contextvars", "MutableHeaders")
        ):
            return True
    return False
