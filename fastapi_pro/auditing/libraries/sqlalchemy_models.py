"""What SQLAlchemy sees of a program: models, columns, relationships, engines."""

import ast
import re
from dataclasses import dataclass, field

from fastapi_pro.auditing.libraries.legacy_fastapi import unwrap
from fastapi_pro.auditing.model.legacy import (
    At,
    Module,
    Program,
    annotation_type,
    argument,
    keyword,
    selected,
    type_of,
)

_BASES = {
    "sqlalchemy.orm.DeclarativeBase", "sqlalchemy.orm.DeclarativeBaseNoMeta",
    "sqlalchemy.orm.declarative_base", "sqlmodel.SQLModel", "advanced_alchemy.base",
}  # fmt: skip
_COLUMNS = {"sqlalchemy.orm.mapped_column", "sqlalchemy.Column", "sqlmodel.Field"}
_RELATIONSHIPS = {"sqlalchemy.orm.relationship", "sqlmodel.Relationship"}
SECRET = re.compile(
    r"passw|secret|hash(ed)?_?(pw|pass)|(^|_)token(_|$)|api_?key|private_?key", re.IGNORECASE
)
"""Names of what must not be seen: passwords, their hashes, tokens, keys."""


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """A column. `type` is the library name of its Python or SQL type, or ""."""

    name: str
    module: Module
    node: ast.stmt
    type: str
    options: ast.Call | None

    def flag(self, name: str) -> bool:
        """Say whether the column is declared with `name=True`."""
        value = keyword(self.options, name) if self.options else None
        return isinstance(value, ast.Constant) and value.value is True

    @property
    def is_integer(self) -> bool:
        """Whether the database keeps an integer."""
        return self.type in (
            "builtins.int",
            "sqlalchemy.Integer",
            "sqlalchemy.BigInteger",
            "sqlalchemy.SmallInteger",
        )


