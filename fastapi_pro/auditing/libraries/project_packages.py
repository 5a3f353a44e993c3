"""Which packages a project has, and in which versions, by its files.

The nearest folder above a module that names a package decides; if none does, all other folders of
the repository together. The pin of a lock file wins; otherwise the requirement gives a range.
Without an upper bound, the newest version counts.
"""

import ast
import re
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path

from fastapi_pro.auditing.libraries.lock_files import Locked, locked_in, normalised
from fastapi_pro.auditing.libraries.manifests import declared_in, requirements_files
from fastapi_pro.auditing.libraries.markers import is_never
from fastapi_pro.auditing.libraries.repository_folders import folders_below
from fastapi_pro.auditing.libraries.requirements import (
    Requirement,
    missing_includes,
    of_metadata,
    parse,
)
from fastapi_pro.auditing.libraries.text_files import read_text
from fastapi_pro.auditing.libraries.version_ranges import Range, bound, ranges
from fastapi_pro.auditing.model import project_files
from fastapi_pro.auditing.model.module import Module
from fastapi_pro.auditing.model.program import Program, fact

_BLOCK = 3  # lines at least, of a script's block
_BELOW = {"pydantic": ("2", "fastapi", "0.100")}
"""A version below which a package must be if another package is below its own version."""
_PYDANTIC_1 = {
    "pydantic.BaseSettings", "pydantic.ConstrainedFloat", "pydantic.ConstrainedInt",
    "pydantic.ConstrainedStr", "pydantic.env_settings.BaseSettings",
    "pydantic.error_wrappers.ErrorWrapper", "pydantic.fields.ModelField",
    "pydantic.main.ModelMetaclass", "pydantic.validate_model",
}  # fmt: skip
"""What Pydantic 2 does not have: importing it fails."""


@dataclass(frozen=True, slots=True)
class Versions:
    """The versions of one package that a module may run with.

    `ranges` has one range for each pin or marker; it is empty if nothing is declared. In a range,
    the newest version counts. `is_borrowed` says that only folders beside the module's name them.
    """

    ranges: tuple[Range, ...] = ()
    is_borrowed: bool = False

    def has_from(self, version: str) -> bool:
        """Say whether it may be this version or a later one."""
        return any(one.high >= bound(version) for one in self.ranges or (Range(),))

    def has_before(self, version: str) -> bool:
        """Say whether it may be one before this version."""
        return any(one.high < bound(version) for one in self.ranges or (Range(),))

    def has_within(self, since: str, until: str) -> bool:
        """Say whether it may be from one version on and before another."""
        low, high = bound(since), bound(until)
        return any(low <= one.high < high for one in self.ranges or (Range(),))

    def admits_before(self, version: str) -> bool:
        """Say whether a bound that is declared allows a version before this one."""
        return any(one != Range() and one.low < bound(version) for one in self.ranges)


def versions(module: Module, package: str) -> Versions:
    """Return the versions of a package that a module may run with."""
    if (script := script_requirements(module)) and any(r.name == package for r in script):
        return Versions(_ranges(script, package, Range()))
    folder, program = module.path.parent, module.program
    top = _top(program.root)
    found = program.once(_versions, (folder, package), folder, top, package)
    if not found.ranges:
        found = program.once(_elsewhere, package, top, package)
    if package in _BELOW and (not found.ranges or found.has_from(_BELOW[package][0])):
        version, other, its_own = _BELOW[package]
        if not versions(module, other).has_from(its_own) or _needs_pydantic_1(module):
            below = Range(high=(bound(version)[0], -1))
            allowed = tuple(_both(list(found.ranges), [below])) or (below,)
            return replace(found, ranges=allowed)
    return found


def _needs_pydantic_1(module: Module) -> bool:
    """Say whether code with the same requirements imports what Pydantic 2 does not have."""
    program = module.program
    places = program.once(_places_of_pydantic_1, program.root, program)
    return _place(module.path.parent, _top(program.root)) in places


def _places_of_pydantic_1(program: Program) -> set[Path]:
    top = _top(program.root)
    return {
        _place(module.path.parent, top)
        for module in program.code
        for node in module.nodes(ast.ImportFrom)
        if isinstance(module.parent(node), ast.Module)
        and any(f"{node.module}.{alias.name}" in _PYDANTIC_1 for alias in node.names)
    }


def _place(folder: Path, top: Path) -> Path:
    """Return the nearest folder that declares anything for the code of a folder."""
    above = (here for here in _up_to(folder, top) if declared_in(here) or locked_in(here))
    return next(above, top)


