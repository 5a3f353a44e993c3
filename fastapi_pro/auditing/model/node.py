"""A node of the program that knows its place, names, values and types."""

import ast
from typing import TYPE_CHECKING, TypeAlias

from fastapi_pro.auditing.finding import Hit
from fastapi_pro.auditing.model.bindings import FUNCTIONS, Binding, parameters
from fastapi_pro.auditing.model.module import Module, descendants

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fastapi_pro.auditing.model.program import Program

_NOTHING = ast.AST()
_LITERALS = (ast.Tuple, ast.List, ast.Set, ast.Dict, ast.UnaryOp, ast.BinOp, ast.Call)
_NAMED: dict[type[ast.AST], str] = {
    ast.Name: "id", ast.arg: "arg", ast.alias: "name", ast.ClassDef: "name",
    ast.FunctionDef: "name", ast.AsyncFunctionDef: "name",
}  # fmt: skip
"""The field that holds the name."""
_CALL, _ATTRIBUTE = ast.Call, ast.Attribute  # asked for most often: a name is found faster


class Node:
    """An expression, statement or definition, in its module.

    What does not exist is a node too, and false: `call.keyword("scope")` of a call without it. It
    has the name "", no type and no arguments, and its parts do not exist either, so questions can
    be chained. If the node is the value of a name, `binding` is how that name was bound.
    """

    __slots__ = ("ast", "binding", "module")

    def __init__(
        self, module: Module, node: ast.AST | None, binding: Binding | None = None
    ) -> None:
        self.module = module
        self.ast: ast.AST = _NOTHING if node is None else node
        self.binding = binding

    def __bool__(self) -> bool:
        return self.ast is not _NOTHING

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Node) and self.ast is other.ast

    def __hash__(self) -> int:
        """Return the same in each run, so that sets keep their order."""
        place = getattr(self.ast, "lineno", 0) * 512 + getattr(self.ast, "col_offset", 0)
        return place ^ self.module.number

    def __repr__(self) -> str:
        return f"<{self.module.name}:{self.line} {self.text}>"

    @property
    def program(self) -> "Program":
        """The program of the module."""
        return self.module.program

    def at(self, node: ast.AST | None) -> "Node":
        """Return another node of the same module; for None, one that does not exist."""
        return Node(self.module, node)

    def hit(self, message: str, *, severity: str = "", fix: str = "", cause: str = "") -> Hit:
        """Return what a detector yields: this place, and what is wrong there in one sentence.

        `severity` ("high", "medium", "low") and `fix` replace the rule's at this place; hits with
        the same `cause` are told as one.
        """
        line, offset = getattr(self.ast, "lineno", 1), getattr(self.ast, "col_offset", 0)
        return Hit(self.module.path, line, offset, message, severity, fix, cause)

    # -- as it is written ----------------------------------------------------------------------

    @property
    def name(self) -> str:
        """The name of a variable, parameter, function, class or alias; "" of anything else."""
        field = _NAMED.get(self.ast.__class__)
        return getattr(self.ast, field) if field else ""

    @property
    def owner(self) -> "Node":
        """The `x` of `x.y`, and of `x.y(...)`."""
        node = self.ast
        if isinstance(node, _CALL):
            node = node.func
        return Node(self.module, node.value if isinstance(node, _ATTRIBUTE) else None)

    @property
    def member(self) -> str:
        """The `y` of `x.y`, and of `x.y(...)`."""
        node = self.ast
        if isinstance(node, _CALL):
            node = node.func
        return node.attr if isinstance(node, _ATTRIBUTE) else ""

    @property
    def last_name(self) -> str:
        """The `y` of `x.y` and of `y`, called or not."""
        node = self.ast.func if isinstance(self.ast, ast.Call) else self.ast
        if isinstance(node, ast.Attribute):
            return node.attr
        return node.id if isinstance(node, ast.Name) else ""

    @property
    def dotted(self) -> str:
        """The `a.b.c` of names and attributes, "" of anything else."""
        if isinstance(self.ast, ast.Attribute):
            base = self.at(self.ast.value).dotted
            return f"{base}.{self.ast.attr}" if base else ""
        return self.ast.id if isinstance(self.ast, ast.Name) else ""

    @property
    def text(self) -> str:
        """The source, "…" if it is nested too deep to be written."""
        try:
            return ast.unparse(self.ast)
        except RecursionError:
            return "…"

    @property
    def line(self) -> int:
        """The line where it begins, from 1; 0 if unknown."""
        return getattr(self.ast, "lineno", 0)

    @property
    def position(self) -> tuple[int, int]:
        """Line and column where it begins, to compare and to sort by."""
        return self.line, getattr(self.ast, "col_offset", 0)

    @property
    def place(self) -> tuple[str, int, int]:
        """Module, line and column, to sort nodes of several modules by."""
        return self.module.name, *self.position

    @property
    def is_call(self) -> bool:
        """Whether it is a call."""
        return isinstance(self.ast, ast.Call)

    @property
    def is_function(self) -> bool:
        """Whether it is the definition of a function, `async` or not; a lambda is none."""
        return isinstance(self.ast, FUNCTIONS)

    @property
    def is_coroutine(self) -> bool:
        """Whether it is an `async def`."""
        return isinstance(self.ast, ast.AsyncFunctionDef)

    @property
    def is_class(self) -> bool:
        """Whether it is the definition of a class."""
        return isinstance(self.ast, ast.ClassDef)

    @property
    def is_generator(self) -> bool:
        """Whether a function has a `yield` of its own."""
        return bool(self.own(ast.Yield, ast.YieldFrom))

    @property
    def is_target(self) -> bool:
        """Whether a name, attribute or item gets a value here."""
        return isinstance(getattr(self.ast, "ctx", None), ast.Store)

    @property
    def is_read(self) -> bool:
        """Whether a name, attribute or item is read here, not set or deleted."""
        return isinstance(getattr(self.ast, "ctx", None), ast.Load)

    @property
    def is_awaited(self) -> bool:
        """Whether an `await` waits for it."""
        return isinstance(self.module.parents.get(self.ast), ast.Await)

    @property
    def awaited(self) -> "Node":
        """The expression inside `await` and `:=`, else itself."""
        node = self.ast
        while isinstance(node, (ast.Await, ast.NamedExpr)):
            node = node.value
        return self.at(node)

    # -- calls ---------------------------------------------------------------------------------

    @property
    def func(self) -> "Node":
        """What a call calls; a decorator without parentheses gives itself."""
        return Node(self.module, self.ast.func) if isinstance(self.ast, _CALL) else self

    @property
    def args(self) -> "list[Node]":
        """The positional arguments of a call."""
        return [self.at(a) for a in self.ast.args] if isinstance(self.ast, ast.Call) else []

    @property
    def keywords(self) -> "dict[str, Node]":
        """The keyword arguments of a call or class, without `**options`."""
        listed = self.ast.keywords if isinstance(self.ast, (ast.Call, ast.ClassDef)) else ()
        return {k.arg: self.at(k.value) for k in listed if k.arg is not None}

    @property
    def given(self) -> "list[Node]":
        """All arguments of a call, including `*args` and `**options`."""
        if not isinstance(self.ast, ast.Call):
            return []
        return [self.at(a) for a in (*self.ast.args, *(k.value for k in self.ast.keywords))]

    def keyword(self, name: str) -> "Node":
        """Return the keyword argument of a call or class with this name.

        It may stand in a dictionary that is unpacked: `FastAPI(**options)`.
        """
        if not isinstance(self.ast, (ast.Call, ast.ClassDef)):
            return self.at(None)
        for key in self.ast.keywords:
            if key.arg == name:
                return self.at(key.value)
        found = (given.value.entry(name) for given in self.unpacked)
        return next(filter(None, found), self.at(None))

    def argument(self, position: int, name: str) -> "Node":
        """Return the argument of a call at this position or with this name."""
        found = self.keyword(name)
        if found or not isinstance(self.ast, ast.Call) or position >= len(self.ast.args):
            return found
        positional = self.ast.args[: position + 1]
        is_unpacked = any(isinstance(a, ast.Starred) for a in positional)
        return found if is_unpacked else self.at(positional[-1])

    @property
    def unpacked(self) -> "list[Node]":
        """The `x` of each `**x` in the arguments of a call."""
        listed = self.ast.keywords if isinstance(self.ast, ast.Call) else ()
        return [self.at(key.value) for key in listed if key.arg is None]

    @property
    def has_unpacking(self) -> bool:
        """Whether a call has an argument `**x`, whose keys are unknown."""
        return isinstance(self.ast, ast.Call) and any(k.arg is None for k in self.ast.keywords)

    # -- what holds it, what it holds ----------------------------------------------------------

    @property
    def parent(self) -> "Node":
        """The node that holds this one."""
        return Node(self.module, self.module.parents.get(self.ast))

    @property
    def ancestors(self) -> "Iterator[Node]":
        """The nodes around this one, from the inside out."""
        return (self.at(above) for above in self.module.ancestors(self.ast))

    @property
    def statement(self) -> "Node":
        """The statement that holds this expression, or the statement itself."""
        return self.at(self.module.statement_of(self.ast))

    @property
    def function(self) -> "Node":
        """The function whose body holds this node; a lambda is not one."""
        return self.at(self.module.function_of(self.ast))

    @property
    def enclosing_class(self) -> "Node":
        """The class whose body holds this node, through its methods."""
        return self.at(self.module.class_of(self.ast))

    def holds(self, other: "Node") -> bool:
        """Say whether another node is this one or inside it."""
        return other.ast is self.ast or any(a is self.ast for a in self.module.ancestors(other.ast))

    def walk(self, *kinds: type[ast.AST]) -> "Iterator[Node]":
        """Yield this node and all nodes inside it, of these kinds or of any, the outer ones first.

        Operators, and the contexts of names (read or set), are not nodes here.
        """
        module = self.module
        for node in descendants(self.ast) if self else ():
            if not kinds or isinstance(node, kinds):
                yield Node(module, node)

    def own(self, *kinds: type[ast.AST]) -> "list[Node]":
        """Return the nodes of these kinds in the body of a function, class or module.

        Nodes in functions inside it belong to those functions. Decorators, defaults and annotations
        do not belong to the body.
        """
        module = self.module
        if not kinds:
            return [Node(module, node) for node in module.own_nodes(self.ast)]
        listed = module.own_by_kind(self.ast)
        there = [kind for kind in kinds if kind in listed]
        if not there:
            return []
        if len(there) == 1:
            return [Node(module, node) for node in listed[there[0]]]
        return [
            Node(module, node) for node in module.own_nodes(self.ast) if node.__class__ in there
        ]

    @property
    def calls(self) -> "list[Node]":
        """The calls in the body of a function, class or module, in the order of the source."""
        return self.program.own_calls(self)

    @property
    def elements(self) -> "list[Node]":
        """The elements of a list, tuple or set."""
        match self.ast:
            case ast.List(elts=elts) | ast.Tuple(elts=elts) | ast.Set(elts=elts):
                return [self.at(e) for e in elts]
        return []

    @property
    def operands(self) -> "list[Node]":
        """The operands of a comparison, of arithmetic, `and` or `or`, from left to right."""
        match self.ast:
            case ast.Compare(left=left, comparators=others):
                return [self.at(left), *(self.at(other) for other in others)]
            case ast.BinOp(left=left, right=right):
                return [self.at(left), self.at(right)]
            case ast.BoolOp(values=values):
                return [self.at(value) for value in values]
        return []

    @property
    def entries(self) -> "list[tuple[Node, Node]]":
        """The keys and values of a dictionary; the key of `**other` is not there."""
        if not isinstance(self.ast, ast.Dict):
            return []
        pairs = zip(self.ast.keys, self.ast.values, strict=True)
        return [(self.at(key), self.at(value)) for key, value in pairs]

    def entry(self, key: str) -> "Node":
        """Return the value of a key in `{key: value}`, or in `dict(key=value)`."""
        if key in self.keywords and self.called == "builtins.dict":
            return self.keywords[key]
        found = [value for written, value in self.entries if written.literal == key]
        return found[-1] if found else self.at(None)

    @property
    def contexts(self) -> "dict[Node, Node]":
        """The contexts of a `with`, each with the variable that it sets: `{open(path): file}`."""
        items = self.ast.items if isinstance(self.ast, (ast.With, ast.AsyncWith)) else ()
        return {self.at(i.context_expr): self.at(i.optional_vars) for i in items}

    @property
    def generic(self) -> "Node":
        """The `x` of `x[y]`."""
        return self.at(self.ast.value if isinstance(self.ast, ast.Subscript) else None)

    @property
    def index(self) -> "Node":
        """The `y` of `x[y]`."""
        return self.at(self.ast.slice if isinstance(self.ast, ast.Subscript) else None)

    @property
    def targets(self) -> "list[Node]":
        """The targets of an assignment, `:=`, `+=` or `del`."""
        match self.ast:
            case ast.Assign(targets=targets) | ast.Delete(targets=targets):
                return [self.at(target) for target in targets]
            case (
                ast.AnnAssign(target=target)
                | ast.AugAssign(target=target)
                | ast.NamedExpr(target=target)
            ):
                return [self.at(target)]
        return []

    @property
    def assigned(self) -> "Node":
        """The value of an assignment, of `:=` and of `+=`."""
        if isinstance(self.ast, (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.NamedExpr)):
            return self.at(self.ast.value)
        return self.at(None)

    @property
    def test(self) -> "Node":
        """The condition of `if`, `while`, `assert` and `a if b else c`."""
        return self.at(getattr(self.ast, "test", None))

    @property
    def body(self) -> "list[Node]":
        """The statements of a definition, module or block."""
        body = getattr(self.ast, "body", [])
        return [self.at(statement) for statement in body] if isinstance(body, list) else []

    @property
    def decorators(self) -> "list[Node]":
        """The decorators of a function or class."""
        written = getattr(self.ast, "decorator_list", None)
        return [Node(self.module, decorator) for decorator in written] if written else []

    @property
    def parameters(self) -> "list[Node]":
        """The parameters of a function, `self` left out, and `*args` and `**options`."""
        if not isinstance(self.ast, FUNCTIONS):
            return []
        found = parameters(self.ast.args)
        is_static = any(d.name == "staticmethod" for d in self.decorators)
        is_method = isinstance(self.module.parent(self.ast), ast.ClassDef) and not is_static
        is_bound = is_method and (self.ast.args.posonlyargs or self.ast.args.args)
        return [self.at(arg) for arg in (found[1:] if is_bound else found)]

    @property
    def default(self) -> "Node":
        """The default value of a parameter."""
        function = self.module.function_of(self.ast)
        if function is None:
            return self.at(None)
        arguments = function.args
        positional = [*arguments.posonlyargs, *arguments.args]
        with_default = positional[len(positional) - len(arguments.defaults) :]
        named = dict(zip(with_default, arguments.defaults, strict=True))
        named |= dict(zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True))  # type: ignore[arg-type]
        return self.at(named.get(self.ast))  # type: ignore[call-overload]

    @property
    def returned(self) -> "list[Node]":
        """The values that a function returns, without None."""
        return [self.at(n.ast.value) for n in self.own(ast.Return) if n.ast.value]  # type: ignore[attr-defined]

    @property
    def yielded(self) -> "list[Node]":
        """The values that a generator yields, without None."""
        return [self.at(n.ast.value) for n in self.own(ast.Yield) if n.ast.value]  # type: ignore[attr-defined]

    @property
    def returns(self) -> "Node":
        """The return annotation of a function."""
        return self.at(getattr(self.ast, "returns", None))

    @property
    def annotation(self) -> "Node":
        """The annotation of a parameter or of an assignment."""
        return self.at(getattr(self.ast, "annotation", None))

    # -- what it means -------------------------------------------------------------------------

    @property
    def origin(self) -> "Origin":
        """What a name, attribute or alias stands for; see `Program.origin`."""
        return self.program.origin(self)

    @property
    def definition(self) -> "Node":
        """The definition, parameter or value in the program that it stands for."""
        origin = self.module.program.origin(self)
        return origin if isinstance(origin, Node) else Node(self.module, None)

    @property
    def library_name(self) -> str:
        """The dotted name of the library object that it stands for, or ""."""
        origin = self.module.program.origin(self)
        return origin if isinstance(origin, str) else ""

    @property
    def called(self) -> str:
        """The dotted name of the library function or class that a call calls, or ""."""
        if not isinstance(self.ast, _CALL):
            return ""
        origin = self.module.program.origin(Node(self.module, self.ast.func))
        return origin if isinstance(origin, str) else ""

    @property
    def value(self) -> "Node":
        """The expression that a name stands for, or the expression itself."""
        return self.definition if isinstance(self.ast, (ast.Name, ast.Attribute)) else self

    @property
    def constant(self) -> object:
        """The value of a literal, through names; None if it is not a literal."""
        found = self.value
        if isinstance(found.ast, ast.Constant):
            return found.ast.value
        if not isinstance(found.ast, _LITERALS):
            return None
        try:
            value: object = ast.literal_eval(found.ast)
        except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
            return None
        return value

    @property
    def literal(self) -> object:
        """The value of a constant that is written right here, None for anything else."""
        return self.ast.value if isinstance(self.ast, ast.Constant) else None

    @property
    def is_none(self) -> bool:
        """Whether `None` is written right here."""
        return isinstance(self.ast, ast.Constant) and self.ast.value is None

    @property
    def bound(self) -> Binding | None:
        """The binding that a name refers to, or None where no scope binds it."""
        return self.program.binding_of(self) if isinstance(self.ast, ast.Name) else None

    def bindings(self, name: str) -> list[Binding]:
        """Return how a function, class or module binds a name, in the order of the source."""
        return self.module.bindings(self.ast).get(name, []) if self else []

    @property
    def type(self) -> "Type":
        """The class of the value; of a coroutine, that of its result."""
        return self.program.type_of(self)

    @property
    def type_class(self) -> "Node":
        """The class of the program that the value is an object of."""
        kind = self.type
        return kind if isinstance(kind, Node) and kind.is_class else self.at(None)

    def is_a(self, *names: str) -> bool:
        """Say whether it has one of these library types, or a class that inherits one."""
        return inherits(self.type, *names)

    @property
    def annotated(self) -> "Type":
        """The class that an annotation names below `Annotated`, `| None` and aliases."""
        return self.program.annotated_type(self)

    @property
    def callee(self) -> "Node":
        """The function or method of the program that a call runs; for a class its `__init__`."""
        return self.module.program.callee_of(self)

    @property
    def runs(self) -> "Node":
        """The function or method of the program that calling this runs; see `callee`."""
        return self.program.run_by(self)

    @property
    def callers(self) -> "list[Node]":
        """The calls of a function outside tests; of `__init__`, those of its class."""
        return self.program.callers_of(self)

    def passed(self, call: "Node") -> "Node":
        """Return the argument that a call of its function passes for this parameter."""
        arguments = self.function.parameters
        positional = arguments[: len(arguments) - len(self.function.ast.args.kwonlyargs)]  # type: ignore[attr-defined]
        if self in positional:
            return call.argument(positional.index(self), self.name)
        return call.keyword(self.name)

    # -- classes -------------------------------------------------------------------------------

    @property
    def lineage(self) -> "Iterator[Node]":
        """A class and its bases within the program, nearest first."""
        return self.program.lineage_of(self)

    @property
    def bases(self) -> frozenset[str]:
        """The library classes that a class inherits from, directly or not."""
        return self.program.bases_of(self)

    def method(self, name: str) -> "Node":
        """Return the function that a class or its bases define under a name."""
        return self.program.method_of(self, name)


Origin: TypeAlias = Node | str | None
"""What a name stands for: a node of the program, the dotted name of a library object, or unknown.
"""

Type: TypeAlias = Node | str | None
"""A class of the program, the dotted name of a library's class, or unknown."""


def inherits(kind: Type, *names: str) -> bool:
    """Say whether a type is one of these library classes or inherits from one."""
    if isinstance(kind, Node):
        return not kind.bases.isdisjoint(names)
    return kind in names
