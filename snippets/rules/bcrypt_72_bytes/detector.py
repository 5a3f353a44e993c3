"""Passwords that go to bcrypt whatever their length in bytes."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.finding import Hit
from fastapi_pro.auditing.model.legacy import At, Module, Program, argument, spelled, type_of

_LIMIT = 72
_BCRYPT = "pwdlib.hashers.bcrypt.BcryptHasher"


def detect(program: Program) -> Iterator[Hit]:
    """Yield the calls that hash a password with bcrypt, in programs that never check 72 bytes."""
    found = list(_found(program))
    if found and not any(_checks(program, module) for module in program.code):
        yield from found


def _found(program: Program) -> Iterator[Hit]:
    for module in program.code:
        if module.is_tool:
            continue
        for call in program.calls(module, "bcrypt.hashpw"):
            if name := _encoded(program, module, argument(call, 0, "password")):
                yield Hit(
                    module, call,
                    f"`bcrypt.hashpw` is given `{name}` of any length: beyond 72 bytes bcrypt 5 "
                    "raises ValueError, and bcrypt 4 ignores the rest",
                )  # fmt: skip
        for call in program.calls(module, "pwdlib.PasswordHash"):
            hashers = program.value(module, argument(call, 0, "hashers"))
            if hashers is None or not isinstance(hashers.node, (ast.Tuple, ast.List)):
                continue
            first = hashers.node.elts[:1]
            if first and type_of(program, hashers.module, first[0]) == _BCRYPT:
                yield Hit(
                    module, call,
                    "new passwords are hashed with bcrypt: beyond 72 bytes bcrypt 5 raises "
                    "ValueError, and bcrypt 4 ignores the rest",
                )  # fmt: skip


def _checks(program: Program, module: Module) -> bool:
    """Say whether something is compared with 72, or cut there."""
    for node in module.nodes(ast.Compare):
        sides = (node.left, *node.comparators)
        if any(program.constant(module, side) in (_LIMIT, _LIMIT + 1) for side in sides):
            return True
    return any(program.constant(module, node.upper) == _LIMIT for node in module.nodes(ast.Slice))


def _encoded(program: Program, module: Module, expr: ast.expr | None) -> str:
    """Return the text that is encoded for bcrypt as it is written; "" for a digest or a literal."""
    at = program.value(module, expr)
    if at is None or not isinstance(at.node, ast.Call):
        return ""
    func = at.node.func
    if isinstance(func, ast.Attribute) and func.attr == "encode":
        text: ast.expr | None = func.value
    elif program.name_of(at.module, func) == "builtins.bytes":
        text = argument(at.node, 0, "source")
    else:
        return ""
    match text:
        case ast.Call(func=ast.Attribute(attr="get_secret_value")):
            return spelled(text)
    if not isinstance(text, (ast.Name, ast.Attribute)):
        return ""
    origin = program.resolve(at.module, text)
    if isinstance(origin, At) and not isinstance(origin.node, ast.arg):
        return ""
    return spelled(text)
