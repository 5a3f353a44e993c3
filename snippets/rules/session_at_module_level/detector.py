"""One session that every request shares."""

import ast
from collections import defaultdict
from collections.abc import Iterator

from fastapi_pro.auditing.finding import Hit
from fastapi_pro.auditing.libraries.legacy_call_graph import request_functions
from fastapi_pro.auditing.libraries.legacy_fastapi import routes
from fastapi_pro.auditing.libraries.sqlalchemy_sessions import dotted, makes_session
from fastapi_pro.auditing.model.legacy import At, Binding, Module, Program, as_function, own_nodes


def detect(program: Program) -> Iterator[Hit]:
    """Yield the module's and classes' variables that hold a session which requests use."""
    if not program.fact(routes):
        return
    for module in program.code:
        yield from _of_instances(program, module)
        for owner in (module.tree, *module.nodes(ast.ClassDef)):
            for name, bindings in module.bindings(owner).items():
                for binding in bindings:
                    if binding.kind != "assign" or not _is_session(program, module, binding.node):
                        continue
                    if _is_main(module, binding.node):
                        continue
                    user = _user(program, name, binding)
                    if user is not None:
                        where = f" of `{owner.name}`" if isinstance(owner, ast.ClassDef) else ""
                        yield Hit(
                            module, binding.node,
                            f"`{name}`{where} is one session for all requests, `{user}` among"
                            " them: a rollback of one discards what the others have not committed",
                        )  # fmt: skip


def _of_instances(program: Program, module: Module) -> Iterator[Hit]:
    """Yield the sessions that objects at module level keep as `self.session`."""
    for cls in module.nodes(ast.ClassDef):
        init = program.method(At(module, cls), "__init__")
        for node in own_nodes(init.node) if init is not None else ():
            target = node.targets[0] if isinstance(node, ast.Assign) else None
            target = node.target if isinstance(node, ast.AnnAssign) else target
            if not isinstance(target, ast.Attribute) or dotted(target.value) != "self":
                continue
            assert isinstance(node, (ast.Assign, ast.AnnAssign))
            if init is None or init.module is not module or node.value is None:
                continue
            if makes_session(program, module, node.value):
                user = _user_of_instance(program, At(module, cls), target.attr)
                if user is not None:
                    yield Hit(
                        module, node.value,
                        f"`{cls.name}.{target.attr}` is one session for all requests, as the"
                        f" object is global: a rollback in `{user}` discards what others have not"
                        " committed",
                    )  # fmt: skip


def _user_of_instance(program: Program, cls: At, name: str) -> str | None:
    """Return the function that a request runs and that uses a global object's session."""
    instances = {
        binding.node
        for module in program.code
        for bindings in module.bindings(module.tree).values()
        for binding in bindings
        if binding.kind == "assign" and isinstance(binding.node, ast.Call)
        if program.resolve(module, binding.node.func) == cls
    }
    for module, node in program.fact(_reads).get(name, ()) if instances else ():
        function = module.function_of(node)
        if function is None or not isinstance(node, ast.Attribute):
            continue
        if At(module, function) not in program.fact(request_functions):
            continue
        origin = program.resolve(module, node.value)
        is_own = dotted(node.value) == "self" and module.class_of(node) is cls.node
        if is_own or (isinstance(origin, At) and origin.node in instances):
            return function.name
    return None


def _is_session(program: Program, module: Module, value: ast.AST) -> bool:
    """Say whether a value is a session: made here, by a function, or taken from a generator."""
    if not isinstance(value, ast.Call):
        return False
    if makes_session(program, module, value):
        return True
    call: ast.expr = value
    if program.name_of(module, value.func) == "builtins.next" and value.args:
        call = value.args[0]
    function = program.resolve(module, call.func) if isinstance(call, ast.Call) else None
    node = as_function(function)
    if node is None or isinstance(node, ast.AsyncFunctionDef):
        return False
    assert isinstance(function, At)
    kind = ast.Return if call is value else ast.Yield
    given = [n.value for n in own_nodes(node) if isinstance(n, kind) and n.value is not None]
    return bool(given) and all(
        makes_session(program, function.module, program_value.node)
        for value in given
        if (program_value := program.value(function.module, value))
    )


def _is_main(module: Module, node: ast.AST) -> bool:
    """Say whether a node stands below `if __name__ == "__main__"`."""
    return any(
        isinstance(above, ast.If)
        and any(isinstance(n, ast.Name) and n.id == "__name__" for n in ast.walk(above.test))
        for above in module.ancestors(node)
    )


def _user(program: Program, name: str, binding: Binding) -> str | None:
    """Return the name of a function that a request runs and that uses the variable."""
    for module, node in program.fact(_reads).get(name, ()):
        function = module.function_of(node)
        while function is not None:
            if At(module, function) in program.fact(request_functions):
                origin = program.resolve(module, node)
                if isinstance(origin, At) and origin.node is binding.node:
                    return function.name
            function = module.function_of(function)
    return None


def _reads(program: Program) -> dict[str, list[tuple[Module, ast.expr]]]:
    """Return the names and attributes that functions read, by what they were called first."""
    found: dict[str, list[tuple[Module, ast.expr]]] = defaultdict(list)
    for module in program.code:
        renamed = {a.asname: a.name for a in module.nodes(ast.alias) if a.asname}
        for name in module.nodes(ast.Name):
            found[renamed.get(name.id, name.id)].append((module, name))
        for attribute in module.nodes(ast.Attribute):
            found[attribute.attr].append((module, attribute))
    return found
