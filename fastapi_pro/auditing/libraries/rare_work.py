"""Work that a service does seldom or for few people: administration, imports, migrations."""

import ast
import re

from fastapi_pro.auditing.libraries.blocking_calls import serving
from fastapi_pro.auditing.libraries.environments import is_for_developers
from fastapi_pro.auditing.libraries.fastapi import Endpoint, Parameter, apps, endpoints
from fastapi_pro.auditing.libraries.fastapi_requests import (
    answering_any,
    request_functions,
    roots,
    starting_functions,
)
from fastapi_pro.auditing.libraries.guarded_routers import refuses
from fastapi_pro.auditing.libraries.http_errors import raised_status
from fastapi_pro.auditing.libraries.open_routes import check_of
from fastapi_pro.auditing.libraries.pydantic import schema_of
from fastapi_pro.auditing.libraries.sqlalchemy_engines import database, engines
from fastapi_pro.auditing.libraries.text_files import read_text
from fastapi_pro.auditing.model.call_graph import reached
from fastapi_pro.auditing.model.module import Module
from fastapi_pro.auditing.model.node import Node
from fastapi_pro.auditing.model.program import Program, fact

_ADMIN = re.compile(r"admin|super_?user|(^|[^a-z])staff([^a-z]|$)", re.IGNORECASE)
_ROLES = re.compile(r"""[.'"](user|member|viewer|guest|customer)\b""", re.IGNORECASE)
_OF_MEMBERS = re.compile(
    r"(channel|club|company|group|org|organi[sz]ation|project|room|shop|store|team|tenant"
    r"|workspace)_?admin",
    re.IGNORECASE,
)
"""Administrators that each customer has: there are as many of them as customers."""
_OR_OTHERS = re.compile(
    r"(?<!staff)(?<!superuser)(?<!super_user)_or_(super_?)?admin|admin_or_(?!staff|super)",
    re.IGNORECASE,
)
_FOLDER = re.compile(r"(^|/)(super)?admins?(/|_|\.py$)|_admin(/|\.py$)")
_OPEN = re.compile(
    r"log_?in|token|(?<!as)(?<!de)(?<!re)sign(?!al|ific)|password|(^|_)auth(?!or(s|_|\b))",
    re.IGNORECASE,
)
"""Names of endpoints that answer strangers, even in an administrator's part."""
_SIGN_UP = re.compile(
    r"sign_?up|register|registration"
    r"|(sign_?up|register|create|add)_(new_)?(user|account|customer|member|owner)"
)
"""Names of endpoints by which strangers become users."""
_SET_UP = re.compile(
    r"(^|_)(backfill|bootstrap|install|migrate|migration|rebuild|reindex|seed|setup|teardown"
    r"|uninstall)(_|$)"
)
_FEW = re.compile(
    r"(^|[^a-z])(admin|administration|back-?office|dashboard|home|home-?assistant|home-?lab|nas"
    r"|personal|single[- ]user|self-?hosted|smart-?home|desktop|local-?first)([^a-z]|$)",
    re.IGNORECASE,
)
_JOB = re.compile(r"(^|_)(backup|cleanup|export|import|purge|sync)(_|$)")


def is_rare(function: Node) -> bool:
    """Say whether a function runs seldom: its name says so, or only administrators reach it."""
    return bool(_SET_UP.search(function.name)) or is_only_for_admins(function)


def is_job(function: Node) -> bool:
    """Say whether a function is rare, or takes its time anyway: an import, an export."""
    return bool(_JOB.search(function.name)) or is_rare(function)


def is_only_for_admins(function: Node) -> bool:
    """Say whether only administrators reach a function."""
    if _is_of_admins(function.module) and not _OPEN.search(function.name):
        return True
    program = function.program
    return function in request_functions(program) and function not in _often(program)


def _is_of_admins(module: Module) -> bool:
    """Say whether a module lies in a part of the program for administrators."""
    return not _part(module) <= _joined(module.program)


def _part(module: Module) -> set[str]:
    """Return the folder or file above a module whose name is that of administrators."""
    found = _FOLDER.search(module.name)
    return {module.name[: found.end()]} if found else set()


def _parts(endpoint: Endpoint) -> set[str]:
    """Return the folder and the prefixes of an endpoint that are administrators' by their names."""
    prefixes = {str(prefix.constant or "") for prefix in endpoint.options("prefix")}
    return _part(endpoint.call.module) | set(filter(_ADMIN.search, prefixes))


@fact
def _joined(program: Program) -> set[str]:
    """Return the parts, "admin" by name, where strangers sign up: all customers work there."""
    asking: set[str] = set()
    joined: set[str] = set()
    for endpoint in endpoints(program):
        parts = _parts(endpoint)
        if parts and check_of(endpoint):
            asking |= parts
        elif parts and _signs_up(endpoint):
            joined |= parts
    return joined & asking  # where none asks, something else may keep strangers out


def _signs_up(endpoint: Endpoint) -> bool:
    """Say whether an endpoint makes a user, with a password that the request brings."""
    last = (endpoint.path or "").rpartition("/")[2].replace("-", "_")
    if endpoint.method != "post" or not any(map(_SIGN_UP.fullmatch, (endpoint.name, last))):
        return False
    given = endpoint.parameters
    fields = [name for p in given if (body := schema_of(p.type)) for name in body.fields]
    return any("password" in name.lower() for name in [*fields, *(p.name for p in given)])


