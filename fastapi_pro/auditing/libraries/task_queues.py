"""Functions that a decorator makes tasks of a queue, such as Celery or Dramatiq."""

from fastapi_pro.auditing.model.node import Node

_DECORATORS = {
    "celery.shared_task": "celery.Task",
    "celery.Celery.task": "celery.Task",
    "dramatiq.actor": "dramatiq.Actor",
}
"""The decorators, each with the class of the task that it makes."""
_METHODS = {name.rpartition(".")[2] for name in _DECORATORS}


def task_class(expr: Node) -> str | None:
    """Return the library's class for the task that an expression names: "celery.Task"."""
    function = expr.definition if expr.last_name and not expr.is_call else expr.at(None)
    for decorator in function.decorators if function.is_function else ():
        named = decorator.func
        if named.last_name not in _METHODS:
            continue
        kind = "" if named.library_name else named.owner.type
        name = f"{kind}.{named.member}" if kind and isinstance(kind, str) else named.library_name
        if name in _DECORATORS:
            return _DECORATORS[name]
    return None
