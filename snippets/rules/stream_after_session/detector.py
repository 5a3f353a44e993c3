"""A response that is streamed from a session which is closed before the body runs."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.fastapi_requests import SSE_STREAMS, STREAMS
from fastapi_pro.auditing.libraries.kept_sessions import kept, used_by
from fastapi_pro.auditing.libraries.sqlalchemy_sessions import (
    Session,
    captured,
    closes_at_return,
    is_async_session,
    is_session,
)

_ITERATES = ("__aiter__", "__iter__")
_BLOCKS = (ast.With, ast.AsyncWith, ast.Try)
_ENDS = {"close", "commit", "rollback"}
_SYNC = "`with sessionmaker() as session:` inside the generator"


def detect(program: Program) -> Iterator[Hit]:
    """Yield the streaming responses whose generator uses a closed session."""
    for call in program.calls_of(*STREAMS, *SSE_STREAMS):
        given = call.argument(0, "content")
        content = given.value
        used = (*_used(content), *_of_object(given))
        closed = (name for name in used if closes_at_return(name))
        if content.module is call.module and (session := next(closed, None)):
            yield call.hit(
                f"the body is produced after `{session.name}` was closed: its next query takes a"
                " connection that never returns to the pool",
                fix="" if is_async_session(session) else _SYNC,
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
    if any(map(_gives_back_around, generator.decorators)):
        return
    if generator.module is content.module:
        used = (name for _, name in captured(generator))
        yield from (name for name in used if not _gives_back(Session(generator, name.name)))
    for value in content.given:
        for session in Session(content.function, value.name).handed_to(content):
            if is_session(value) and _reads(session) and not _gives_back(session):
                yield value


def _of_object(given: Node) -> Iterator[Node]:
    """Yield the sessions that an object keeps, and that what is iterated over uses."""
    if given.called in ("builtins.iter", "builtins.aiter"):
        given = given.argument(0, "")
    content = given.value
    method, held = content.callee, content.owner
    if not method or method.name == "__init__":
        cls, held = given.type_class, given
        method = next(filter(None, map(cls.method, _ITERATES)), content.at(None))
    used = [session for generator in _generators(method) for session in used_by(generator)]
    if any(not _gives_back(session) for session in used):
        yield from kept(held)


def _generators(method: Node) -> list[Node]:
    """Return a method that is a generator, or the generators whose calls it returns."""
    if method.is_generator:
        return [method] if method.parent.is_class else []
    return [value.callee for value in method.returned if value.callee.is_generator]


def _gives_back_around(decorator: Node) -> bool:
    """Say whether a decorator is given the session and ends it around the generator."""
    made = decorator.callee if decorator.is_call else decorator.at(None)
    return any(
        is_session(value) and parameter.passed(decorator) == value and _ends(part, parameter.name)
        for value in decorator.given
        for parameter in made.parameters
        for part in made.walk(*_BLOCKS)
        if any(part.walk(ast.Yield))
    )


def _gives_back(session: Session) -> bool:
    """Say whether a generator uses a session only where it gives the connection back."""
    blocks = [b for b in session.function.own(*_BLOCKS) if _ends(b, session.name)]
    parts = session.function.walk(ast.Name, ast.Attribute)
    names = [part for part in parts if part.dotted == session.name and part.is_read]
    return bool(blocks) and all(any(block.holds(name) for block in blocks) for name in names)


def _ends(block: Node, name: str) -> bool:
    """Say whether the end of a `with` or `try` gives the connection of a session back."""
    if isinstance(block.ast, ast.Try):
        last = (call for part in block.ast.finalbody for call in block.at(part).walk(ast.Call))
        return any(call.member in _ENDS and call.owner.dotted == name for call in last)
    return any(
        context.dotted == name or (context.member == "begin" and context.owner.dotted == name)
        for context in block.contexts
    )


def _reads(session: Session) -> bool:
    names = session.function.walk(ast.Name)
    return any(name.is_read and name.name == session.name for name in names)