def python(module: Module) -> Range:
    """Return the versions of Python that a module may run with."""
    folder, program = module.path.parent, module.program
    return program.once(_python_of, folder, folder, _top(program.root))


def _python_of(folder: Path, top: Path) -> Range:
    return _python(_up_to(folder, top))


def versions_in(folder: Path, root: Path, package: str) -> tuple[Range, ...]:
    """Return the versions of a package that code in a folder may run with; no ranges allow any."""
    return _versions(folder, _top(root), package).ranges


def _versions(folder: Path, top: Path, package: str) -> Versions:
    above = _up_to(folder, top)
    python = _python(above)
    for number, here in enumerate(above):
        if pins := _pins(here, package, python):
            return Versions(pins)
        found = _installed(here, folder, package) or _ranges(declared_in(here), package, python)
        if found and not all(one.is_exact for one in found):
            # the lock of a workspace is in a folder above
            for higher in above[number + 1 :]:
                pins = _pins(higher, package, python)
                if allowed := tuple(p for p in pins if _is_allowed(p, found)):
                    return Versions(allowed)
        if found:
            return Versions(found)
    return Versions()


def _elsewhere(top: Path, package: str) -> Versions:
    """Return the versions of a package that the folders of a repository name."""
    found: list[Range] = []
    for here in folders_below(top):
        declared = [requirement for requirement in declared_in(here) if not requirement.is_dev]
        found += _pins(here, package, Range()) or _ranges(declared, package, Range())
    return Versions(tuple(dict.fromkeys(found)), is_borrowed=bool(found))


def _is_allowed(pin: Range, found: tuple[Range, ...]) -> bool:
    return any(not pin.within(one).is_empty for one in found)


def _pins(folder: Path, package: str, python: Range) -> tuple[Range, ...]:
    pins = locked_in(folder).get(package, [])
    possible = [pin for pin in pins if not _is_never(pin, python)] or pins
    return tuple(dict.fromkeys(Range(bound(p.version), bound(p.version)) for p in possible))


def _is_never(pin: Locked, python: Range) -> bool:
    return bool(pin.markers) and all(is_never(marker, python) for marker in pin.markers)


def _ranges(
    declared: tuple[Requirement, ...] | list[Requirement], package: str, python: Range
) -> tuple[Range, ...]:
    """Return the ranges that the declarations of a package allow together.

    Requirements for tests count only if there are no others. Exact versions win. Requirements
    without a marker all apply at once; each one with a marker is an alternative.
    """
    own = [r for r in declared if r.name == package]
    own = [r for r in own if not r.is_dev] or own
    own = [r for r in own if not is_never(r.marker, python)] or own
    by_marker: list[Range] = []
    common = [Range()]
    exact = []
    for requirement in own:
        allowed = ranges(requirement.versions)
        exact += [one for one in allowed if one.is_exact]
        if requirement.marker:
            by_marker += allowed
        else:
            common = _both(common, allowed)
    if exact:
        return tuple(dict.fromkeys(exact))
    found = _both(by_marker, common) if by_marker else common
    return tuple(dict.fromkeys(found)) if own else ()


def _both(some: list[Range], others: list[Range]) -> list[Range]:
    """Return the range that both allow; the first if they contradict each other."""
    found = [one.within(other) for one in some for other in others]
    return [one for one in found if not one.is_empty] or some


def _installed(here: Path, folder: Path, package: str) -> tuple[Range, ...]:
    """Return the versions by the wheels unpacked in a folder: the package's, or the code's."""
    wheels = _wheels(here)
    if package in wheels:
        version = bound(wheels[package].name.split("-")[1])
        return (Range(version, version),)
    top = folder.relative_to(here).parts[:1] if wheels else ()
    owner = next((w for w in wheels.values() if top and _holds(w, top[0])), None)
    declared = _metadata(owner) if owner is not None else ()
    return _ranges([r for r in declared if not r.is_dev], package, Range())


@project_files.kept
def _wheels(folder: Path) -> dict[str, Path]:
    found = project_files.glob(folder, "*-*.dist-info")
    return {normalised(path.name.split("-")[0]): path for path in found}


@project_files.kept
def _metadata(wheel: Path) -> tuple[Requirement, ...]:
    return tuple(of_metadata(wheel / "METADATA"))


@project_files.kept
def _holds(wheel: Path, top: str) -> bool:
    """Say whether a package in the folder comes from this wheel."""
    record = read_text(wheel / "RECORD", 10_000_000)
    is_there = any(f"\n{top}{end}" in f"\n{record}" for end in "/,")
    return is_there or normalised(wheel.name.split("-")[0]) == normalised(top)


