"""Whether a rule applies to the versions that a project has, and which fix does."""

import functools
import re

from fastapi_pro.auditing.finding import Hit
from fastapi_pro.auditing.libraries.failing_calls import fails_at
from fastapi_pro.auditing.libraries.project_packages import Versions, python, versions
from fastapi_pro.auditing.libraries.unused import why_unused
from fastapi_pro.auditing.libraries.version_ranges import Range, bound
from fastapi_pro.auditing.model.flow import is_cut_off
from fastapi_pro.auditing.model.module import Module
from fastapi_pro.paths import RULES
from fastapi_pro.rulebook import Rule, folder_name, load_rule, package_and_version

_FAILS = "query-on-async-session"
_TO_THREAD = "asyncio.to_thread"  # from Python 3.9
_CALL = re.compile(r"asyncio\.to_thread\((?=\w)")
_NAMED = re.compile(r"(?<=, )\w+=[^`]*(?=\)`)")
"""Arguments by name, which `run_in_executor` does not pass on."""


def applied(hit: Hit, slug: str, module: Module) -> Hit | None:
    """Return a hit with the fix that works in the versions of its module.

    None if these versions do not have the fault, or if no run reaches the line or gets past it:
    another rule reports that. In code that no application runs, the severity is low.
    """
    rule = _rule(slug)
    is_here = hit.path == module.path
    if not _has_fault(rule, module) or (is_here and _is_never_run(hit, slug, module)):
        return None
    fix = hit.fix or _fix(rule, module)
    if _TO_THREAD in (fix or rule.fix):
        fix = _for_python(fix, rule, module)
    reason = why_unused(module, hit.line) if is_here else ""
    if reason:
        fix, hit = f"{fix or rule.fix} (low: {reason})", hit._replace(severity="low")
    return hit._replace(fix=fix)


def assumed(slug: str, module: Module) -> str:
    """Return the version that a finding assumes: no folder above names one, others several.

    "" where the versions are known, or where all of them have the fault.
    """
    rule = _rule(slug)
    sides = [(item, "or later") for item in rule.since] + [(item, "") for item in rule.until]
    for item, later in sides:
        package, version = package_and_version(item)
        found = versions(module, package)
        if found.is_borrowed and found.has_from(version) and found.has_before(version):
            return f"{package} {version} {later}" if later else f"{package} before {version}"
    return ""


def _is_never_run(hit: Hit, slug: str, module: Module) -> bool:
    """Say whether no run reaches the line of a hit, or gets past it, which its own rule tells."""
    return is_cut_off(module, hit.line) or (slug != _FAILS and fails_at(module, hit.line))


def _for_python(fix: str, rule: Rule, module: Module) -> str:
    """Return a fix without `asyncio.to_thread` if the project allows Python versions without it."""
    admitted = python(module).low
    if admitted == Range().low or admitted >= bound("3.9"):
        return fix
    called = _CALL.sub(r"loop.run_in_executor(None, ", fix or rule.fix)
    return _NAMED.sub("…", called).replace(_TO_THREAD, "loop.run_in_executor")


@functools.cache
def _rule(slug: str) -> Rule:
    return load_rule(RULES / folder_name(slug))


def _has_fault(rule: Rule, module: Module) -> bool:
    since = dict(map(package_and_version, rule.since))
    until = dict(map(package_and_version, rule.until))
    return all(
        _is_between(versions(module, package), since.get(package), until.get(package))
        for package in since | until
    )


def _is_between(found: Versions, since: str | None, until: str | None) -> bool:
    if since is None or until is None:
        is_since = since is None or found.has_from(since)
        return is_since and (until is None or found.has_before(until))
    if bound(until) <= bound(since):
        return found.has_from(since) or found.has_before(until)
    return found.has_within(since, until)


def _fix(rule: Rule, module: Module) -> str:
    """Return the fix for older versions, or the rule's with its version; "" for the rule's own."""
    for package, version in map(package_and_version, rule.fix_since):
        found = versions(module, package)
        if found.has_before(version) and rule.fix_before:
            return rule.fix_before
        if found.has_before(version) or found.admits_before(version):
            return f"{rule.fix} (from {package} {version})"
    return ""
