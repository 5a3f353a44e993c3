"""Rows that are deleted though others refer to them, by keys that forbid it."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from fastapi_pro.auditing.detection import Hit, Node, Program, fact
from fastapi_pro.auditing.libraries.error_answers import DATABASE, is_no_500
from fastapi_pro.auditing.libraries.fastapi import http_endpoints
from fastapi_pro.auditing.libraries.fastapi_requests import answering, request_functions
from fastapi_pro.auditing.libraries.foreign_keys import ForeignKey, foreign_keys, table_name
from fastapi_pro.auditing.libraries.growing_tables import made_by_endpoints
from fastapi_pro.auditing.libraries.known_types import selected
from fastapi_pro.auditing.libraries.migrations import may_delete_too
from fastapi_pro.auditing.libraries.repositories import is_own_model, repository_model
from fastapi_pro.auditing.libraries.sqlalchemy_engines import database
from fastapi_pro.auditing.libraries.sqlalchemy_models import Model, model_named, models
from fastapi_pro.auditing.libraries.sqlalchemy_rows import row_of
from fastapi_pro.auditing.libraries.sqlalchemy_sessions import is_session
from fastapi_pro.auditing.model import limits

_ERRORS = ("IntegrityError", *DATABASE)
_ASSERTED = ("AssertionError", "Exception", "BaseException")
_ENDS = {"commit", "flush"}
_RUNS = {"exec", "execute"}
_LEAVES_ALONE = ("cascade_delete", "passive_deletes", "secondary")
"""The options of a relationship with which SQLAlchemy sets no key to NULL."""
_BY_DATABASE = {"CASCADE", "SET DEFAULT", "SET NULL"}


@dataclass(frozen=True, slots=True)
class _Collection:
    """The side of a relationship on which the parent has its children: its name and its options."""

    name: str
    options: Node

    def says(self, option: str) -> object:
        """Return the value of an option, None where there is none, "?" where it cannot be read."""
        given = self.options.keyword(option)
        if not given:
            given = self.options.keyword("sa_relationship_kwargs").value.entry(option)
        is_unknown = bool(self.options.unpacked) or (bool(given) and given.constant is None)
        return "?" if is_unknown else given.constant


@dataclass(frozen=True, slots=True)
class _Children:
    """A model whose rows refer to rows of another one, and keep those from being deleted."""

    model: Model
    key: ForeignKey
    collection: _Collection | None

    @property
    def ends_with_parent(self) -> bool:
        """Whether the database deletes the rows, or frees them, as a model or a migration says."""
        column = self.key.column
        table = table_name(self.model.cls)
        is_said = self.key.on_delete in _BY_DATABASE
        return is_said or may_delete_too(column.node.program, table, column.name)

    @property
    def is_emptied(self) -> bool:
        """Whether SQLAlchemy sets the keys to NULL, before the database is asked."""
        return self.collection is not None and self.collection.says("viewonly") is not True


@dataclass(frozen=True, slots=True)
class _Deletion:
    """A place that deletes rows of a model: one by one with a session, or by a statement."""

    place: Node
    parent: Model
    is_statement: bool


def detect(program: Program) -> Iterator[Hit]:
    """Yield the deletions that fail for a row which others refer to."""
    seen: set[Node] = set()
    for deletion in _deletions(program):
        place = deletion.place
        if place in seen or place.function not in request_functions(program):
            continue
        seen.add(place)
        refusing = (_refused_by_key if deletion.is_statement else _refusing)(program)
        failing = [
            children
            for children in refusing.get(deletion.parent.cls, [])
            if not _is_caught(deletion, children) and not _are_handled(place, children)
        ]
        if failing:
            yield _hit(deletion, failing)


def _deletions(program: Program) -> Iterator[_Deletion]:
    """Yield what deletes rows outside tests and tools."""
    for call in program.calls_named("delete"):
        if call.module.is_tool:
            continue
        by_statement = _of_statement(call)
        if by_statement is not None:
            yield _Deletion(call, by_statement, is_statement=True)
        elif call.args and is_session(call.owner):
            for place, parent in _deleted(call.args[0], call):
                yield _Deletion(place, parent, is_statement=False)


def _of_statement(call: Node) -> Model | None:
    """Return the model of `delete(User).where(...)` or `db.query(User).filter(...).delete()`."""
    if call.called == "sqlalchemy.delete":
        return model_named(call.argument(0, "table"))
    is_query = bool(call.owner) and not is_session(call.owner)
    return models(call.program).get(selected(call.owner)) if is_query else None


def _deleted(row: Node, place: Node, depth: int = 0) -> Iterator[tuple[Node, Model]]:
    """Yield the model of a row that is deleted, with the place that says which.

    A repository for all models gets its rows from callers, and only they know of which model.
    """
    if parent := row_of(row):
        yield place, parent
        return
    parameter = row.definition
    if depth <= limits.CALLS and parameter in place.function.parameters:
        for call in place.function.callers:
            yield from _deleted(parameter.passed(call), call, depth + 1)
    elif _is_of_own_model(row, place.function):
        for call in place.function.callers:
            if parent := repository_model(call.owner):
                yield call, parent


def _is_of_own_model(row: Node, function: Node) -> bool:
    """Say whether a method deletes a row of its `self.model`, found by a query or `self.get`."""
    found = row.value.awaited
    looking = {function, found.callee} if found.owner.name in ("self", "cls") else {function}
    return any(is_own_model(a) for one in looking for a in one.own(ast.Attribute))


def _hit(deletion: _Deletion, failing: list[_Children]) -> Hit:
    parent, children = deletion.parent, failing[0]
    others = ", ".join(f"`{more.model.name}`" for more in failing[1:])
    why, fix = _reason(children, parent, is_emptied=_is_emptied(deletion, children))
    return deletion.place.hit(
        f"`{deletion.place.function.name}` fails for a `{parent.name}` that has a"
        f" `{children.model.name}`{f' (or {others})' if others else ''}: {why}, a 500)",
        fix=fix,
    )


def _is_emptied(deletion: _Deletion, children: _Children) -> bool:
    return children.is_emptied and not deletion.is_statement


def _reason(children: _Children, parent: Model, *, is_emptied: bool) -> tuple[str, str]:
    """Return why the rows cannot be deleted, and what to do."""
    key, collection = children.key, children.collection
    column = f"`{key.column.full_name}`"
    if collection is None or not is_emptied:
        fix = '`ondelete="CASCADE"` for that key, with a migration; or answer 409'
        return f"{column} still refers to it (IntegrityError", fix
    option, value = "cascade", '"all, delete-orphan"'
    end = "; or answer 409"
    if children.ends_with_parent:
        option, value, end = "passive_deletes", "True", ": the database deletes them"
    said = f"`{option}={value}` for"
    if collection.options.called == "sqlmodel.Relationship":
        said = f'`"{option}": {value}` in the `sa_relationship_kwargs` of'
    fix = f"{said} `{parent.name}.{collection.name}`{end}"
    if key.column.flag("primary_key"):
        return (
            f"SQLAlchemy first sets {column} to NULL, a part of the primary key (AssertionError",
            fix,
        )
    return f"SQLAlchemy first sets {column} to NULL, which it cannot be (IntegrityError", fix


@fact
def _refusing(program: Program) -> dict[Node, list[_Children]]:
    """Return, for each model, those whose rows keep a session from deleting its rows."""
    return {cls: [c for c in found if _refuses(c)] for cls, found in _children(program).items()}


@fact
def _refused_by_key(program: Program) -> dict[Node, list[_Children]]:
    """Return, for each model, those whose rows keep the database from deleting its rows."""
    return {cls: [c for c in found if _is_kept(c)] for cls, found in _children(program).items()}


@fact
def _children(program: Program) -> dict[Node, list[_Children]]:
    """Return, for each model, those that refer to it by one key."""
    found: dict[Node, list[_Children]] = defaultdict(list)
    for model in models(program).values():
        keys = [*foreign_keys(model)]
        for key in keys:
            parent = _of_table(key.table, model)
            is_alone = [other.table for other in keys].count(key.table) == 1
            if parent is not None and parent is not model and is_alone:
                children = _Children(model, key, _collection(parent, model))
                found[parent.cls].append(children)
    return found


def _of_table(table: str, child: Model) -> Model | None:
    """Return the model of a table that a key refers to; of several the one beside the child."""
    found = _by_table(child.cls.program).get(table, []) if table else []
    beside = [model for model in found if model.cls.module is child.cls.module]
    nearest = beside or found
    return nearest[0] if len(nearest) == 1 else None


@fact
def _by_table(program: Program) -> dict[str, list[Model]]:
    found: dict[str, list[Model]] = defaultdict(list)
    for cls, model in models(program).items():
        found[table_name(cls)].append(model)
    return found


def _collection(parent: Model, child: Model) -> _Collection | None:
    """Return how the parent has its children; also by the `backref` of their relationship."""
    for relationship in parent.relationships.values():
        if relationship.target == child.cls:
            return _Collection(relationship.name, relationship.node.assigned)
    for relationship in child.relationships.values():
        back = relationship.node.assigned.keyword("backref")
        if relationship.target == parent.cls and back:
            given = back if back.is_call else back.at(None)
            name = given.argument(0, "name").constant or back.constant
            return _Collection(str(name), given)
    return None


def _refuses(children: _Children) -> bool:
    """Say whether a session cannot delete a row while another refers to it by this key."""
    key, collection = children.key, children.collection
    if collection is None or not children.is_emptied:
        return _is_kept(children)
    options = {name: collection.says(name) for name in _LEAVES_ALONE}
    if any(options.values()) or collection.says("lazy") == "noload":
        return False
    cascade = collection.says("cascade") or ""
    deletes = re.search(r"all|delete|\?", str(cascade))
    return not deletes and not key.may_be_null


def _is_kept(children: _Children) -> bool:
    """Say whether the database keeps a row while another refers to it by this key."""
    is_checked = database(children.key.column.node.program) != "SQLite"
    return is_checked and not children.ends_with_parent


def _is_caught(deletion: _Deletion, children: _Children) -> bool:
    """Say whether the error is caught where the row is deleted, or where that is committed."""
    place = deletion.place
    ends = _ENDS | _RUNS if deletion.is_statement else _ENDS
    later = [c for c in place.function.calls if c.member in ends and c.position > place.position]
    through = request_functions(place.program)
    is_asserted = _is_emptied(deletion, children) and children.key.column.flag("primary_key")
    errors = _ASSERTED if is_asserted else _ERRORS
    return any(is_no_500(one, errors, through) for one in (place, *later))


def _are_handled(place: Node, children: _Children) -> bool:
    """Say whether each endpoint that deletes names the children too, or no endpoint makes any."""
    if children.model.cls not in made_by_endpoints(place.program):
        return True
    deleting = [e for e in http_endpoints(place.program) if place.function in answering(e)]
    return all(_names(answering(endpoint), children) for endpoint in deleting)


def _names(functions: set[Node], children: _Children) -> bool:
    names = {children.model.name, children.collection.name if children.collection else ""}
    return any(
        node.last_name in names
        for function in functions
        for node in function.own(ast.Name, ast.Attribute)
    )
