"""HTTP clients that are opened for a single request."""

import ast
from collections.abc import Iterator

from auditing.blocking import serving
from auditing.finding import Hit
from auditing.modules import FUNCTIONS, Module, own_nodes
from auditing.program import At, Program, has_unpacking, keyword

_CLIENTS = ("httpx.AsyncClient", "httpx.Client", "aiohttp.ClientSession",
            "aiohttp.client.ClientSession")  # fmt: skip
_OF_ONE_USER = ("app", "cert", "cookies", "cookie_jar", "mounts", "proxies", "proxy", "transport")
_CACHES = {"functools.cache", "functools.lru_cache", "cachetools.cached", "async_lru.alru_cache"}


def detect(program: Program) -> Iterator[Hit]:
    """Yield the clients that functions running for requests open and do not keep."""
    for function in sorted(
        program.fact(serving), key=lambda f: (f.module.name, getattr(f.node, "lineno", 0))
    ):
        node, module = function.node, function.module
        assert isinstance(node, FUNCTIONS)
        if module.is_tool or _is_cached(program, function):
            continue
        for call in own_nodes(node):
            if not isinstance(call, ast.Call):
                continue
            name = program.name_of(module, call.func)
            if name not in _CLIENTS or _is_of_one_user(call) or _is_kept(module, node, call):
                continue
            yield Hit(
                module, call,
                f"`{node.name}` opens an `{name}` of its own each time it runs: a new connection, "
                "and a new TLS context that reads all CA certificates",
            )  # fmt: skip


def _is_cached(program: Program, function: At) -> bool:
    assert isinstance(function.node, FUNCTIONS)
    decorators = (d.func if isinstance(d, ast.Call) else d for d in function.node.decorator_list)
    return any(program.name_of(function.module, d) in _CACHES for d in decorators)


def _is_of_one_user(call: ast.Call) -> bool:
    """Say whether a client cannot be shared: its cookies, proxy or transport are its own."""
    return has_unpacking(call) or any(keyword(call, name) is not None for name in _OF_ONE_USER)


def _is_kept(module: Module, function: ast.AST, call: ast.Call) -> bool:
    """Say whether the client outlives the function: in a global, an attribute or a dictionary."""
    names: set[str] = set()
    for above in module.ancestors(call):
        if isinstance(above, (ast.Assign, ast.AnnAssign, ast.NamedExpr)):
            targets = above.targets if isinstance(above, ast.Assign) else [above.target]
            if any(isinstance(t, (ast.Attribute, ast.Subscript)) for t in targets):
                return True
            names |= {t.id for t in targets if isinstance(t, ast.Name)}
        if isinstance(above, (*FUNCTIONS, ast.Lambda)):
            break
    for node in own_nodes(function):
        if isinstance(node, (ast.Global, ast.Nonlocal)) and names & {*node.names}:
            return True
        if not isinstance(node, ast.Assign):
            continue
        is_passed_on = isinstance(node.value, ast.Name) and node.value.id in names
        if is_passed_on and any(
            isinstance(t, (ast.Attribute, ast.Subscript)) for t in node.targets
        ):
            return True
    return False
