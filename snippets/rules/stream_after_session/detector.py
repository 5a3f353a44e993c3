"""A response that is streamed from a session which is closed before the body runs."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.finding import Hit
from fastapi_pro.auditing.libraries.legacy_call_graph import is_generator
from fastapi_pro.auditing.libraries.sqlalchemy_sessions import (
    captured,
    closes_at_return,
    dotted,
    names_in,
    parameters_given,
)
from fastapi_pro.auditing.model.legacy import FUNCTIONS, At, Module, Program, argument, is_session

_STREAMS = {
    "fastapi.responses.StreamingResponse", "fastapi.responses.EventSourceResponse",
    "fastapi.sse.EventSourceResponse", "sse_starlette.EventSourceResponse",
    "sse_starlette.sse.EventSourceResponse",
}  # fmt: skip


def detect(program: Program) -> Iterator[Hit]:
    """Yield the streaming responses whose generator uses a closed session."""
    for module in program.code:
        for call in program.calls(module, *_STREAMS):
            content = program.value(module, argument(call, 0, "content"))
            if content is None or content.module is not module:
                continue
            name = next(_closed(program, module, content.node), None)
            if name is not None:
                yield Hit(
                    module, call,
                    f"the body is produced after `{name}` was closed: its next query takes a"
                    " connection that is never given back",
                )  # fmt: skip


def _closed(program: Program, module: Module, content: ast.AST) -> Iterator[str]:
    """Yield the names of the closed sessions that a generator uses."""
    if isinstance(content, ast.GeneratorExp):
        holder = module.function_of(content)
        lazy = [content.elt, *(i for g in content.generators for i in g.ifs)]
        for part in lazy if holder is not None else ():
            for name in ast.walk(part):
                if isinstance(name, ast.Name) and is_session(program, module, name):
                    assert holder is not None
                    if closes_at_return(program, At(module, holder), name):
                        yield name.id
        return
    if not isinstance(content, ast.Call):
        return
    origin = program.resolve(module, content.func)
    if isinstance(origin, At) and origin.module is module and is_generator(origin.node):
        for outer, name in captured(program, module, origin.node):
            if closes_at_return(program, outer, name):
                yield name.id
    holder = module.function_of(content)
    for value in (*content.args, *(k.value for k in content.keywords)):
        if holder is None or not isinstance(value, ast.Name):
            continue
        if not is_session(program, module, value):
            continue
        if closes_at_return(program, At(module, holder), value):
            for target, inner in parameters_given(program, module, content, dotted(value)):
                is_used = any(True for _ in names_in(target.node, inner))
                if isinstance(target.node, FUNCTIONS) and is_generator(target.node) and is_used:
                    yield value.id
