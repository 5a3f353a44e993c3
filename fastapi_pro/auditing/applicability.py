"""Whether a rule applies to the versions that a project has, and which fix does."""

import functools

from fastapi_pro.auditing.finding import Hit
from fastapi_pro.auditing.libraries.project_packages import Versions, versions
from fastapi_pro.auditing.libraries.version_ranges import bound
from fastapi_pro.auditing.model.module import Module
from fastapi_pro.paths import RULES
from fastapi_pro.rulebook import Rule, folder_name, load_rule, package_and_version


def applied(hit: Hit, slug: str, module: Module) -> Hit | None:
    """Return a hit with the fix for the versions that its module runs with.

    None where the rule has no fault to tell in these versions.
    """
    rule = _rule(slug)
    if not _has_fault(rule, module):
        return None
    return hit if hit.fix else hit._replace(fix=_fix(rule, module))


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
    """Return the fix for older versions, or from which one the rule's works; "" for the rule's."""
    for package, version in map(package_and_version, rule.fix_since):
        found = versions(module, package)
        if found.has_before(version) and rule.fix_before:
            return rule.fix_before
        if found.has_before(version) or found.admits_before(version):
            return f"{rule.fix} (from {package} {version})"
    return ""
