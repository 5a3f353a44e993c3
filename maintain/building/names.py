"""Which names a piece of Python reads from outside itself, and which it binds.

Scopes are followed as Python does: a parameter or a local variable hides the module's name, a
class body's names are unseen by its methods, a comprehension has a scope of its own. Annotations
count also where they are strings, as do the entries of `__all__`.
"""

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field

_TYPES = {"Annotated", "Optional", "Union"}  # whose strings spell types in any expression

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


@dataclass(frozen=True)
class Use:
    """A name as it is read, with its attributes as far as written (`os.path.join`), and where."""

    dotted: str
    line: int

    @property
    def root(self) -> str:
        """Return the name that must exist: `os` for `os.path.join`."""
        return self.dotted.partition(".")[0]


@dataclass
class Scope:
    """What one scope binds and reads, filled while its nodes are visited."""

    bound: set[str] = field(default_factory=set)
    outer: set[str] = field(default_factory=set)  # declared `global` or `nonlocal`
    early: list[Use] = field(default_factory=list)  # read here before it was bound here
    inner: list[Use] = field(default_factory=list)  # read by the scopes inside this one
    around: "Scope | None" = None  # of a comprehension: where its walruses bind

    def bind(self, name: str) -> None:
        """Note that the scope binds a name."""
        self.bound.add(name)

    def read(self, dotted: str, line: int) -> None:
        """Note that the scope reads a name, unless it bound it before."""
        use = Use(dotted, line)
        if use.root not in self.bound:
            self.early.append(use)


def scope_of(statement: ast.stmt) -> Scope:
    """Return what a statement binds and reads in the scope where it stands."""
    scope = Scope()
    _visit(statement, scope)
    return scope


def uses_of(scopes: Iterable[Scope]) -> list[Use]:
    """Return what module-level statements read from outside themselves.

    A name that they bind themselves counts where it is read before: `app = wrap(app)`.
    """
    bound: set[str] = set()
    early: list[Use] = []
    inner: list[Use] = []
    for scope in scopes:
        early += [use for use in scope.early if use.root not in bound]
        inner += scope.inner
        bound |= scope.bound
    return [*early, *(use for use in inner if use.root not in bound)]


def _function_reads(scope: Scope) -> list[Use]:
    local = scope.bound - scope.outer
    return [use for use in [*scope.early, *scope.inner] if use.root not in local]


def _visit_all(nodes: Iterable[ast.AST | None], scope: Scope) -> None:
    for node in nodes:
        if node is not None:
            _visit(node, scope)


def _visit(node: ast.AST, scope: Scope) -> None:
    """Add to `scope` what `node` binds and reads."""
    match node:
        case ast.Name() | ast.Attribute():
            _visit_name(node, scope)
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda() | ast.ClassDef():
            _visit_definition(node, scope)
        case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            _visit_comprehension(node, scope)
        case ast.Assign() | ast.AugAssign() | ast.AnnAssign() | ast.NamedExpr():
            _visit_assignment(node, scope)
        case ast.Call():
            _visit_call(node, scope)
        case ast.Subscript() if _last(node.value) in _TYPES:
            _visit_generic(node, scope)
        case _:
            _visit_other(node, scope)


def _visit_other(node: ast.AST, scope: Scope) -> None:
    match node:
        case ast.Import() | ast.ImportFrom():
            scope.bound.update(bound_name(alias) for alias in node.names)
        case ast.Global() | ast.Nonlocal():
            scope.outer.update(node.names)
            scope.inner.extend(Use(name, node.lineno) for name in node.names)
        case ast.For() | ast.AsyncFor():
            _visit_all([node.iter, node.target, *node.body, *node.orelse], scope)
        case ast.ExceptHandler() | ast.MatchAs() | ast.MatchStar() | ast.MatchMapping():
            name = node.rest if isinstance(node, ast.MatchMapping) else node.name
            scope.bound.update([name] if name else [])
            _visit_all(ast.iter_child_nodes(node), scope)
        case _:
            _visit_all(ast.iter_child_nodes(node), scope)


def bound_name(alias: ast.alias) -> str:
    """Return the name that one entry of an import binds: `a` for `import a.b`."""
    return alias.asname or alias.name.partition(".")[0]


def _visit_name(node: ast.Name | ast.Attribute, scope: Scope) -> None:
    if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        scope.bind(node.id)
    elif dotted := _dotted(node):
        scope.read(dotted, node.lineno)
    else:
        _visit_all(ast.iter_child_nodes(node), scope)


def _dotted(node: ast.expr) -> str:
    """Return `a.b.c` for a name with attributes, "" for any other expression."""
    attributes: list[str] = []
    while isinstance(node, ast.Attribute):
        attributes.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(attributes)]) if isinstance(node, ast.Name) else ""


