"""CORS inside a middleware that answers by itself."""

from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Program
from fastapi_pro.auditing.libraries.middleware import stacks


def detect(program: Program) -> Iterator[Hit]:
    """Yield each CORSMiddleware outside of which another middleware may answer."""
    for stack in stacks(program).values():
        for position, added in enumerate(stack):
            outer = stack[position + 1 :] if added.is_cors else []
            others = (other for other in outer if "cors" not in other.name.lower())
            answering = next((other for other in others if other.may_answer), None)
            if answering is not None:
                yield added.node.hit(
                    f"`{answering.name}` is outside CORS and may answer by itself: browsers cannot"
                    " read that answer, and a preflight may get it"
                )
