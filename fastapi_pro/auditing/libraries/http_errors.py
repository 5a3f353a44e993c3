"""Which HTTP status an exception stands for."""

import http
import re
from collections.abc import Iterable

from fastapi_pro.auditing.model.exceptions import raised_by
from fastapi_pro.auditing.model.node import Node

_HTTP = "fastapi.HTTPException"
_CONSTANT = re.compile(r"\.HTTP_(\d{3})_\w+$")
_NAMED = {404: re.compile(r"NotFound|DoesNotExist"), 403: re.compile(r"Forbidden|NotPermitted")}


def raised_status(statement: Node) -> int | None:
    """Return the status that a `raise` answers with; None if that cannot be read.

    Exceptions of the program have a `status_code`, or a name that tells the status.
    """
    exception = raised_by(statement)
    made = made_by(exception)
    given = made.argument(0, "status_code")
    if made != exception and given.bound is not None and given.bound.kind == "param":
        return status(given.at(given.bound.node).passed(exception.value))
    return exception_status(made)


def made_by(exception: Node) -> Node:
    """Return the call that makes an HTTPException, where a function does nothing else than that.

    Any other expression is returned as it is.
    """
    function = exception.value.callee
    made = function.returned if function.name != "__init__" else []
    return made[0].value if len(made) == 1 and is_http_error(made[0].value) else exception


def is_http_error(exception: Node) -> bool:
    """Say whether a call makes an HTTPException, or one of a class of the program's own."""
    cls = exception.func.definition
    return exception.called == _HTTP or (cls.is_class and _HTTP in cls.bases)


def exception_status(exception: Node) -> int | None:
    """Return the status of the call that makes an exception, as `raised_status` does."""
    found = status(exception.argument(0, "status_code"))
    cls = exception.func.definition
    return class_status(cls) if found is None and cls.is_class else found


def status(expr: Node) -> int | None:
    """Return the number of `404`, `status.HTTP_404_NOT_FOUND`, `HTTPStatus.NOT_FOUND`."""
    name = expr.library_name
    if match := _CONSTANT.search(name):
        return int(match[1])
    if name.startswith("http.HTTPStatus."):
        known = http.HTTPStatus.__members__.get(name.removesuffix(".value").rpartition(".")[2])
        return known.value if known is not None else None
    value = expr.constant
    return value if isinstance(value, int) and 100 <= value < 600 else None


def class_status(cls: Node) -> int | None:
    """Return the status of an exception's class, by its attribute, its `__init__` or its name."""
    for above in cls.lineage:
        names = ("status_code", "status", "code")
        written = [above.at(b.node) for name in names for b in above.bindings(name)]
        for method in above.body:
            if method.name == "__init__":
                written += _passed_up(method)
        if (found := _first_status(written)) is not None:
            return found
        for number, pattern in _NAMED.items():
            if pattern.search(above.name):
                return number
    return None


def _passed_up(init: Node) -> list[Node]:
    """Return the expression that may be the status in `super().__init__(status_code=404)`."""
    calls = (call for call in init.calls if call.member == "__init__")
    return [given for call in calls for given in (call.keyword("status_code"), *call.args)]


def _first_status(written: Iterable[Node]) -> int | None:
    return next((found for node in written if (found := status(node)) is not None), None)
