"""What Pydantic sees of a program: models, settings, their fields, validators, configuration."""

import ast
from dataclasses import dataclass
from functools import cached_property

from fastapi_pro.auditing.libraries.fastapi import options, unwrap
from fastapi_pro.auditing.model.node import Node, Type, inherits
from fastapi_pro.auditing.model.program import Program, fact

SECRETS = ("pydantic.SecretStr", "pydantic.SecretBytes")
DICTS = ("pydantic.ConfigDict", "pydantic_settings.SettingsConfigDict", "builtins.dict")
"""Calls that make a `model_config`; a dictionary display can do so too."""

_SETTINGS = "pydantic_settings.BaseSettings"
_SETTINGS_OF_1 = ("pydantic.BaseSettings", "pydantic.v1.BaseSettings")
_BASES = (
    "pydantic.BaseModel", _SETTINGS, "sqlmodel.SQLModel", "pydantic.RootModel", "beanie.Document",
)  # fmt: skip
_CONFIGS = (*DICTS, "sqlalchemy.SQLModelConfig")
_FIELDS = {"Field", "Query", "Path", "Header", "Cookie", "Body", "Form", "File"}
_UNREAD = "**"  # the key of what cannot be read of a configuration
_DEPTH = 50  # of annotations inside annotations


@dataclass(frozen=True, eq=False)
class Field:
    """A field of a class; `node` is its statement, `owner` the name of the class.

    `annotation` and `metadata` as of a `fastapi.Parameter`; `default` may be a `Field(...)`.
    """

    name: str
    owner: str
    node: Node
    annotation: Node
    metadata: tuple[Node, ...]
    default: Node

    @property
    def type(self) -> Type:
        """The class of the annotation."""
        return self.annotation.annotated

    @property
    def is_required(self) -> bool:
        """Whether it has no default."""
        if self.default.last_name not in _FIELDS:
            return not self.default or self.default.literal is ...
        given = self.default.argument(0, "default")
        has_factory = self.default.has_unpacking or bool(self.default.keyword("default_factory"))
        return given.literal is ... or not (given or has_factory)

    @property
    def schemas(self) -> "list[Schema]":
        """The models anywhere in the annotation: `list[Item]`, `dict[str, Item]`."""
        return schemas_in(self.annotation)

    def options(self, *names: str) -> list[Node]:
        """Return what the calls of its metadata, such as `Field(...)`, are given by these names."""
        return options(self.metadata, *names)


@dataclass(frozen=True, eq=False)
class Validator:
    """A method that validates: its decorator, and the fields that the decorator names."""

    method: Node
    decorator: Node

    @property
    def fields(self) -> list[object]:
        """The names of the fields, "*" for all."""
        return [given.constant for given in self.decorator.args]

    @property
    def is_before(self) -> bool:
        """Whether it gets the value as it was sent, before conversion."""
        mode, pre = self.decorator.keyword("mode"), self.decorator.keyword("pre")
        return mode.constant == "before" or pre.constant is True