def _python(above: list[Path]) -> Range:
    """Return the Python versions that the nearest folder names."""
    return next((found for folder in above if (found := _python_in(folder)) != Range()), Range())


@project_files.kept
def _python_in(folder: Path) -> Range:
    found = Range()
    text = read_text(folder / "pyproject.toml")
    for pattern in (r'requires-python\s*=\s*"([^"]+)"', r'(?m)^python\s*=\s*"([^"]+)"'):
        if match := re.search(pattern, text):
            found = found.within(ranges(match[1])[0])
    exact = re.match(r"\s*(\d+\.\d+)", read_text(folder / ".python-version"))
    exact = exact or re.search(
        r"(?m)^FROM\s+(?:\S*/)?python:(\d+\.\d+)", read_text(folder / "Dockerfile")
    )
    return found.within(ranges(f"=={exact[1]}.*")[0]) if exact else found


@project_files.kept
def _top(root: Path) -> Path:
    """Return the folder of the repository that holds a project, else the project's own folder.

    A folder that is only a package has its requirements in the folder above.
    """
    repository = next((f for f in (root, *root.parents) if project_files.exists(f / ".git")), None)
    return repository or (root.parent if requirements_files(root.parent) else root)


def _up_to(folder: Path, top: Path) -> list[Path]:
    """Return a folder and those above it up to `top`, nearest first."""
    if folder != top and top not in folder.parents:
        return [folder]
    above = [folder, *folder.parents]
    return above[: above.index(top) + 1]


# -- of the whole program --------------------------------------------------------------------------


@fact
def requirements(program: Program) -> list[Requirement]:
    """Return the requirements in the folders of the modules and above them.

    For code that was unpacked from wheels, these are the wheels' own.
    """
    found = [found for folder in folders(program) for found in declared_in(folder)]
    for folder in folders(program):
        if not _wheels(folder):
            continue
        paths = (module.path for module in program.modules)
        tops = {path.relative_to(folder).parts[0] for path in paths if folder in path.parents}
        owners = (w for w in _wheels(folder).values() if any(_holds(w, top) for top in tops))
        found += [requirement for wheel in owners for requirement in _metadata(wheel)]
    return found


@fact
def packages(program: Program) -> set[str]:
    """Return the declared packages, and those that are imported outside tests."""
    aliases = (alias for module in program.code for alias in module.nodes(ast.alias))
    imported = {alias.name.partition(".")[0] for alias in aliases}
    return imported | {requirement.name for requirement in requirements(program)}


@fact
def service_packages(program: Program) -> set[str]:
    """Return the packages that are declared for the service, not only for its tests."""
    return {requirement.name for requirement in requirements(program) if not requirement.is_dev}


def is_locked(program: Program, package: str) -> bool:
    """Say whether a lock file pins a package, perhaps as a dependency of another one."""
    return any(package in locked_in(folder) for folder in folders(program))


@fact
def reads_all_requirements(program: Program) -> bool:
    """Say whether every file that a requirements file includes exists."""
    listed = (path for folder in folders(program) for path in requirements_files(folder))
    return not any(map(missing_includes, listed))


def script_requirements(module: Module) -> list[Requirement]:
    """Return the requirements of a script's own block (PEP 723), which is above all statements."""
    if not module.tree.body or module.tree.body[0].lineno <= _BLOCK:
        return []
    return module.program.once(_of_script, module.path, module.path)


def _of_script(path: Path) -> list[Requirement]:
    source = read_text(path)
    match = re.search(r"(?m)^# /// script\n((?:^#(?: .*)?\n)+?)^# ///\s*$", source)
    if match is None:
        return []
    try:
        listed = tomllib.loads(re.sub(r"(?m)^# ?", "", match[1])).get("dependencies", [])
    except tomllib.TOMLDecodeError:
        return []
    first = source.count("\n", 0, match.start(1)) + 1
    lines = match[1].splitlines()
    found: list[Requirement] = []
    for item in listed if isinstance(listed, list) else ():
        if isinstance(item, str):
            line = next((number for number, text in enumerate(lines) if item in text), 0)
            found += parse(item, path, first + line)
    return found


@fact
def folders(program: Program) -> list[Path]:
    """Return the folders from the modules up to the root, sorted."""
    found: set[Path] = set()
    for module in program.modules:
        folder = module.path.parent
        while folder not in found and (folder == program.root or program.root in folder.parents):
            found.add(folder)
            folder = folder.parent
    return sorted(found)
