"""Code that a person runs on the command line, outside the service."""

import ast
import re

from fastapi_pro.auditing.libraries.fastapi import apps
from fastapi_pro.auditing.libraries.uncalled import is_uncalled, outermost
from fastapi_pro.auditing.model import limits
from fastapi_pro.auditing.model.module import Module
from fastapi_pro.auditing.model.module_imports import loaded_with
from fastapi_pro.auditing.model.node import Node
from fastapi_pro.auditing.model.program import Program, fact

_MODULE = re.compile(r"(^|/)(_?cli|command_?lines?|management/commands)(/|\.py$)")
_DECORATORS = {"command", "callback"}
_WORKERS = ("Celery(", "WorkerSettings", "Broker(", "Mangum(", "Huey(", "Worker(")
"""What a module has that a queue's worker loads."""


def is_command(function: Node) -> bool:
    """Say whether a function is a command of typer or click."""
    return any(decorator.last_name in _DECORATORS for decorator in function.decorators)


def is_for_commands(node: Node, depth: int = 0) -> bool:
    """Say whether only commands run what stands here."""
    if _MODULE.search(node.module.name):
        return True
    function = node if node.is_function else node.function
    if not function or depth > limits.CALLS:
        return False
    if is_command(function):
        return True
    callers = function.callers
    return bool(callers) and all(is_for_commands(call, depth + 1) for call in callers)


def is_script(function: Node, depth: int = 0) -> bool:
    """Say whether a function runs only where a script is run, or a command, and for no request.

    A script is what stands below `if __name__ == "__main__"`, is a tool, or in a module that calls
    the function itself and that no application loads.
    """
    callers = function.callers if depth <= limits.CALLS else []
    calls = [call for call in callers if not is_uncalled(outermost(call))]
    return bool(calls) and all(is_outside_service(call, depth) for call in calls)


def is_outside_service(node: Node, depth: int = 0) -> bool:
    """Say whether only commands and scripts run what stands here, beside a service."""
    if node.module.is_tool or is_in_main(node) or is_for_commands(node, depth):
        return True
    if node.function:
        return is_script(node.function, depth + 1)
    program = node.program
    return bool(apps(program)) and node.module not in _served(program)


@fact
def _served(program: Program) -> set[Module]:
    """Return the modules that an application or a worker loads."""
    roots = {app.module for app in apps(program)} | set(program.saying(*_WORKERS))
    return loaded_with(roots, program)


def is_in_main(node: Node) -> bool:
    """Say whether something stands below `if __name__ == "__main__":`."""
    branches = (above for above in node.ancestors if isinstance(above.ast, ast.If))
    return any("__main__" in branch.test.text for branch in branches)