@dataclass(frozen=True, eq=False)
class Schema:
    """A class that Pydantic fills: a model, settings, or a dataclass."""

    node: Node

    @property
    def name(self) -> str:
        """The name of the class."""
        return self.node.name

    @property
    def is_settings(self) -> bool:
        """Whether it reads settings from the environment."""
        return inherits(self.node, _SETTINGS)

    @cached_property
    def fields(self) -> dict[str, Field]:
        """The fields, inherited ones too."""
        found: dict[str, Field] = {}
        for above in reversed(list(self.node.lineage)):
            for statement in above.body:
                if field := self._field(statement):
                    found[field.name] = field
        return found

    @cached_property
    def parts(self) -> "list[Schema]":
        """The schema itself, those of its fields, of their fields, and so on."""
        found = [self]
        for part in found:  # grows while it is walked
            for inner in (schema for field in part.fields.values() for schema in field.schemas):
                if inner.node not in [known.node for known in found]:
                    found.append(inner)
        return found

    def _field(self, statement: Node) -> Field | None:
        match statement.ast:
            case ast.AnnAssign(target=ast.Name(id=name), annotation=written, value=value):
                annotation, metadata = unwrap(statement.at(written))
                is_class_variable = annotation.generic.library_name == "typing.ClassVar"
                if name == "model_config" or name.startswith("_") or is_class_variable:
                    return None
                default = statement.at(value)
                if default.called == "sqlmodel.Relationship":  # which SQLModel keeps to itself
                    return None
                metadata = (*metadata, default) if default.is_call else metadata
                return Field(name, self.name, statement, annotation, metadata, default)
        return None

    @cached_property
    def config(self) -> dict[str, Node]:
        """The configuration by key: of `model_config`, class keywords, `Config`."""
        found: dict[str, Node] = {}
        for above in reversed(list(self.node.lineage)):
            found |= {key: value for key, value in above.keywords.items() if key != "table"}
            for inner in above.body:
                if inner.is_class and inner.name == "Config":
                    bound = inner.module.bindings(inner.ast)
                    found |= {name: inner.at(bindings[-1].node) for name, bindings in bound.items()}
            assigned = above.bindings("model_config")
            if assigned and assigned[-1].kind == "assign":
                found |= _read(above.at(assigned[-1].node).value)
        return found

    @property
    def is_config_known(self) -> bool:
        """Whether all of its configuration could be read."""
        return _UNREAD not in self.config

    def variable(self, field: Field) -> str:
        """Return the name of the variable that a setting is read from, "" where not plain."""
        if aliases := field.options("validation_alias", "alias", "env"):
            return str(aliases[0].constant or "")
        prefix = self.config.get("env_prefix")
        written = "" if prefix is None else prefix.constant
        return f"{written}{field.name}" if isinstance(written, str) else ""

    @property
    def reads_attributes(self) -> bool:
        """Whether it is configured to be filled from objects."""
        option = self.config.get("from_attributes")
        if option is None:
            return "sqlmodel.SQLModel" in self.node.bases  # it has the option itself
        return option.literal is True

    def validators(self, *names: str) -> list[Validator]:
        """Return the methods decorated with these functions of Pydantic ("field_validator", …)."""
        wanted = {f"pydantic.{name}" for name in names}
        return [v for v in self._validators if v.decorator.func.library_name in wanted]

    @cached_property
    def _validators(self) -> list[Validator]:
        return [
            Validator(method, decorator)
            for above in self.node.lineage
            for method in above.body
            if method.is_function
            for decorator in method.decorators
        ]

    @property
    def field_validators(self) -> list[Validator]:
        """The validators of single fields."""
        return self.validators("field_validator", "validator")

    @property
    def has_model_validator(self) -> bool:
        """Whether a validator gets the whole schema."""
        return bool(self.validators("model_validator", "root_validator"))

    def is_converted(self, field: str) -> bool:
        """Say whether a field validator handles this field."""
        return any(field in v.fields or "*" in v.fields for v in self.field_validators)


def schemas_in(annotation: Node) -> list[Schema]:
    """Return the models anywhere in an annotation: `list[Item]`, `dict[str, Item]`."""
    found: list[Schema] = []
    stack = [annotation]
    for _ in range(_DEPTH):
        if not stack:
            break
        base, _metadata = unwrap(stack.pop())
        match base.ast:
            case ast.Subscript(slice=inner):
                stack += base.at(inner).elements or [base.at(inner)]
            case ast.BinOp(left=left, right=right):
                stack += [base.at(left), base.at(right)]
            case _ if schema := schema_of(base.definition):
                found.append(schema)
    return found


def schema_of(cls: Type) -> Schema | None:
    """Return the schema of a class, None if it is not a Pydantic model."""
    if not isinstance(cls, Node):
        return None
    return cls.program.once(_schema_of, cls.ast, cls)


def settings_of(cls: Type) -> Schema | None:
    """Return the schema of a class that reads the environment, by Pydantic 1 too; else None."""
    if isinstance(cls, Node) and cls.is_class and inherits(cls, *_SETTINGS_OF_1):
        return Schema(cls)
    schema = schema_of(cls)
    return schema if schema is not None and schema.is_settings else None


def _schema_of(cls: Node) -> Schema | None:
    return Schema(cls) if cls.is_class and inherits(cls, *_BASES) else None


@fact
def schemas(program: Program) -> list[Schema]:
    """Return the models and settings outside tests."""
    found = (schema_of(cls) for cls in program.classes if not cls.module.is_test)
    return [schema for schema in found if schema is not None]


@fact
def settings(program: Program) -> list[Schema]:
    """Return the classes outside tests that read the environment."""
    return [schema for schema in schemas(program) if schema.is_settings]


@fact
def settings_of_pydantic_1(program: Program) -> list[Schema]:
    """Return the classes outside tests that read the environment by Pydantic 1."""
    classes = (cls for cls in program.classes if not cls.module.is_test)
    return [Schema(cls) for cls in classes if inherits(cls, *_SETTINGS_OF_1)]


def _read(value: Node) -> dict[str, Node]:
    """Return the keys of a `model_config`."""
    found: dict[str, Node] = {}
    if value.called in _CONFIGS:
        found |= value.keywords
        if value.has_unpacking:
            found[_UNREAD] = value
    elif isinstance(value.ast, ast.Dict):
        found |= {str(key.literal or _UNREAD): entry for key, entry in value.entries}
    elif value:
        found[_UNREAD] = value
    return found
