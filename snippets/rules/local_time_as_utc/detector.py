"""Times without a zone, used where another zone is meant than theirs."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.jwt import ENCODES

_LOCAL = (
    "datetime.datetime.now", "datetime.datetime.today", "datetime.datetime.fromtimestamp",
)  # fmt: skip
_UTC = ("datetime.datetime.utcnow", "datetime.datetime.utcfromtimestamp")
_UTC_ZONES = {
    "datetime.UTC", "datetime.timezone.utc", "pytz.utc", "pytz.UTC", "zoneinfo.ZoneInfo",
}  # fmt: skip
_CLAIMS = {"exp", "iat", "nbf"}
_DUMPS = ("dict", "json", "model_dump", "model_dump_json", "_asdict")
_TURNS = (
    "dataclasses.asdict",
    "builtins.vars",
    "builtins.dict",
    "fastapi.encoders.jsonable_encoder",
)
_AS_LOCAL = {"timestamp", "astimezone"}


def detect(program: Program) -> Iterator[Hit]:
    """Yield the uses of times that are hours off where the machine is not in UTC."""
    encodes = any(program.calls_of(*ENCODES))
    utc = [(call, time) for call in program.calls_of(*_UTC) for time in _uses(call)]
    stamps = [time for _, time in utc if _method(time) == "timestamp"]
    stamped = {time.module for time in stamps}
    # what is compared with one was made alike, and is off by as much
    is_matched = len(set(map(_is_compared, stamps))) > 1
    for call in program.calls_of(*_LOCAL):
        if _is_aware(call):
            continue
        for time in _uses(call):
            if encodes and (claim := _claim(time)) and _is_asked_for(time, claim):
                yield time.hit(
                    f"`{claim}` is the local time of `{call.text}`, but is read as UTC: it is hours"
                    " off unless the machine runs in UTC"
                )
            elif _is_called_utc(time):
                yield time.parent.parent.hit(
                    f"`{call.text}` is local time, but `replace` calls it UTC: it is hours off"
                    " unless the machine runs in UTC"
                )
            elif call.member == "fromtimestamp" and call.module in stamped:
                continue  # it undoes what `timestamp` did to a UTC time of this module
            elif other := _compared_utc(time):
                yield time.parent.hit(
                    f"`{call.text}` is local time, `{other.text}` is UTC: the comparison is hours"
                    " off unless the machine runs in UTC"
                )
    for call, time in utc:
        if (method := _method(time)) and not _is_text(time):
            is_script = call.module.is_tool or "scripts" in call.module.name
            is_same = is_matched or _is_only_matched(time.parent.parent)
            is_minor = is_script or (method == "timestamp" and is_same)
            yield time.parent.parent.hit(
                f"`{call.text}` is UTC without a time zone, so `{method}` reads it as local time:"
                " it is hours off unless the machine runs in UTC",
                severity="low" if is_minor else "",
            )


def _method(time: Node) -> str:
    """Return the method called on a time that takes it for local time, or ""."""
    use = time.parent
    is_called = use.parent.is_call and use.parent.func == use
    return use.member if is_called and use.member in _AS_LOCAL else ""


def _is_text(time: Node) -> bool:
    """Say whether a time is a part of a text, such as a name that is new each time."""
    return any(isinstance(above.ast, ast.JoinedStr) for above in time.ancestors)


def _is_compared(time: Node) -> bool:
    return any(isinstance(above.ast, ast.Compare) for above in time.ancestors)


def _is_only_matched(stamp: Node) -> bool:
    """Say whether the program asks only if a stamp that it keeps is the same as another.

    Which zone it is of makes no difference then.
    """
    name = _kept_as(stamp)
    reads = list(_reads(stamp.program, name)) if name else []
    compared = [_comparison(read) for read in reads]
    if not any(compared) or any(map(_is_reckoned, reads)):
        return False
    return all(
        isinstance(op, (ast.Eq, ast.NotEq))
        for c in compared
        if c
        for op in c.ast.ops  # type: ignore[attr-defined]
    )


def _kept_as(stamp: Node) -> str:
    """Return the key or the attribute that a number is kept as, "" where it is none."""
    above = stamp.parent
    if isinstance(above.ast, ast.Dict):
        names = [key.literal for key, value in above.entries if value == stamp]
    elif isinstance(above.ast, ast.keyword):
        names = [above.ast.arg]
    else:
        names = [t.index.literal or ("" if t.name else t.member) for t in above.targets]
    return next((name for name in names if name and isinstance(name, str)), "")


def _reads(program: Program, name: str) -> Iterator[Node]:
    """Yield where the value of a key, an attribute or a variable with a name is read."""
    for module in program.saying(name):
        for node in module.nodes(ast.Name, ast.Attribute, ast.Subscript, ast.Call):
            read = Node(module, node)
            match node:
                case ast.Name(id=found, ctx=ast.Load()):
                    is_it = found == name
                case ast.Attribute(attr=found, ctx=ast.Load()):
                    is_it = found == name
                case ast.Subscript(slice=ast.Constant(value=found), ctx=ast.Load()):
                    is_it = found == name
                case ast.Call(func=ast.Attribute(attr="get"), args=[ast.Constant(value=found), *_]):
                    is_it = found == name
                case _:
                    is_it = False
            if is_it:
                yield read


def _comparison(read: Node) -> Node | None:
    """Return the comparison that a value is a part of."""
    return next((above for above in read.ancestors if isinstance(above.ast, ast.Compare)), None)


def _is_reckoned(read: Node) -> bool:
    """Say whether a value becomes another, a time or a variable of another name."""
    above = read.parent
    if isinstance(above.ast, ast.Assign):
        return any(target.name and target.name != read.name for target in above.targets)
    is_time = above.is_call and above.member in ("fromtimestamp", "utcfromtimestamp")
    return is_time or isinstance(above.ast, (ast.BinOp, ast.NamedExpr))


def _is_aware(call: Node) -> bool:
    """Say whether a call is given a zone."""
    position = 1 if call.member == "fromtimestamp" else 0
    return bool(call.argument(position, "tz")) or call.has_unpacking


def _uses(call: Node) -> Iterator[Node]:
    """Yield a time, with what is added to it, where it is written and where its name is."""
    time = _sum(call)
    yield time
    match time.parent.ast:
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            for use in time.function.own(ast.Name):
                is_use = use.name == name and use.is_read
                if is_use and (bound := use.bound) and bound.node is time.ast:
                    yield _sum(use)


def _sum(time: Node) -> Node:
    """Return the sum or the choice that a time is part of; a difference of times is none."""
    while True:
        above = time.parent
        match above.ast:
            case ast.BinOp(op=ast.Add()):
                time = above
            case ast.BinOp(op=ast.Sub(), left=left, right=right) if (
                left is time.ast and not _is_time(above.at(right))
            ):
                time = above
            case ast.IfExp() if above.test != time:
                time = above
            case _:
                return time


def _is_time(expr: Node) -> bool:
    found = expr.value
    return found.called in (*_LOCAL, *_UTC)


def _claim(time: Node) -> str:
    """Return the claim that a time becomes: in a dictionary, an item, or a keyword."""
    above = time.parent
    if isinstance(above.ast, ast.Dict):
        names = [key.literal for key, value in above.entries if value == time]
    elif isinstance(above.ast, ast.keyword):
        names = [above.ast.arg]
    elif isinstance(above.ast, ast.Assign):
        names = [target.index.literal for target in above.targets]
    else:
        names = []
    return next((name for name in names if isinstance(name, str) and name in _CLAIMS), "")


def _is_asked_for(time: Node, claim: str) -> bool:
    """Say whether anybody reads or encodes a claim; of an object's attribute nobody may do so."""
    made = time.parent.parent if isinstance(time.parent.ast, ast.keyword) else time.at(None)
    cls = made.func.definition
    if not cls.is_class:
        return True
    program = time.program
    reads = [node.owner for node in program.attributes(claim) if node.is_read]
    dumps = [call.owner for call in program.calls_named(*_DUMPS)]
    dumps += [value for call in program.calls_of(*_TURNS) for value in call.args]
    owners = [owner.type_class for owner in reads + dumps]
    return cls in owners or any(not owner.type for owner in reads)


def _is_called_utc(time: Node) -> bool:
    """Say whether `replace(tzinfo=UTC)` follows."""
    call = time.parent.parent
    if time.parent.member != "replace" or call.func != time.parent:
        return False
    zone = call.keyword("tzinfo")
    is_key = zone.is_call and zone.argument(0, "key").literal == "UTC"
    return zone.library_name in _UTC_ZONES or (is_key and zone.called in _UTC_ZONES)


def _compared_utc(time: Node) -> Node:
    """Return the UTC time that a local one is compared with, or taken from."""
    above = time.parent
    is_difference = isinstance(above.ast, ast.BinOp) and isinstance(above.ast.op, ast.Sub)
    for operand in above.operands if is_difference or isinstance(above.ast, ast.Compare) else ():
        found = operand.value
        while isinstance(found.ast, ast.BinOp):
            found = found.operands[0].value
        if found.called in _UTC:
            return operand
    return time.at(None)
