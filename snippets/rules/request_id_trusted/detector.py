"""A caller's request id that goes into the log or the answer as it is."""

import ast
import re
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program, fact
from fastapi_pro.auditing.libraries.fastapi import Parameter, parameters
from fastapi_pro.auditing.model.call_graph import called
from fastapi_pro.auditing.model.node import inherits

_HEADERS = {"x-request-id", "x-correlation-id", "x-trace-id", "request-id", "correlation-id"}
_WRITTEN = (b"request", b"correlation", b"trace")
_CHECKS = {
    "match", "fullmatch", "search", "isalnum", "isascii", "isidentifier", "isprintable", "sub",
}  # fmt: skip
_CHECKING = {"uuid.UUID", "builtins.len", "builtins.int"}
_ID = re.compile(
    r"\b(req(uest)?|corr(elation)?|trace|x)?_?id\b|\b[rct]id\b|extra|kwargs|headers", re.IGNORECASE
)
_BINDS = {"bind", "bind_contextvars", "contextualize"}
_LOG = re.compile(r"log|record|event_dict|formatter|filter|(^|_)patch|processor", re.IGNORECASE)
"""Names of what writes or forms lines of the log."""
_SENDS = {
    "apply_async", "delay", "enqueue", "enqueue_job", "kiq", "publish", "send_task",
}  # fmt: skip
"""Methods that hand a job or message to a broker."""
_MESSAGE = re.compile(
    r"(^|_)(props|properties|message|msg|delivery|envelope|record)$", re.IGNORECASE
)
"""Names of what a broker delivers: the headers of it are another service's."""
_ANSWERS = re.compile(r"resp|Exception|Error|Problem|message|answer|abort", re.IGNORECASE)
"""Names of what the caller gets."""
_KEEPS = {"set", "bind", "bind_contextvars", "append", "add", "setdefault"}
_SENT = "is passed on unchecked, at any length, to services that log it as a trusted id"
_LONG = "goes into the log unchecked, at any length: it may be the id of another request"
_JSON_FORMATTERS = (
    "pythonjsonlogger",
    "json_log_formatter",
    "ecs_logging",
    "logstash_formatter",
    "aws_lambda_powertools",
)
_JSON = ("dumps", "JSONRenderer")
_RISK = "is taken unchecked, at any length: a caller can forge fields of log lines"


def detect(program: Program) -> Iterator[Hit]:
    """Yield each place that takes the header without looking at its value."""
    if not any(_is_written(module.source.lower()) for module in program.code):
        return
    seen: set[Node] = set()  # one for a function, which may look for two spellings
    for read in _reads(program):
        if (
            _takes(read)
            and _is_kept(read.function)
            and not _is_checked(read.function)
            and read.function not in seen
        ):
            seen.add(read.function)
            yield from _told(read, read.function, "the caller's request id")
    has_parameters = any(module.says("Header") for module in program.code)
    for function in program.functions if has_parameters else ():
        if any(name.endswith("_id") for name in _names(function)):
            for parameter in parameters(function):
                if _is_header(parameter) and _is_kept(function) and not _is_checked(function):
                    yield from _told(parameter.node, function, f"`{parameter.name}`")


def _told(place: Node, function: Node, what: str) -> Iterator[Hit]:
    own = {target.name for target in place.statement.targets} | {place.name}
    is_logged = _is_logged(function, own - {""})
    if not is_logged and not _is_sent(place, own):
        return  # at most the caller gets it back
    forges = is_logged and not _logs_json(function.program)
    risk = _RISK if forges else _LONG if is_logged else _SENT
    severity = "" if forges else "low"
    yield place.hit(f"{what} {risk}", severity=severity, cause="the request id")


@fact
def _logs_json(program: Program) -> bool:
    """Say whether lines of the log are JSON, in which no text can look like another field."""
    if any(
        module.imports(*_JSON_FORMATTERS) or module.mentions(_JSON[1]) for module in program.code
    ):
        return True
    if any(call.keyword("serialize").constant is True for call in program.calls_named("add")):
        return True
    formatters = (cls for cls in program.nodes(ast.ClassDef) if inherits(cls, "logging.Formatter"))
    return any(call.last_name == _JSON[0] for c in formatters for call in c.method("format").calls)


def _is_written(text: bytes) -> bool:
    return any(name + joint + b"id" in text for name in _WRITTEN for joint in (b"-", b"_"))


def _reads(program: Program) -> Iterator[Node]:
    """Yield what may read a header: `headers.get("X-Request-ID")`, `headers["X-Request-ID"]`."""
    for module in program.code:
        if module.says("eader", "EADER"):
            calls = module.calls_by_name.get("get", ())
            yield from (Node(module, read) for read in (*calls, *module.nodes(ast.Subscript)))


def _names(function: Node) -> list[str]:
    arguments = function.ast.args  # type: ignore[attr-defined]
    return [arg.arg for arg in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]


def _takes(read: Node) -> bool:
    """Say whether an expression reads the header: `headers.get("X-Request-ID")`, `headers["…"]`."""
    key = read.index if read.is_read else read.argument(0, "key")
    text = key.constant if isinstance(key.ast, (ast.Constant, ast.Name, ast.Attribute)) else None
    if isinstance(text, bytes):
        text = text.decode("latin-1")
    if not isinstance(text, str) or text.lower() not in _HEADERS:
        return False
    # not the headers of a response, nor of a client's answer
    headers = read.owner or read.generic
    owner = headers.text.lower()
    if owner in ("self.headers", "self._headers") or _MESSAGE.search(headers.owner.last_name):
        return False  # those of a message, which another service has sent
    return "header" in owner and "response" not in owner and "resp" not in owner.split(".")[0]


