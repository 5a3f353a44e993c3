"""CORS inside a middleware that answers by itself."""

import ast
import re
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.middleware import Middleware, stacks

_HOSTS = re.compile(r"(trusted|allowed|valid)_?hosts?", re.IGNORECASE)

_PASSES = ("app", "call_next")
_TO_HTTPS = "fastapi.middleware.httpsredirect.HTTPSRedirectMiddleware"
_HEADERS = {"origin", "access-control-allow-origin"}


def detect(program: Program) -> Iterator[Hit]:
    """Yield each CORSMiddleware outside of which another middleware may answer."""
    for stack in stacks(program).values():
        for position, added in enumerate(stack):
            outer = stack[position + 1 :] if added.is_cors else []
            answering = min(filter(_may_answer, outer), key=_only_redirects, default=None)
            if answering is not None and not any(map(_knows_cors, outer)):
                is_after = _only_rewrites(answering) or _answers_failures(answering)
                is_left_alone = is_after or _asks_method(answering) or _asks_length(answering)
                is_left_alone |= _passes_without_header(answering)
                preflight = "" if is_left_alone else ", and preflights may get it"
                severity = "medium" if _only_rewrites(answering) or _is_last(answering) else ""
                yield added.node.hit(
                    f"`{answering.name}` runs outside CORS and may answer by itself: that answer"
                    f" has no CORS headers, so browsers cannot read it{preflight}",
                    severity="low" if _only_redirects(answering) else severity,
                )


def _only_redirects(added: Middleware) -> bool:
    """Say whether a middleware answers only plain HTTP, which no page with HTTPS may ask for."""
    return added.library_name == _TO_HTTPS


def _may_answer(added: Middleware) -> bool:
    """Say whether a middleware answers requests whose answer a browser is to read.

    A host that is not the service's is refused to attackers, not to its own pages; so is an origin
    that the middleware itself looks at. An answer may have the headers of CORS without it.
    """
    is_other = "cors" in added.name.lower() or _checks_hosts(added)
    return added.may_answer and not is_other and not _knows_cors(added)


def _checks_hosts(added: Middleware) -> bool:
    """Say whether a middleware compares hosts with those that are the service's."""
    names = [p.name for p in added.definition.method("__init__").parameters]
    return any(map(_HOSTS.search, [added.name, *names]))


def _knows_cors(added: Middleware) -> bool:
    """Say whether a middleware reads the origin, or writes the headers of CORS."""
    texts = (text.literal for text in added.definition.walk(ast.Constant))
    return any(
        (text.decode("latin-1") if isinstance(text, bytes) else str(text)).lower() in _HEADERS
        for text in texts
        if isinstance(text, (str, bytes))
    )


def _asks_method(added: Middleware) -> bool:
    """Say whether a middleware answers by the method, so that a preflight may be left alone."""
    asked = (c.operands for c in added.definition.walk(ast.Compare))
    return any(
        side.member == "method" or side.index.literal == "method"
        for sides in asked
        for side in sides
    )


def _asks_length(added: Middleware) -> bool:
    """Say whether a middleware looks at the length of the body: a preflight has none."""
    texts = (text.literal for text in added.definition.walk(ast.Constant))
    return any(str(text).lower() == "content-length" for text in texts)


def _passes_without_header(added: Middleware) -> bool:
    """Say whether a request without a header is passed on at once: a preflight brings no token."""
    return any(
        _is_absence_of_header(branch.test)
        and isinstance(branch.body[-1].ast, ast.Return)
        and any(call.last_name in _PASSES for call in branch.walk(ast.Call))
        and not any(
            _makes_answer(c) and c.position < branch.position for c in branch.function.calls
        )
        for branch in added.definition.walk(ast.If)
    )


def _is_absence_of_header(test: Node) -> bool:
    """Say whether a condition is true where a request has no such header or cookie."""
    match test.ast:
        case ast.UnaryOp(op=ast.Not(), operand=asked):
            read = test.at(asked).value
        case ast.Compare(left=asked, ops=[ast.Is()], comparators=[ast.Constant(value=None)]):
            read = test.at(asked).value
        case _:
            return False
    return read.member == "get" and read.owner.member in ("headers", "cookies")


def _is_last(added: Middleware) -> bool:
    """Say whether a middleware answers only what the application's answer has not replaced."""
    made = _made(added)
    return bool(made) and all(map(_is_replaced, made))


def _made(added: Middleware) -> list[Node]:
    return [call for call in added.definition.walk(ast.Call) if _makes_answer(call)]


def _answers_failures(added: Middleware) -> bool:
    """Say whether a middleware only answers where the application raised."""
    made = _made(added)
    return bool(made) and all(
        any(isinstance(above.ast, ast.ExceptHandler) for above in call.ancestors)
        or _is_replaced(call)
        for call in made
    )


def _is_replaced(made: Node) -> bool:
    """Say whether the application's answer replaces one made first."""
    names = {target.name for target in made.statement.targets} - {""}
    return any(
        call.func.name == "call_next"
        and call.position > made.position
        and any(target.name in names for target in call.statement.targets)
        and any(isinstance(above.ast, ast.Try) for above in call.ancestors)
        for call in made.function.calls
    )


def _makes_answer(call: Node) -> bool:
    """Say whether a call makes an answer, or is a function of the program whose answer is sent."""
    is_sent = isinstance(call.parent.ast, ast.Return) and call.callee
    return call.called.startswith("fastapi.responses.") or bool(is_sent)


def _only_rewrites(added: Middleware) -> bool:
    """Say whether a middleware asks the application first, and then replaces some answers."""
    function = added.definition
    if not function.is_function:
        function = function.method("dispatch")
    asks = [call for call in function.calls if call.func.name == "call_next"]
    asked = [call.position for call in asks if call.statement.parent == function]
    made = [c for c in function.calls if c.called.startswith("fastapi.responses.")]
    is_later = bool(asked and made) and all(call.position > min(asked) for call in made)
    return is_later and all(_is_in_branch(call, function) for call in made)


def _is_in_branch(call: Node, function: Node) -> bool:
    """Say whether a test decides about a call; a handler runs where the application failed."""
    above = [a.ast for a in call.ancestors if a.function == function]
    is_handler = any(isinstance(node, ast.ExceptHandler) for node in above)
    return any(isinstance(node, ast.If) for node in above) and not is_handler