def _last(node: ast.expr) -> str:
    """Return `c` for `a.b.c`, "" for anything but a name with attributes."""
    return _dotted(node).rpartition(".")[2]


def _visit_definition(node: _Function | ast.Lambda | ast.ClassDef, scope: Scope) -> None:
    inside = Scope()
    if isinstance(node, ast.ClassDef):
        _visit_all([*node.decorator_list, *node.bases, *node.keywords], scope)
        _visit_all(node.body, inside)
        scope.inner += [*inside.early, *inside.inner]
        scope.bind(node.name)
        return
    parameters = _parameters(node.args)
    inside.bound.update(parameter.arg for parameter in parameters)
    _visit_all([*node.args.defaults, *node.args.kw_defaults], scope)
    if isinstance(node, ast.Lambda):
        _visit(node.body, inside)
    else:
        _visit_all(node.decorator_list, scope)
        for annotation in (*(parameter.annotation for parameter in parameters), node.returns):
            _visit_annotation(annotation, scope)
        _visit_all(node.body, inside)
        scope.bind(node.name)
    scope.inner += _function_reads(inside)


def _parameters(args: ast.arguments) -> list[ast.arg]:
    starred = [arg for arg in (args.vararg, args.kwarg) if arg]
    return [*args.posonlyargs, *args.args, *args.kwonlyargs, *starred]


def _visit_comprehension(node: _Comprehension, scope: Scope) -> None:
    inside = Scope(around=scope.around or scope)
    first, *_ = node.generators
    _visit(first.iter, scope)
    for generator in node.generators:
        iterable = [] if generator is first else [generator.iter]
        _visit_all([generator.target, *iterable, *generator.ifs], inside)
    results = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
    _visit_all(results, inside)
    scope.inner += _function_reads(inside)


def _visit_assignment(
    node: ast.Assign | ast.AugAssign | ast.AnnAssign | ast.NamedExpr, scope: Scope
) -> None:
    """Visit what is read before what is bound: in `date: date = date(1, 2, 3)` both are read."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    names = {target.id for target in targets if isinstance(target, ast.Name)}
    match node:
        case ast.AugAssign(target=ast.Name(id=name)):
            scope.read(name, node.lineno)
        case ast.AnnAssign():
            _visit_annotation(node.annotation, scope)
            if _last(node.annotation) == "TypeAlias":
                _visit_annotation(node.value, scope)
    if "__all__" in names and isinstance(node.value, ast.List | ast.Tuple):
        entries = [entry for entry in node.value.elts if isinstance(entry, ast.Constant)]
        scope.inner += [Use(str(entry.value), entry.lineno) for entry in entries]
    _visit_all([node.value], scope)
    is_walrus = isinstance(node, ast.NamedExpr)
    _visit_all(targets, scope.around if is_walrus and scope.around else scope)


def _visit_call(node: ast.Call, scope: Scope) -> None:
    """Visit a call; `cast("User", x)` and `TypeVar("T", bound="User")` name types in strings."""
    _visit_all(ast.iter_child_nodes(node), scope)
    function = _last(node.func)
    types = [keyword.value for keyword in node.keywords if keyword.arg == "bound"]
    if function == "cast":
        types = node.args[:1]
    if function in {"cast", "TypeVar"}:
        for each in types:
            _visit_annotation(each, scope)


def _visit_annotation(node: ast.expr | None, scope: Scope) -> None:
    """Visit a type, reading strings in it as the types they spell."""
    match node:
        case None:
            return
        case ast.Constant(value=str(text)):
            _visit_annotation(_spelled(text, node.lineno), scope)
        case ast.Subscript():
            _visit_generic(node, scope)
        case ast.BinOp():
            _visit_annotation(node.left, scope)
            _visit_annotation(node.right, scope)
        case ast.Tuple() | ast.List():
            for each in node.elts:
                _visit_annotation(each, scope)
        case _:
            _visit(node, scope)


def _spelled(text: str, line: int) -> ast.expr | None:
    """Return the type that a string spells, or None for prose."""
    try:
        expression = ast.parse(f"({text}\n)", mode="eval").body
    except (SyntaxError, ValueError):
        return None
    for part in ast.walk(expression):
        if isinstance(part, ast.expr):
            part.lineno = line
    return expression


def _visit_generic(node: ast.Subscript, scope: Scope) -> None:
    """Visit `X[...]`: strings are values in a Literal and in what Annotated adds to its type."""
    _visit(node.value, scope)
    kind = _last(node.value)
    if kind == "Literal":
        _visit(node.slice, scope)
    elif kind == "Annotated" and isinstance(node.slice, ast.Tuple):
        annotated, *extras = node.slice.elts
        _visit_annotation(annotated, scope)
        _visit_all(extras, scope)
    else:
        _visit_annotation(node.slice, scope)
