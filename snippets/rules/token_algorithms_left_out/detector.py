"""Tokens whose own header says how their signature is verified."""

from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Program
from fastapi_pro.auditing.libraries.jwt import decodes, without_algorithms


def detect(program: Program) -> Iterator[Hit]:
    """Yield decodings that name no algorithm, or the one of the token's header."""
    for call in without_algorithms(program):
        yield call.hit(f"`{call.func.text}` names no algorithm: the token says how it is verified")
    for decode in decodes(program):
        if decode.trusts_header and not decode.is_unverified:
            yield decode.call.hit(
                f"`{decode.call.func.text}` takes the algorithm from the token's own header: "
                "whoever makes a token chooses how it is verified"
            )
