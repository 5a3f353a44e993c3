"""Tokens that are decoded without an expiry being demanded of them."""

import ast
import re
from collections.abc import Iterator

from fastapi_pro.auditing.finding import Hit
from fastapi_pro.auditing.libraries.jwt import Decode, decodes, is_unverified, options
from fastapi_pro.auditing.libraries.legacy_call_graph import reached
from fastapi_pro.auditing.libraries.pydantic import fields, is_schema
from fastapi_pro.auditing.model.legacy import (
    At,
    Module,
    Program,
    argument,
    callee,
    callers,
    calls_in,
    own_nodes,
    spelled,
    written,
)

_ENCODES = ("jwt.encode", "jose.jwt.encode")
_PUBLIC = ("RS", "ES", "PS", "Ed")  # how the names of algorithms with a key pair begin
_PUBLISHED = re.compile(r"jwk|get_signing_key", re.IGNORECASE)


def detect(program: Program) -> Iterator[Hit]:
    """Yield decodings that accept a token without `exp`."""
    for decode in program.fact(decodes):
        given = options(program, decode)
        if given is None or is_unverified(program, decode) or _is_required(decode, given):
            continue
        if _is_foreign(program, decode) or _is_demanded(program, decode):
            continue
        yield Hit(
            decode.module, decode.call,
            f"`{spelled(decode.call.func)}` accepts a token without `exp`, which never expires",
        )  # fmt: skip


def _is_required(decode: Decode, given: dict[str, object]) -> bool:
    """Say whether options demand `exp`, or decide about it otherwise."""
    if given.get("verify_exp", True) is not True:  # expired tokens are welcome here
        return True
    if decode.library == "jose":
        return any(given.get(key, False) is not False for key in ("require_exp", "require_jti"))
    if "require" not in given:
        return False
    names = given["require"]
    return not isinstance(names, (list, tuple, set)) or bool({"exp", "jti"} & {*map(str, names)})


def _is_foreign(program: Program, decode: Decode) -> bool:
    """Say whether the token is an identity provider's, by its key, or was made a moment ago."""
    module, call = decode.module, decode.call
    token, key = argument(call, 0, "jwt"), argument(call, 1, "key")
    if key is not None and _PUBLISHED.search(written(program, At(module, key))):
        return True
    algorithms = program.constant(module, argument(call, 2, "algorithms"))
    named = algorithms if isinstance(algorithms, (list, tuple)) else [algorithms]
    is_public = bool(named) and all(isinstance(a, str) and a[:2] in _PUBLIC for a in named)
    if is_public and not program.fact(_signs_with_a_key_pair):
        return True
    made = program.value(module, token)
    node = made.node if made is not None else None
    if isinstance(node, ast.Await):
        node = node.value
    if made is None or not isinstance(node, ast.Call):
        return False
    target = callee(program, made.module, node)
    return target is not None and any(
        program.call_name(f.module, inner) in _ENCODES
        for f in reached(program, [target])
        for inner in calls_in(f.node)
    )


def _signs_with_a_key_pair(program: Program) -> bool:
    """Say whether the program itself signs with a private key; for `program.fact`."""
    for module in program.code:
        for call in program.calls(module, *_ENCODES):
            name = program.constant(module, argument(call, 2, "algorithm"))
            if isinstance(name, str) and name[:2] in _PUBLIC:
                return True
    return False


def _is_demanded(program: Program, decode: Decode) -> bool:
    """Say whether the claims go where `exp` is looked at."""
    module, call = decode.module, decode.call
    function = module.function_of(call)
    if function is None:
        return False
    if _reads(module, function, call) or _is_validated(program, module, call):
        return True
    if not any(
        _names(n.value, call, module) for n in ast.walk(function) if isinstance(n, ast.Return)
    ):
        return False
    return any(
        ((above := at.function_of(use)) is not None and _reads(at, above, use))
        or _is_validated(program, at, use)
        for at, use in callers(program, At(module, function))
    )  # fmt: skip


def _names(expr: ast.expr | None, call: ast.Call, module: Module) -> bool:
    """Say whether an expression is the claims that a call gives, or a variable that holds them."""
    expr = expr.value if isinstance(expr, ast.Await) else expr
    return expr is call or (isinstance(expr, ast.Name) and expr.id in _variables(module, call))


def _variables(module: Module, call: ast.Call) -> set[str]:
    """Return the variables that hold the claims, `cast(Payload, claims)` included."""
    names: set[str] = set()
    for node in own_nodes(module.function_of(call) or module.tree):
        if not isinstance(node, (ast.Assign, ast.AnnAssign, ast.NamedExpr)):
            continue
        value = node.value.value if isinstance(node.value, ast.Await) else node.value
        parts = [value, *value.args] if isinstance(value, ast.Call) else [value]
        is_held = any(p is call or (isinstance(p, ast.Name) and p.id in names) for p in parts)
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        names |= {t.id for t in targets if isinstance(t, ast.Name) and is_held}
    return names


def _reads(module: Module, function: ast.AST, call: ast.Call) -> bool:
    """Say whether a function looks at the `exp` of the claims, or at the id to look it up."""
    for node in ast.walk(function):
        match node:
            case ast.Subscript(value=owner, slice=ast.Constant(value="exp" | "jti")):
                pass
            case ast.Call(
                func=ast.Attribute(value=owner, attr="get"),
                args=[ast.Constant(value="exp" | "jti"), *_],
            ):
                pass
            case ast.Compare(left=ast.Constant(value="exp" | "jti"), comparators=[owner]):
                pass
            case _:
                continue
        if _names(owner, call, module):
            return True
    return False


def _is_validated(program: Program, module: Module, call: ast.Call) -> bool:
    """Say whether a Pydantic class that needs `exp` is made of the claims."""
    function = module.function_of(call)
    for use in ast.walk(function) if function is not None else ():
        if not isinstance(use, ast.Call):
            continue
        given = [k.value for k in use.keywords if k.arg is None] + use.args
        if not any(_names(value, call, module) for value in given):
            continue
        func = use.func
        if isinstance(func, ast.Attribute) and func.attr in ("model_validate", "parse_obj"):
            func = func.value
        cls = program.resolve(module, func)
        if isinstance(cls, At) and isinstance(cls.node, ast.ClassDef) and is_schema(program, cls):
            field = fields(program, cls).get("exp")
            if field is not None and field.default is None:
                return True
    return False