@dataclass(frozen=True, slots=True, eq=False)
class Relationship:
    """A relationship; `lazy` is what is written, or "select"."""

    name: str
    module: Module
    node: ast.stmt
    target: At | None
    lazy: str


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """A mapped class, with what it inherits."""

    cls: At
    columns: dict[str, Column] = field(default_factory=dict)
    relationships: dict[str, Relationship] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The name of the class."""
        assert isinstance(self.cls.node, ast.ClassDef)
        return self.cls.node.name


def models(program: Program) -> dict[At, Model]:
    """Return the mapped classes outside tests; for `program.fact`."""
    return {
        cls: _model(program, cls)
        for cls in program.classes
        if not cls.module.is_test and is_model(program, cls)
    }


def is_model(program: Program, cls: At) -> bool:
    """Say whether a class is mapped to a table."""
    assert isinstance(cls.node, ast.ClassDef)
    if any(
        k.arg == "table" and isinstance(k.value, ast.Constant) and k.value.value is True
        for k in cls.node.keywords
    ):
        return True
    for above in program.lineage(cls):
        bound = above.module.bindings(above.node)
        if "__tablename__" in bound or "__table__" in bound:
            return "sqlmodel.SQLModel" not in program.bases(cls)
    bases = program.bases(cls)
    if not bases & _BASES or "sqlmodel.SQLModel" in bases:
        return False
    return any(_called(program, cls.module, s) in _COLUMNS | _RELATIONSHIPS for s in cls.node.body)


def _called(program: Program, module: Module, statement: ast.stmt) -> str:
    value = statement.value if isinstance(statement, (ast.Assign, ast.AnnAssign)) else None
    return program.call_name(module, value)


def model_of(program: Program, module: Module, expr: ast.AST | None) -> Model | None:
    """Return the model of which an expression is an instance."""
    kind = type_of(program, module, expr)
    return program.fact(models).get(kind) if isinstance(kind, At) else None


def model_named(program: Program, module: Module, expr: ast.AST | None) -> Model | None:
    """Return the model that an expression names, such as the argument of `select`."""
    origin = program.resolve(module, expr)
    return program.fact(models).get(origin) if isinstance(origin, At) else None


def model_selected(program: Program, module: Module, statement: ast.AST | None) -> Model | None:
    """Return the model that a statement selects whole."""
    found = selected(program, module, statement)
    return program.fact(models).get(found) if found is not None else None


def _model(program: Program, cls: At) -> Model:
    model = Model(cls)
    for above in reversed(list(program.lineage(cls))):
        assert isinstance(above.node, ast.ClassDef)
        for statement in above.node.body:
            if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
                _add(
                    program,
                    model,
                    above.module,
                    statement,
                    statement.target.id,
                    statement.annotation,
                    statement.value,
                )
            elif (
                isinstance(statement, ast.Assign)
                and len(statement.targets) == 1
                and isinstance(statement.targets[0], ast.Name)
            ):
                _add(
                    program,
                    model,
                    above.module,
                    statement,
                    statement.targets[0].id,
                    None,
                    statement.value,
                )
    return model


def _add(  # noqa: PLR0913, PLR0917
    program: Program, model: Model, module: Module, statement: ast.stmt, name: str,
    annotation: ast.expr | None, value: ast.expr | None,
) -> None:  # fmt: skip
    called = program.call_name(module, value)
    if called in _RELATIONSHIPS:
        assert isinstance(value, ast.Call)
        model.relationships[name] = Relationship(
            name, module, statement, _target(program, module, annotation, value), _lazy(value)
        )
        return
    base, metadata = unwrap(program, module, annotation)
    options: list[ast.AST | None] = [value] if called in _COLUMNS else []
    options += [at.node for at in metadata if program.call_name(at.module, at.node) in _COLUMNS]
    call = next((o for o in options if isinstance(o, ast.Call)), None)
    if (
        call is None
        and not _is_mapped(program, module, annotation)
        and "sqlmodel.SQLModel" not in program.bases(model.cls)
    ):
        return
    kind = annotation_type(program, base.module, base.node) if base is not None else None
    written = kind if isinstance(kind, str) else ""
    for arg in call.args[:2] if call is not None and not written else ():
        sql = program.name_of(module, arg.func if isinstance(arg, ast.Call) else arg)
        if sql.startswith("sqlalchemy.") and sql != "sqlalchemy.ForeignKey":
            written = sql
            break
    model.columns[name] = Column(name, module, statement, written, call)


def _is_mapped(program: Program, module: Module, annotation: ast.expr | None) -> bool:
    return (
        isinstance(annotation, ast.Subscript)
        and program.name_of(module, annotation.value) == "sqlalchemy.orm.Mapped"
    )


def _lazy(call: ast.Call) -> str:
    value = keyword(call, "lazy")
    options = keyword(call, "sa_relationship_kwargs")
    if isinstance(options, ast.Dict):
        for key, item in zip(options.keys, options.values, strict=True):
            if isinstance(key, ast.Constant) and key.value == "lazy":
                value = item
    return (
        value.value
        if isinstance(value, ast.Constant) and isinstance(value.value, str)
        else "select"
    )


def _target(
    program: Program, module: Module, annotation: ast.expr | None, call: ast.Call
) -> At | None:
    named = argument(call, 0, "argument")
    name = named.value if isinstance(named, ast.Constant) and isinstance(named.value, str) else None
    if name is None and named is not None:
        origin = program.resolve(module, named)
        return origin if isinstance(origin, At) else None
    for node in ast.walk(annotation) if annotation is not None and name is None else ():
        text = (
            node.id
            if isinstance(node, ast.Name)
            else node.value
            if isinstance(node, ast.Constant)
            else None
        )
        if isinstance(text, str):
            for word in re.findall(r"\w+", text):
                if word[:1].isupper() and word not in (
                    "Mapped",
                    "List",
                    "Optional",
                    "Set",
                    "None",
                    "Sequence",
                    "WriteOnlyMapped",
                    "DynamicMapped",
                ):
                    name = word
    if name is None:
        return None
    last = name.rpartition(".")[2]
    named_so = [
        c
        for c in program.classes
        if isinstance(c.node, ast.ClassDef) and c.node.name == last and not c.module.is_test
    ]
    return named_so[0] if named_so else None


@dataclass(frozen=True, slots=True, eq=False)
class Engine:
    """A call that makes an engine."""

    module: Module
    call: ast.Call
    is_async: bool

    def option(self, program: Program, name: str) -> At | None:
        """Return the value of a keyword argument, through names."""
        return program.value(self.module, keyword(self.call, name))

    def connect_arg(self, program: Program, name: str) -> At | None:
        """Return a value of `connect_args={...}`."""
        given = self.option(program, "connect_args")
        if given is not None and isinstance(given.node, ast.Dict):
            for key, value in zip(given.node.keys, given.node.values, strict=True):
                if isinstance(key, ast.Constant) and key.value == name:
                    return At(given.module, value)
        if given is not None and isinstance(given.node, ast.Call):
            named = keyword(given.node, name)
            return At(given.module, named) if named is not None else None
        return None

    def hides_options(self, program: Program) -> bool:
        """Say whether some options cannot be read: `**options`, or computed connect_args."""
        if any(k.arg is None for k in self.call.keywords):
            return True
        if keyword(self.call, "connect_args") is None:
            return False
        given = self.option(program, "connect_args")
        if given is None or not isinstance(given.node, (ast.Dict, ast.Call)):
            return True
        if _is_changed(self.module, keyword(self.call, "connect_args")):
            return True
        if isinstance(given.node, ast.Call):
            return program.name_of(given.module, given.node.func) != "builtins.dict"
        return any(key is None for key in given.node.keys)

    def url(self, program: Program) -> str | None:
        """Return the URL where it is a literal."""
        found = program.constant(self.module, argument(self.call, 0, "url"))
        return found if isinstance(found, str) else None


def _is_changed(module: Module, expr: ast.expr | None) -> bool:
    """Say whether a variable's entries are set somewhere: `name["key"] = ...`, `name.update()`."""
    if not isinstance(expr, ast.Name):
        return False
    for entry in module.nodes(ast.Subscript):
        is_set = isinstance(entry.ctx, ast.Store)
        if is_set and isinstance(entry.value, ast.Name) and entry.value.id == expr.id:
            return True
    for method in module.nodes(ast.Attribute):
        is_update = method.attr == "update"
        if is_update and isinstance(method.value, ast.Name) and method.value.id == expr.id:
            return True
    return False


def engines(program: Program) -> list[Engine]:
    """Return the engines of the service, neither tests' nor tools'; for `program.fact`."""
    names = {"sqlalchemy.ext.asyncio.create_async_engine": True, "sqlalchemy.create_engine": False}
    return [
        Engine(module, call, names[program.name_of(module, call.func)])
        for module in program.code
        if not module.is_tool
        for call in program.calls(module, *names)
    ]


def uses_async(program: Program) -> bool:
    """Say whether the program makes an async engine or imports AsyncSession; for `fact`."""
    return any(e.is_async for e in program.fact(engines)) or any(
        alias.name == "AsyncSession"
        for module in program.modules
        for alias in module.nodes(ast.alias)
    )
