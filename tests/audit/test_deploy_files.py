"""The files that start a server: which are read, to whom they belong, what hides their findings."""

import random
from pathlib import Path

import pytest

from fastapi_pro.auditing.sources import yaml
from fastapi_pro.auditing.sources.deploy_files import is_deploy_file
from fastapi_pro.auditing.sources.dockerfile import stages
from fastapi_pro.auditing.sources.shell import commands
from fastapi_pro.auditing.sources.spots import Word
from fastapi_pro.cli.audit import main
from tests.audit.programs import only

MAIN = "from fastapi import FastAPI\n\napp = FastAPI()\n"
IMAGE = 'FROM python:3.13\nUSER 1\nCMD ["uvicorn", "app.main:app", "--reload"]\n'


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "main.py").write_text(MAIN)
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / "Dockerfile").write_text(IMAGE)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(("path", "count"), [(".", 1), ("app", 1), ("Dockerfile", 1)])
def test_an_image_is_reported_with_its_program_once(
    project: Path, capsys: pytest.CaptureFixture[str], path: str, count: int
) -> None:
    main([path, "--jobs", "1"])
    assert capsys.readouterr().out.count("Dockerfile:3:") == count, project


def test_a_single_file_is_reported_without_what_starts_it(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["app/main.py", "--jobs", "1"])
    assert "Dockerfile" not in capsys.readouterr().out, project


def test_a_comment_hides_what_is_found_below(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    comment = "# fastapi-pro: ignore[reload-in-production] a demonstration\n"
    (project / "Dockerfile").write_text(IMAGE.replace("CMD", f"{comment}CMD"))
    assert main([".", "--jobs", "1"]) == 0, capsys.readouterr().out


def test_what_git_ignores_is_not_read(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / ".git").mkdir()
    (project / ".gitignore").write_text("Dockerfile\n")
    assert main([".", "--jobs", "1"]) == 0, capsys.readouterr().out


@pytest.mark.parametrize(
    "name",
    [
        "Dockerfile", "dockerfile", "Dockerfile.prod", "prod.Dockerfile", "Containerfile",
        "compose.yaml",
        "docker-compose.prod.yml", "Procfile", "start.sh", "api.service", ".env", ".env.example",
        "env.example", "supervisord.conf",
    ],
)  # fmt: skip
def test_a_file_is_known_by_its_name(tmp_path: Path, name: str) -> None:
    assert is_deploy_file(str(tmp_path / name))


@pytest.mark.parametrize("name", ["Dockerfile.dockerignore", "mkdocs.yml", "a.py", "README.md"])
def test_other_files_are_not(tmp_path: Path, name: str) -> None:
    assert not is_deploy_file(str(tmp_path / name))


@pytest.mark.parametrize(
    "command",
    [
        "uvicorn main:app --reload",
        '["uvicorn", "main:app", "--reload"]',
        '>\n      sh -c "alembic upgrade head &&\n      uvicorn main:app --reload"',
        ">-\n\n      uvicorn main:app\n      --host 0.0.0.0\n      --reload",
        "|\n      alembic upgrade head\n\n      uvicorn main:app --reload",
        "|\n      sh -c 'alembic upgrade head &&\n        uvicorn main:app --reload'",
        '|\n      sh -c "alembic upgrade head && \\\n       uvicorn main:app \\\n       --reload"',
        '"sh -c \\"alembic upgrade head && \\\n          uvicorn main:app --reload\\""',
        'sh -c "alembic upgrade head\n\n        && uvicorn main:app --reload"',
        "\n    - sh\n    - -c\n    - >\n      echo $$A &&\n      uvicorn main:app --reload",
        "\n      - sh\n      - -c\n      - 'echo ''up'' &&\n        uvicorn main:app --reload'",
    ],
)
def test_an_option_is_reported_at_its_place_in_any_text_of_yaml(
    command: str, tmp_path: Path
) -> None:
    compose = f"services:\n  api:\n    build: .\n    command: {command}\n"
    source = f"#= main.py\n{MAIN}#= compose.prod.yaml\n{compose}"
    found = only(tmp_path, "reload-in-production", source)
    assert compose.splitlines()[found.line - 1][found.column - 1 :].startswith("--reload")


def test_the_readers_take_any_text() -> None:
    dice = random.Random(7)
    pieces = [
        "a", "key", ":", " ", "\n", "  ", "- ", "'", '"', "[", "]", "{", "}", ",", "|", ">", "&x",
        "*x", "<<: *x", "#", "$", "${A:-b}", "$(", "`", "\\", "\\\n", "<<EOF\n", "&&", ";", "FROM ",
        "CMD ", "ENV ", "USER ", "\t", "é", "---\n", "!t ", "@", "if ", "fi", "\r\n", "?", "=",
    ]  # fmt: skip
    for _ in range(4000):
        text = "".join(dice.choices(pieces, k=dice.randrange(1, 40)))
        list(yaml.documents(text))
        commands(Word(text, 1, 0))
        commands(Word(text, 1, 0, places=tuple((1, column) for column in range(len(text)))))
        for stage in stages(text):
            for instruction in (stage.command, stage.entrypoint):
                if instruction:
                    list(instruction.listed or ())
