"""HTTP clients that are opened for a single request."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.finding import Hit
from fastapi_pro.auditing.libraries.blocking_calls import serving
from fastapi_pro.auditing.libraries.legacy_call_graph import is_cached
from fastapi_pro.auditing.model.legacy import (
    FUNCTIONS,
    Module,
    Program,
    has_unpacking,
    keyword,
    own_nodes,
)

_CLIENTS = ("httpx.AsyncClient", "httpx.Client", "aiohttp.ClientSession",
            "aiohttp.client.ClientSession")  # fmt: skip
_OF_ONE_USER = ("app", "cert", "cookies", "cookie_jar", "mounts", "proxies", "proxy", "transport")


def detect(program: Program) -> Iterator[Hit]:
    """Yield the clients that functions running for requests open and do not keep."""
    for function in sorted(
        program.fact(serving), key=lambda f: (f.module.name, getattr(f.node, "lineno", 0))
    ):
        node, module = function.node, function.module
        assert isinstance(node, FUNCTIONS)
        if module.is_tool or is_cached(program, function):
            continue
        for call in own_nodes(node):
            if not isinstance(call, ast.Call):
                continue
            name = program.name_of(module, call.func)
            if (
                name not in _CLIENTS
                or _is_of_one_user(call)
                or _is_kept(program, module, node, call)
            ):
                continue
            yield Hit(
                module, call,
                f"`{node.name}` opens an `{name}` of its own each time it runs: a new connection, "
                "and a new TLS context that reads all CA certificates",
            )  # fmt: skip


def _is_of_one_user(call: ast.Call) -> bool:
    """Say whether a client cannot be shared: its cookies, proxy or transport are its own."""
    return has_unpacking(call) or any(keyword(call, name) is not None for name in _OF_ONE_USER)


def _is_kept(program: Program, module: Module, function: ast.AST, call: ast.Call) -> bool:
    """Say whether the client, or what it fetched, outlives the function.

    In a global, an attribute or a dictionary; or in another object that it is given to.
    """
    names: set[str] = set()
    for above in module.ancestors(call):
        if isinstance(above, ast.Call) and not _enters(above):
            return True
        if isinstance(above, (ast.Assign, ast.AnnAssign, ast.NamedExpr)):
            targets = above.targets if isinstance(above, ast.Assign) else [above.target]
            if any(isinstance(t, (ast.Attribute, ast.Subscript)) for t in targets):
                return True
            names |= {t.id for t in targets if isinstance(t, ast.Name)}
        if isinstance(above, (*FUNCTIONS, ast.Lambda, ast.With, ast.AsyncWith)):
            break
    for node in own_nodes(function):
        if isinstance(node, (ast.Global, ast.Nonlocal)) and names & {*node.names}:
            return True
        if not isinstance(node, ast.Assign):
            continue
        if any(_is_entry_of_global(program, module, target) for target in node.targets):
            return True
        is_passed_on = isinstance(node.value, ast.Name) and node.value.id in names
        if is_passed_on and any(
            isinstance(t, (ast.Attribute, ast.Subscript)) for t in node.targets
        ):
            return True
    return False


def _enters(call: ast.Call) -> bool:
    """Say whether a call is `stack.enter_async_context(...)`."""
    return isinstance(call.func, ast.Attribute) and call.func.attr.startswith("enter_")


def _is_entry_of_global(program: Program, module: Module, target: ast.expr) -> bool:
    """Say whether an assignment fills a dictionary of the module: a cache."""
    if not isinstance(target, ast.Subscript) or not isinstance(target.value, ast.Name):
        return False
    binding = program.binding(module, target.value)
    held = module.bindings(module.tree).get(target.value.id, [])
    return binding is not None and (binding in held or binding.kind == "import")