def _is_header(parameter: Parameter) -> bool:
    """Say whether FastAPI fills a parameter from the header, and leaves its value alone."""
    marker = parameter.marker("fastapi.Header")
    is_limited = marker.keyword("pattern") or marker.keyword("max_length")
    if is_limited or not marker or parameter.annotation.library_name == "uuid.UUID":
        return False
    alias = marker.keyword("alias").constant or parameter.name.replace("_", "-")
    return str(alias).lower() in _HEADERS


def _is_checked(function: Node) -> bool:
    """Say whether a function, or one that it calls, looks at some text's form or length."""
    scopes = [function, *(target for _, target in called(function))]
    calls = (call for scope in scopes for call in scope.calls)
    is_called = any(call.member in _CHECKS or call.called in _CHECKING for call in calls)
    return is_called or bool(function.own(ast.Slice))


def _is_logged(function: Node, own: set[str]) -> bool:
    """Say whether a function, or what it calls, logs or binds the id, or keeps it for others.

    `own` are the names that the id has in the function.
    """
    for scope in (function, *(target for _, target in called(function))):
        for node in scope.walk(ast.Call, ast.Attribute):
            if node.is_call and "log" in node.owner.text.lower() and _gives_id(node, own):
                return True
            if node.is_call and (node.member in _BINDS or node.func.name in _BINDS):
                return True
            is_variable = node.is_call and node.member == "set"
            if is_variable and _goes_into_log(function.program, node.owner.last_name):
                return True
            is_state = node.is_target and "state" in node.owner.text.lower()
            if is_state and _goes_into_log(function.program, node.member):
                return True
    return False


def _goes_into_log(program: Program, name: str) -> bool:
    """Say whether code that writes or forms lines of the log reads what has this name."""
    if not name:
        return True
    return any(node.is_read and _is_of_log(node) for node in program.naming(name))


def _is_of_log(node: Node) -> bool:
    calls = (above for above in node.ancestors if above.is_call)
    if any(_LOG.search(call.func.text) for call in calls):
        return True
    function = node.function
    names = {parameter.name for parameter in function.parameters} | {function.name}
    is_formed = any(map(_LOG.search, names | {function.enclosing_class.name}))
    return is_formed or _is_asked_by_log(function)


def _is_asked_by_log(function: Node) -> bool:
    """Say whether what forms lines calls a function that returns the id."""
    return any(
        _LOG.search(f"{call.func.text} {call.function.name} {call.function.enclosing_class.name}")
        or {p.name for p in call.function.parameters} & {"record", "event_dict"}
        or any(_LOG.search(above.func.text) for above in call.ancestors if above.is_call)
        for call in (function.callers if function.returned else ())
    )


def _is_sent(place: Node, own: set[str]) -> bool:
    """Say whether the id goes to another service, from the function or from where it is kept."""
    function = place.function
    names = list(function.walk(ast.Name))
    if any(name.is_read and name.name in own and _is_sending(name) for name in names):
        return True
    sets = [c.owner.last_name for c in function.walk(ast.Call) if c.member == "set"]
    states = [
        attribute.member
        for attribute in function.walk(ast.Attribute)
        if attribute.is_target and "state" in attribute.owner.text.lower()
    ]
    program = function.program
    return _is_sending(place) or any(
        node.is_read and (_is_sending(node) or _is_sent_by(node))
        for name in (*sets, *states)
        for node in program.naming(name)
    )


def _is_sent_by(node: Node) -> bool:
    """Say whether the function that returns the kept id is asked for it where it is sent."""
    function = node.function
    is_given = any(value.holds(node) for value in function.returned)
    return is_given and any(map(_is_sending, function.callers))


def _is_sending(value: Node) -> bool:
    """Say whether a value becomes the header or an argument of a request to another service."""
    below = value
    for above in value.ancestors:
        if isinstance(above.ast, ast.Dict) and any(
            entry == below and str(key.constant).lower() in _HEADERS for key, entry in above.entries
        ):
            return not _is_answered(above)
        if isinstance(above.ast, ast.Assign) and above.assigned == below:
            return any(map(_is_outgoing, above.targets))
        if above.is_call and above.member in _SENDS and not above.callee:
            return True
        if isinstance(above.ast, ast.stmt):
            break
        below = above
    return False


def _is_answered(headers: Node) -> bool:
    """Say whether the headers are those of a response, or of an error, of this service."""
    calls = [above for above in headers.ancestors if above.is_call]
    return any(_ANSWERS.search(call.last_name) for call in calls)


def _is_outgoing(target: Node) -> bool:
    """Say whether it is the header of a request that is to be sent: `headers["X-Request-ID"]`."""
    headers = target.generic
    if str(target.index.constant).lower() not in _HEADERS or "header" not in headers.text.lower():
        return False
    is_of_answer = _ANSWERS.search(headers.text) or headers.value.called.endswith("MutableHeaders")
    return not is_of_answer


def _gives_id(call: Node, own: set[str]) -> bool:
    names = {name.name for value in call.given for name in value.walk(ast.Name)}
    return not names.isdisjoint(own) or any(_ID.search(value.text) for value in call.given)


def _is_kept(function: Node) -> bool:
    """Say whether a function, or one inside it, logs, binds or answers something."""
    for node in function.walk(ast.Subscript, ast.Call):
        owner = (node.owner or node.generic).text.lower()
        if node.is_target and "header" in owner:
            return True
        if node.is_call and (node.member in _KEEPS or "log" in owner):
            return True
        if node.is_call and node.func.name in ("bind_contextvars", "MutableHeaders"):
            return True
    return False
