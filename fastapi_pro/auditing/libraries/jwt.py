"""JSON Web Tokens: where they are decoded, by which library, with which options."""

import ast
from dataclasses import dataclass

from fastapi_pro.auditing.model.legacy import (
    At,
    Module,
    Program,
    argument,
    has_unpacking,
    keyword,
    type_of,
)

_PYJWT = {"jwt.decode", "jwt.decode_complete"}
_JOSE = {"jose.jwt.decode"}
_METHODS = {"decode", "decode_complete"}


@dataclass(frozen=True, slots=True, eq=False)
class Decode:
    """A call that decodes a token; `library` is "jwt" (PyJWT) or "jose"."""

    module: Module
    call: ast.Call
    library: str


def decodes(program: Program) -> list[Decode]:
    """Return the calls that decode a token, outside tests and tools; for `program.fact`."""
    found = []
    for module in program.code:
        if module.is_tool:
            continue
        found += [
            Decode(module, call, library)
            for call in module.nodes(ast.Call)
            if (library := _library(program, module, call))
        ]
    return found


def _library(program: Program, module: Module, call: ast.Call) -> str:
    func = call.func
    if isinstance(func, ast.Attribute) and func.attr not in _METHODS:
        return ""
    name = program.name_of(module, func)
    if name in _PYJWT | _JOSE:
        return name.partition(".")[0]
    is_instance = (
        isinstance(func, ast.Attribute) and type_of(program, module, func.value) == "jwt.PyJWT"
    )
    return "jwt" if is_instance else ""


def options(program: Program, decode: Decode) -> dict[str, object] | None:
    """Return the options of a decoding, None where some of them cannot be read."""
    call = decode.call
    if has_unpacking(call) or any(isinstance(a, ast.Starred) for a in call.args):
        return None
    found = _read(program, decode.module, argument(call, 3, "options"))
    if isinstance(call.func, ast.Attribute) and decode.library == "jwt":
        maker = program.value(decode.module, call.func.value)
        if maker is not None and isinstance(maker.node, ast.Call):
            if has_unpacking(maker.node):
                return None
            made = _read(program, maker.module, argument(maker.node, 0, "options"))
            found = None if made is None or found is None else {**made, **found}
    return found


def _read(program: Program, module: Module, expr: ast.expr | None) -> dict[str, object] | None:
    """Return a literal dictionary with None for the values that are not literals."""
    if expr is None or (isinstance(expr, ast.Constant) and expr.value is None):
        return {}
    at = program.value(module, expr)
    if at is None:
        return None
    if isinstance(at.node, ast.Dict):
        keys = [k.value if isinstance(k, ast.Constant) else None for k in at.node.keys]
        pairs = list(zip(keys, at.node.values, strict=True))
    elif isinstance(at.node, ast.Call) and program.call_name(at.module, at.node) in (
        "builtins.dict", "jwt.types.Options",
    ):  # fmt: skip
        if at.node.args:
            return None
        pairs = [(k.arg, k.value) for k in at.node.keywords]
    else:
        return None
    if any(not isinstance(key, str) for key, _ in pairs):
        return None
    return {str(key): program.constant(at.module, value) for key, value in pairs}


def is_unverified(program: Program, decode: Decode) -> bool:
    """Say whether the signature is not verified: the claims are only looked at."""
    given = options(program, decode) or {}
    verify = keyword(decode.call, "verify")
    is_off = isinstance(verify, ast.Constant) and verify.value is False
    return is_off or given.get("verify_signature", True) is False


def without_algorithms(program: Program) -> list[At]:
    """Return the decodings by python-jose that name no algorithm; for `program.fact`."""
    found = [
        At(d.module, d.call)
        for d in program.fact(decodes)
        if d.library == "jose" and not is_unverified(program, d) and _is_left_out(d.call)
    ]
    for module in program.code:
        if not module.is_tool:
            calls = program.calls(module, "jose.jws.verify")
            found += [At(module, call) for call in calls if _is_left_out(call)]
    return found


def _is_left_out(call: ast.Call) -> bool:
    if has_unpacking(call) or any(isinstance(a, ast.Starred) for a in call.args):
        return False
    given = argument(call, 2, "algorithms")
    return given is None or (isinstance(given, ast.Constant) and given.value is None)


def trusts_header(program: Program, decode: Decode) -> bool:
    """Say whether the algorithm is the one that the token's own header names."""
    at = program.value(decode.module, argument(decode.call, 2, "algorithms"))
    if at is None:
        return False
    listed = at.node.elts if isinstance(at.node, (ast.List, ast.Tuple)) else [at.node]
    return any(_is_header_alg(program, at.module, item) for item in listed)


def _is_header_alg(program: Program, module: Module, expr: ast.AST) -> bool:
    at = program.value(module, expr)
    node = at.node if at is not None else None
    if at is None:
        return False
    if isinstance(node, ast.Subscript):
        key, owner = node.slice, node.value
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
        key, owner = node.args[0], node.func.value
        if node.func.attr != "get":
            return False
    else:
        return False
    header = program.value(at.module, owner)
    return (
        isinstance(key, ast.Constant) and key.value == "alg" and header is not None
        and program.call_name(header.module, header.node).endswith(".get_unverified_header")
    )  # fmt: skip
