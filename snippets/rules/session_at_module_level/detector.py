"""One session that every request shares."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.fastapi import endpoints
from fastapi_pro.auditing.libraries.fastapi_requests import request_functions
from fastapi_pro.auditing.libraries.sqlalchemy_engines import engines, may_leave_sqlite
from fastapi_pro.auditing.libraries.sqlalchemy_sessions import makes_session
from fastapi_pro.auditing.model.library_types import SCOPED
from fastapi_pro.auditing.model.module import Module

_SERVERS = ("postgres", "mysql", "mariadb", "mssql", "oracle")


def detect(program: Program) -> Iterator[Hit]:
    """Yield the module's and classes' variables that hold a session which requests use."""
    if not endpoints(program):
        return
    if program.saying("StaticPool"):
        yield from _one_connection(program)
    for cls in program.nodes(ast.ClassDef):
        yield from _of_instances(cls)
        yield from _of_class_methods(cls)
    for module in program.code:
        for scope in (module.tree, *module.nodes(ast.ClassDef)):
            for name, made in _assigned(module, scope):
                if not _is_session(made) or _is_main(made):
                    continue
                if user := _user(name, made):
                    where = f" of `{scope.name}`" if isinstance(scope, ast.ClassDef) else ""
                    yield made.hit(
                        f"`{name}`{where} is one session for all requests, for example in"
                        f" `{user}`: a rollback in one discards what the others have not committed",
                    )


def _one_connection(program: Program) -> Iterator[Hit]:
    """Yield the engines of a server that have one connection for all sessions."""
    for engine in engines(program):
        pool = engine.call.keyword("poolclass").library_name
        is_served = bool(engine.scheme.startswith(_SERVERS) or may_leave_sqlite(program))
        is_embedded = engine.is_sqlite or engine.may_be_sqlite or engine.scheme.startswith("duckdb")
        if pool.endswith(".StaticPool") and is_served and not is_embedded:
            yield engine.call.hit(
                "`StaticPool` is one connection for all requests: a rollback in one discards what"
                " the others have not committed",
                fix="Leave out `poolclass`: each request then has a connection of its own",
            )


def _assigned(module: Module, scope: ast.AST) -> Iterator[tuple[str, Node]]:
    """Yield the variables of a module or class that are set to what a call gives, and the call."""
    for name, bindings in module.bindings(scope).items():
        for binding in bindings:
            if binding.kind == "assign" and isinstance(binding.node, ast.Call):
                yield name, Node(module, binding.node)


def _of_instances(cls: Node) -> Iterator[Hit]:
    """Yield the sessions that objects at module level keep as `self.session`."""
    init = cls.method("__init__")
    for statement in init.own(ast.Assign, ast.AnnAssign) if init.module is cls.module else ():
        kept, made = statement.targets[0], statement.assigned
        if kept.owner.name != "self" or not (makes_session(made) or _is_made_anew(made)):
            continue
        if user := _user_of_instance(cls, kept.member):
            yield made.hit(
                f"`{cls.name}.{kept.member}` is one session for all requests, because the object"
                f" is global: a rollback in `{user}` discards what others have not committed",
            )


def _of_class_methods(cls: Node) -> Iterator[Hit]:
    """Yield the sessions that a class method keeps on its class: `cls.session = Session()`."""
    for method in cls.body:
        if not any(d.library_name == "builtins.classmethod" for d in method.decorators):
            continue
        itself = next((node.arg for node in method.ast.args.args), "")  # type: ignore[attr-defined]
        for statement in method.own(ast.Assign, ast.AnnAssign):
            kept, made = statement.targets[0], statement.assigned
            if not kept.owner or kept.owner.name != itself or not makes_session(made):
                continue
            if user := _user_of_class(cls, kept.member):
                yield made.hit(
                    f"`{cls.name}.{kept.member}` is one session for all requests, for example in"
                    f" `{user}`: a rollback in one discards what the others have not committed",
                )


def _user_of_class(cls: Node, name: str) -> str:
    """Return the function that a request runs and that uses the session of a class."""
    for read in _reads(cls.program, name):
        is_own = read.owner.name == "cls" and cls in read.enclosing_class.lineage
        is_read = read.is_read and (is_own or read.owner.definition == cls)
        if is_read and read.function in request_functions(cls.program):
            return read.function.name
    return ""


def _user_of_instance(cls: Node, name: str) -> str:
    """Return the function that a request runs and that uses a global object's session."""
    instances = {
        made
        for module in cls.program.code
        for made in Node(module, module.tree).calls
        if cls in made.func.definition.lineage
    }
    for read in _reads(cls.program, name) if instances else ():
        if read.owner and read.function in request_functions(cls.program):
            is_own = read.owner.name == "self" and cls in read.enclosing_class.lineage
            if is_own or read.owner.definition in instances:
                return read.function.name
    return ""


def _is_made_anew(value: Node) -> bool:
    """Say whether a property makes a session: `self.db.session`."""
    made = value.owner.type_class.method(value.member)
    is_property = any(d.library_name == "builtins.property" for d in made.decorators)
    return is_property and any(map(makes_session, made.returned))


def _is_session(made: Node) -> bool:
    """Say whether a value is a session: made here, by a function, or taken from a generator."""
    if makes_session(made) or made.func.is_a(SCOPED):
        return True
    is_next = made.called == "builtins.next" and bool(made.args)
    call = made.args[0] if is_next else made
    function = call.func.definition
    if not call.is_call or not function.is_function or function.is_coroutine:
        return False
    given = [value.value for value in (function.yielded if is_next else function.returned)]
    known = [value for value in given if value]
    return bool(known) and all(map(makes_session, known))


def _is_main(made: Node) -> bool:
    """Say whether a node stands below `if __name__ == "__main__"`."""
    return any(
        name.name == "__name__"
        for above in made.ancestors
        if isinstance(above.ast, ast.If)
        for name in above.at(above.ast.test).walk(ast.Name)
    )


def _user(name: str, made: Node) -> str:
    """Return the name of a function that a request runs and that uses the variable."""
    for read in _reads(made.program, name):
        for function in read.ancestors:
            if function in request_functions(made.program) and read.definition == made:
                return function.name
    return ""


def _reads(program: Program, name: str) -> Iterator[Node]:
    """Yield the names and attributes that mean a variable, under the names it is imported by."""
    for module in program.code:
        names = {a.asname for a in module.nodes(ast.alias) if a.name == name} | {name}
        for node in module.nodes(ast.Name):
            if node.id in names:
                yield Node(module, node)
        for attribute in module.nodes(ast.Attribute):
            if attribute.attr == name:
                yield Node(module, attribute)
