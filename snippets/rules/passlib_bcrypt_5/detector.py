"""passlib with bcrypt, which fails for every password since bcrypt 5."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.finding import Hit
from fastapi_pro.auditing.libraries.passwords import CONTEXT, passlib_on_bcrypt
from fastapi_pro.auditing.model.legacy import Program


def detect(program: Program) -> Iterator[Hit]:
    """Yield the contexts and calls of passlib whose scheme is bcrypt."""
    for at in program.fact(passlib_on_bcrypt):
        assert isinstance(at.node, ast.Call)
        name = program.call_name(at.module, at.node)
        what = "this CryptContext hashes with bcrypt" if name == CONTEXT else f"`{name}` is called"
        yield Hit(
            at.module, at.node, f"{what}: with bcrypt 5, passlib raises ValueError for any password"
        )
