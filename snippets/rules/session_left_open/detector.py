"""Sessions that a dependency, or a call of one, does not close."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.command_lines import is_for_commands, is_script
from fastapi_pro.auditing.libraries.fastapi import dependencies
from fastapi_pro.auditing.libraries.fastapi_requests import starting_functions
from fastapi_pro.auditing.libraries.sqlalchemy_sessions import gives_session, makes_session
from fastapi_pro.auditing.model.exceptions import caught_by

_NEXT = ("builtins.next", "builtins.anext")
_ENDS = {"close", "aclose", "invalidate", "remove", "rollback"}
"""Methods of a session after which its connection is back in the pool."""
_DESCRIBES = {"bind", "get_bind"}
"""What is asked of a session without a query."""
_ALL = {"builtins.BaseException", "builtins.Exception"}


def detect(program: Program) -> Iterator[Hit]:
    """Yield the dependencies that close no session after an error, and the `next(get_db())`."""
    targets = {dependency.target: None for dependency in dependencies(program)}
    for target in targets:
        for given in target.own(ast.Yield) if target.is_generator else ():
            session = given.at(getattr(given.ast, "value", None))
            if _is_opened(session) and not _is_ended(given, session.name):
                yield given.hit(
                    f"an exception of the endpoint is raised at this `yield`: `{target.name}` does"
                    f" not close `{session.name}` then, and each 4xx keeps a connection of the pool"
                )
    for call in program.calls_of(*_NEXT):
        made = call.args[0] if call.args else call.at(None)
        if not (made.is_call and gives_session(made.callee)) or call.module.is_tool:
            continue
        if is_script(call.function) or is_for_commands(call.function):
            continue
        if call.parent.member in _DESCRIBES:
            continue
        yield call.hit(
            f"nobody keeps the generator of `{made.text}`: it closes the session at once, which"
            " opens again with its next query and is never closed",
            severity="low" if call.function in starting_functions(program) else "",
            fix="Open the session here, by `with`; or let the endpoint depend on it",
        )


def _is_opened(session: Node) -> bool:
    """Say whether a name is a session that its function opens, and not by a `with`."""
    bound = session.bound
    return bound is not None and bound.kind == "assign" and makes_session(session.at(bound.node))


def _is_ended(given: Node, name: str) -> bool:
    """Say whether something around a `yield` gives the connection back after an exception."""
    for above in given.ancestors:
        if above.is_function:
            return False
        if any(context.name == name for context in above.contexts):
            return True
        if any(context.args and context.args[0].name == name for context in above.contexts):
            return True  # `with closing(session):`
        if isinstance(above.ast, ast.Try):
            blocks = [above.at(statement) for statement in above.ast.finalbody]
            blocks += [h for h in map(above.at, above.ast.handlers) if _catches_all(h)]
            if any(_ends(block, name) for block in blocks):
                return True
    return False


def _ends(block: Node, name: str) -> bool:
    return any(
        (call.member in _ENDS and call.owner.name == name)
        or name in [argument.name for argument in call.args]
        for call in block.walk(ast.Call)
    )


def _catches_all(handler: Node) -> bool:
    kinds = caught_by(handler)
    return not kinds or any(kind.library_name in _ALL for kind in kinds)
