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
            yield _told(read, read.function, "the caller's request id")
    has_parameters = any(module.says("Header") for module in program.code)
    for function in program.functions if has_parameters else ():
        if any(name.endswith("_id") for name in _names(function)):
            for parameter in parameters(function):
                if _is_header(parameter) and _is_kept(function) and not _is_checked(function):
                    yield _told(parameter.node, function, f"`{parameter.name}`")


def _told(place: Node, function: Node, what: str) -> Hit:
    is_logged = _is_logged(function)
    forges = is_logged and not _logs_json(function.program)
    risk = _RISK if forges else _LONG if is_logged else _SENT
    severity = "" if forges else "low"
    return place.hit(f"{what} {risk}", severity=severity, cause="the request id")


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
    owner = (read.owner or read.generic).text.lower()
    if owner in ("self.headers", "self._headers"):
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


def _is_logged(function: Node) -> bool:
    """Say whether a function, or what it calls, logs or binds the id, or keeps it for others."""
    for scope in (function, *(target for _, target in called(function))):
        for node in scope.walk(ast.Call, ast.Attribute):
            if node.is_call and "log" in node.owner.text.lower() and _gives_id(node):
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
    for module in program.saying(name):
        for node in Node(module, module.tree).walk(ast.Name, ast.Attribute):
            if node.last_name == name and node.is_read and _is_of_log(node):
                return True
    return False


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


def _gives_id(call: Node) -> bool:
    return any(_ID.search(value.text) for value in call.given)


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