def is_asked(node: Node) -> bool:
    """Say whether a request visibly reaches this code, called or passed on as a value."""
    program = node.program
    function = node.function
    while function:
        if function in _reached(program) or function.name in _handed_on(program):
            return True
        function = function.function
    return False


@fact
def _reached(program: Program) -> set[Node]:
    return {*serving(program), *starting_functions(program)}


@fact
def _handed_on(program: Program) -> set[str]:
    """Return the last names of call arguments, such as of a thread, a task or a retry."""
    calls = (Node(module, call) for module in program.code for call in module.nodes(ast.Call))
    return {given.last_name for call in calls for given in call.given if not given.is_call}


@fact
def is_for_few(program: Program) -> bool:
    """Say whether few people use a service, by its name, its description, or its use of SQLite.

    Examples are home automation, a tool for one person, pages for administrators.
    """
    named = [program.root.name]
    for app in apps(program):
        named += [str(app.keyword(key).constant or "") for key in ("title", "description")]
    for folder in {app.module.path.parent for app in apps(program)} | {program.root}:
        text = read_text(folder / "pyproject.toml")
        named += re.findall(r"(?m)^(?:name|description)\s*=\s*(.*)$", text)
    if any(map(_FEW.search, named)):
        return True
    return bool(engines(program)) and database(program) == "SQLite"


@fact
def _often(program: Program) -> set[Node]:
    """Return the functions that run for requests of users who are not administrators."""
    rare = {endpoint for endpoint in endpoints(program) if is_for_admins(endpoint)}
    if not rare:
        return request_functions(program)
    often = [endpoint for endpoint in endpoints(program) if endpoint not in rare]
    found = answering_any(often)
    of_admins = answering_any(rare) - found
    return found | reached(root for root in roots(program) if root not in of_admins)


def is_for_admins(endpoint: Endpoint) -> bool:
    """Say whether an endpoint answers only administrators, by its path or a dependency.

    Or by its beginning: `if not user.is_admin: raise`. Or only developers: it exists only under a
    condition such as `if settings.debug`.
    """
    key = (endpoint.call.ast, endpoint.function.ast)
    return endpoint.call.program.once(_is_for_admins, key, endpoint)


def _is_for_admins(endpoint: Endpoint) -> bool:
    if is_for_developers(endpoint.function) or _refuses_others(endpoint.function):
        return True
    if any(map(_lets_admins_in, endpoint.parameters)):
        return True
    for dependency in endpoint.dependencies:
        is_named = _is_guard(dependency.target) and refuses({dependency.function})
        if is_named or _refuses_others(dependency.function):
            return True
    if _OPEN.search(endpoint.name) or _OPEN.search(endpoint.path or ""):
        return False
    if _ADMIN.search(endpoint.path or "") or not _parts(endpoint) <= _joined(endpoint.call.program):
        return True
    guards = [*endpoint.options("dependencies"), endpoint.call.keyword("dependencies")]
    for dependency in endpoint.dependencies:
        guards += [dependency.call, dependency.target]
    return any(_is_guard(guard) for guard in guards if guard)


def _lets_admins_in(parameter: Parameter) -> bool:
    """Say whether a parameter is an administrator by its name, and others get a 403."""
    if parameter.dependency is None or not _is_guard_name(parameter.name):
        return False
    inside = reached([parameter.dependency.function])
    return any(raised_status(s) == 403 for f in inside for s in f.walk(ast.Raise))


def _refuses_others(function: Node, depth: int = 0) -> bool:
    """Say whether a function raises for all but administrators, whatever else is asked.

    Itself, or by a function that it calls: `check_admin(user)`, `ensure_role(user, "admin")`.
    """
    key = (function.ast, depth)
    return bool(function) and function.program.once(_is_closed, key, function, depth)


def _is_closed(function: Node, depth: int) -> bool:
    for statement in function.body:
        if isinstance(statement.ast, (ast.Expr, ast.Assign)):
            call = statement.at(statement.ast.value).awaited
            is_asked = call.callee and _is_guard(call) and refuses({call.callee})
            if is_asked or (depth == 0 and call.callee and _refuses_others(call.callee, 1)):
                return True
        test = statement.test
        match test.ast:
            case ast.UnaryOp(op=ast.Not(), operand=operand) if not isinstance(operand, ast.BoolOp):
                is_negated = not _is_unequal(operand)
            case ast.Compare(ops=[ast.NotEq() | ast.NotIn() | ast.IsNot()]):
                is_negated = True
            case _:
                is_negated = False
        if is_negated and _is_guard(test) and isinstance(statement.body[-1].ast, ast.Raise):
            return True
    return False


def _is_unequal(test: ast.expr) -> bool:
    """Say whether a comparison says what somebody is not."""
    others = (ast.NotEq, ast.NotIn, ast.IsNot)
    return isinstance(test, ast.Compare) and isinstance(test.ops[0], others)


def _is_guard(node: Node) -> bool:
    """Say whether a dependency, or the parameter that it fills, lets only administrators in."""
    return _is_guard_name(node.name if node.is_function or node.is_class else node.text)


def _is_guard_name(text: str) -> bool:
    others = (_ROLES, _OF_MEMBERS, _OR_OTHERS)
    return bool(_ADMIN.search(text)) and not any(kind.search(text) for kind in others)
