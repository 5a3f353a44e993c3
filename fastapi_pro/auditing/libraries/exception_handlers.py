"""The handlers of exceptions and statuses that an application has."""

import ast
from collections.abc import Iterable
from dataclasses import dataclass

from fastapi_pro.auditing.model.module import Module
from fastapi_pro.auditing.model.node import Node
from fastapi_pro.auditing.model.program import Program, fact


@dataclass(frozen=True, eq=False)
class ExceptionHandler:
    """A handler: where it is registered, its key (an exception or status), and its function."""

    node: Node
    key: Node
    function: Node


def exception_handlers(
    program: Program, modules: Iterable[Module] | None = None
) -> list[ExceptionHandler]:
    """Return the handlers of exceptions and statuses in modules, by default all outside tests."""
    if modules is None:
        return _exception_handlers(program)
    return [handler for module in modules for handler in _handlers_in(module)]


@fact
def _exception_handlers(program: Program) -> list[ExceptionHandler]:
    return [handler for module in program.code for handler in _handlers_in(module)]


def _handlers_in(module: Module) -> list[ExceptionHandler]:
    found = []
    for function in module.functions():
        node = Node(module, function)
        for decorator in node.decorators:
            if decorator.is_call and decorator.member == "exception_handler":
                key = decorator.argument(0, "exc_class_or_status_code")
                found.append(ExceptionHandler(decorator, key, node))
    for written in module.calls_by_name.get("add_exception_handler", ()):
        call = Node(module, written)
        if call.member:
            key = call.argument(0, "exc_class_or_status_code")
            found.append(ExceptionHandler(call, key, call.argument(1, "handler").definition))
    for given in module.nodes(ast.keyword):
        if given.arg == "exception_handlers":
            for entry, value in Node(module, given.value).value.entries:
                found.append(ExceptionHandler(entry, entry, value.definition))
    return [handler for handler in found if handler.key]
