"""CORS inside a middleware that answers by itself."""

from collections.abc import Iterator

from fastapi_pro.auditing.finding import Hit
from fastapi_pro.auditing.libraries.middleware import Added, is_cors, stacks
from fastapi_pro.auditing.libraries.middleware_answers import may_answer
from fastapi_pro.auditing.model.legacy import Program


def detect(program: Program) -> Iterator[Hit]:
    """Yield each CORSMiddleware outside of which another middleware may answer."""
    for stack in program.fact(stacks):
        for position, added in enumerate(stack):
            if not is_cors(program, added):
                continue
            outer = next((a for a in stack[position + 1 :] if _answers(program, a)), None)
            if outer is not None:
                yield Hit(
                    added.module, added.node,
                    f"`{_name(outer)}` is outside CORS and may answer by itself: browsers cannot"
                    " read that answer, and a preflight may get it",
                )  # fmt: skip


def _answers(program: Program, added: Added) -> bool:
    """Say whether a middleware may answer, and is not itself about CORS."""
    return "cors" not in _name(added).lower() and may_answer(program, added)


def _name(added: Added) -> str:
    if isinstance(added.kind, str):
        return added.kind.rpartition(".")[2]
    return str(getattr(added.kind.node, "name", "a middleware")) if added.kind else "a middleware"
