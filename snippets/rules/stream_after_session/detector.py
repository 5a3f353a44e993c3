"""A response that is streamed from a session which is closed before the body runs."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.fastapi_requests import SSE_STREAMS, STREAMS
from fastapi_pro.auditing.libraries.sqlalchemy_sessions import (
    Session,
    captured,
    closes_at_return,
    is_session,
)


def detect(program: Program) -> Iterator[Hit]:
    """Yield the streaming responses whose generator uses a closed session."""
    for call in program.calls_of(*STREAMS, *SSE_STREAMS):
        content = call.argument(0, "content").value
        closed = (name for name in _used(content) if closes_at_return(name))
        if content.module is call.module and (session := next(closed, None)):
            yield call.hit(
                f"the body is produced after `{session.name}` was closed: its next query takes a"
                " connection that is never given back",
            )


def _used(content: Node) -> Iterator[Node]:
    """Yield the sessions of the function around it that a generator uses while it runs."""
    if isinstance(content.ast, ast.GeneratorExp):
        tests = [test for loop in content.ast.generators for test in loop.ifs]
        for part in (content.ast.elt, *tests):
            yield from filter(is_session, content.at(part).walk(ast.Name))
    generator = content.func.definition
    if not content.is_call or not generator.is_generator:
        return
    if generator.module is content.module:
        yield from (name for _, name in captured(generator))
    for value in content.given:
        for session in Session(content.function, value.name).handed_to(content):
            if is_session(value) and _reads(session):
                yield value


def _reads(session: Session) -> bool:
    names = session.function.walk(ast.Name)
    return any(name.is_read and name.name == session.name for name in names)
