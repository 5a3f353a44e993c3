"""Tokens whose own header says how their signature is verified."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.jwt import ENCODES, Decode, decodes, without_algorithms
from fastapi_pro.auditing.model.flow import ends

_LONGEST = 50  # characters of code in a fix


def detect(program: Program) -> Iterator[Hit]:
    """Yield decodings that name no algorithm, or the one of the token's header."""
    for call in without_algorithms(program):
        yield call.hit(
            f"`{call.func.text}` names no algorithm: the token itself decides how it is verified",
            fix=_fix(call),
        )
    for decode in decodes(program):
        if decode.trusts_header and not decode.is_unverified and not _is_chosen(decode):
            yield decode.call.hit(
                f"`{decode.call.func.text}` takes the algorithm from the token's own header: "
                "whoever makes a token decides how it is verified",
                fix=_fix(decode.call),
            )


def _is_chosen(decode: Decode) -> bool:
    """Say whether the header's algorithm was refused before unless it is one of a list."""
    listed = decode.algorithms.value.elements or [decode.algorithms]
    names = {item.dotted for item in listed if item.dotted}
    return any(
        branch.position < decode.call.position and ends(branch.body[-1])
        for branch in decode.call.function.own(ast.If)
        for test in branch.test.walk(ast.Compare)
        if isinstance(test.ast, ast.Compare) and isinstance(test.ast.ops[0], ast.NotIn)
        if test.operands[0].dotted in names
    )


def _fix(call: Node) -> str:
    """Return how to name the algorithm that the program signs with; "" if it signs with none."""
    encodes = list(call.program.calls_of(*ENCODES))
    key = call.argument(1, "key").text
    of_key = [encode for encode in encodes if encode.argument(1, "key").text == key]
    given = [encode.argument(2, "algorithm") for encode in of_key or encodes]
    named = {algorithm.text if algorithm else "'HS256'" for algorithm in given}
    if len(named) != 1 or len(text := named.pop()) > _LONGEST:
        return ""
    return f"`algorithms=[{text}]`, the one that the tokens are signed with".replace("'", '"')
