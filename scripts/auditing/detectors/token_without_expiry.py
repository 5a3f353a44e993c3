"""Tokens that are decoded without an expiry being demanded of them."""

import ast
from collections.abc import Iterator

from auditing.callers import callers
from auditing.finding import Hit
from auditing.modules import Module
from auditing.program import At, Program, argument
from auditing.schemas import fields, is_schema
from auditing.tokens import Decode, decodes, is_unverified, options


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
            f"`{ast.unparse(decode.call.func)}` accepts a token without `exp`, which never expires",
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
    """Say whether the key is one that an identity provider publishes: others issue the token."""
    at = program.value(decode.module, argument(decode.call, 1, "key"))
    if at is None:
        key = argument(decode.call, 1, "key")
        if not isinstance(key, ast.Attribute) or key.attr != "key":
            return False
        at = program.value(decode.module, key.value)
        text = ast.unparse(at.node) if at is not None else ""
        return "get_signing_key" in text
    return "jwk" in ast.unparse(at.node).lower()


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
    holder = module.parent(call)
    while isinstance(holder, (ast.Await, ast.Call)):
        holder = module.parent(holder)
    if isinstance(holder, ast.Assign):
        return {t.id for t in holder.targets if isinstance(t, ast.Name)}
    if isinstance(holder, (ast.AnnAssign, ast.NamedExpr)) and isinstance(holder.target, ast.Name):
        return {holder.target.id}
    return set()


def _reads(module: Module, function: ast.AST, call: ast.Call) -> bool:
    """Say whether a function looks at the `exp` of the claims."""
    for node in ast.walk(function):
        match node:
            case ast.Subscript(value=owner, slice=ast.Constant(value="exp")):
                pass
            case ast.Call(
                func=ast.Attribute(value=owner, attr="get"), args=[ast.Constant(value="exp"), *_]
            ):
                pass
            case ast.Compare(left=ast.Constant(value="exp"), comparators=[owner]):
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
