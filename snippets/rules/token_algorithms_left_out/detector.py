"""Tokens whose own header says how their signature is verified."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.finding import Hit
from fastapi_pro.auditing.libraries.jwt import (
    decodes,
    is_unverified,
    trusts_header,
    without_algorithms,
)
from fastapi_pro.auditing.model.legacy import Program, spelled


def detect(program: Program) -> Iterator[Hit]:
    """Yield decodings that name no algorithm, or the one of the token's header."""
    for at in program.fact(without_algorithms):
        assert isinstance(at.node, ast.Call)
        yield Hit(
            at.module, at.node,
            f"`{spelled(at.node.func)}` names no algorithm: the token says how it is verified",
        )  # fmt: skip
    for decode in program.fact(decodes):
        if not is_unverified(program, decode) and trusts_header(program, decode):
            yield Hit(
                decode.module, decode.call,
                f"`{spelled(decode.call.func)}` takes the algorithm from the token's own "
                "header: whoever makes a token chooses how it is verified",
            )  # fmt: skip
