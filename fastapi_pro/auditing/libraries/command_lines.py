"""Code that a person runs on the command line, outside the service."""

import ast
import re

from fastapi_pro.auditing.model import limits
from fastapi_pro.auditing.model.node import Node

_MODULE = re.compile(r"(^|/)(_?cli|command_?lines?|management/commands)(/|\.py$)")
_DECORATORS = {"command", "callback"}


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
    """Say whether a function runs only where its file is run: below `if __name__ == "__main__"`."""
    callers = function.callers if depth <= limits.CALLS else []
    return bool(callers) and all(
        is_script(call.function, depth + 1) if call.function else is_in_main(call)
        for call in callers
    )


def is_in_main(node: Node) -> bool:
    """Say whether something stands below `if __name__ == "__main__":`."""
    branches = (above for above in node.ancestors if isinstance(above.ast, ast.If))
    return any("__main__" in branch.test.text for branch in branches)
