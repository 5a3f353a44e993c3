"""Every rule is whole, and its proof proves something about its bad and its good code."""

import ast
from pathlib import Path

import pytest

from fastapi_pro.paths import RULES
from fastapi_pro.rulebook import example, load_rule, rule_folders
from maintain.claims import problems_of

FOLDERS = rule_folders(RULES)
PROOFS = [folder / "test_proof.py" for folder in FOLDERS]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_the_rule_has_all_parts_and_its_code_differs(folder: Path) -> None:
    rule = load_rule(folder)
    assert example(folder, "bad").read_bytes() != example(folder, "good").read_bytes()
    assert [path.name for path in folder.glob("*.py") if "TODO" in path.read_text()] == []
    detector = set() if rule.unseen else {"detector.py", "cases.py"}
    assert {path.name for path in folder.iterdir()} - {"__pycache__"} == {
        *("rule.md", "claims.txt", "test_proof.py"),
        *(example(folder, kind).name for kind in ("bad", "good")),
        *detector,
    }


@pytest.mark.parametrize("proof", PROOFS, ids=lambda proof: proof.parent.name)
def test_the_proof_is_about_the_bad_and_the_good_code(proof: Path) -> None:
    functions = [
        node
        for node in ast.parse(proof.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if node.name.startswith("test_")
    ]
    for kind in ("bad", "good"):
        fixtures = {kind, f"{kind}_file"}
        proving = [
            function
            for function in functions
            if function.name.startswith(f"test_{kind}_")
            if fixtures & {argument.arg for argument in function.args.args}
        ]
        assert proving, f"no test_{kind}_... with the fixture {kind} or {kind}_file"


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_list_says_what_shows_each_sentence(folder: Path) -> None:
    assert problems_of(folder / "rule.md") == []


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_what_is_severe_has_consequences(folder: Path) -> None:
    rule = load_rule(folder)
    assert (rule.severity, rule.consequence) != ("high", "rest")
