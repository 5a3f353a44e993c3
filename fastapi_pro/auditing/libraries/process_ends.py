"""What a process runs itself and stops at its shutdown: jobs, tasks, connections."""

import ast
import re
from collections.abc import Iterator

from fastapi_pro.auditing.libraries.fastapi import lifespans
from fastapi_pro.auditing.libraries.process_state import Change
from fastapi_pro.auditing.model.node import Node

_ENDS = re.compile(
    r"cancel|clean_?up|close|disconnect|gather|join|kill|shut_?down|stop|terminate|wait",
    re.IGNORECASE,
)
_LAST = re.compile(r"shut_?down|stop|clos|terminate|clean_?up|(^|_)end|__a?exit__", re.IGNORECASE)
_LOOPS = (ast.For, ast.AsyncFor, ast.ListComp, ast.GeneratorExp)


def is_ended_at_shutdown(change: Change) -> bool:
    """Say whether a kept value is stopped with the process: then it belongs to this process."""
    return any(_is_ended(node) for node in _last_reads(change) if node.is_read)


def _last_reads(change: Change) -> Iterator[Node]:
    """Yield the uses of a container in functions that run at shutdown."""
    program, name = change.node.program, change.name
    methods = (method for cls in change.owner.lineage for method in cls.body if method.is_function)
    functions = [*lifespans(program), *(method for method in methods if _LAST.search(method.name))]
    for function in functions:
        yields = [node.position for node in function.own(ast.Yield)]
        is_last = any(map(_LAST.search, (function.name, *(d.text for d in function.decorators))))
        if yields or is_last:
            for node in function.own(ast.Name, ast.Attribute):
                if node.last_name == name and node.position > max(yields, default=(0, 0)):
                    yield node


def _is_ended(read: Node) -> bool:
    """Say whether the content of a container is stopped: in a loop, or by a call that gets it."""
    for above in read.ancestors:
        is_given = above.is_call and not above.func.holds(read)
        is_text = is_given and isinstance(above.owner.literal, str)  # ", ".join(names)
        if is_given and not is_text and _ENDS.search(above.last_name):
            return True
        if isinstance(above.ast, _LOOPS):
            return any(map(_ends, above.walk(ast.Call)))
        if above.is_function:
            break
    return False


def _ends(call: Node) -> bool:
    """Say whether the name of a call says that it stops something, or the command that it runs."""
    is_run = call.called.startswith("subprocess.")
    texts = [str(word.literal) for word in call.walk(ast.Constant)] if is_run else []
    is_text = isinstance(call.owner.literal, str)
    return not is_text and any(map(_ENDS.search, (call.last_name, *texts)))
