"""Which versions the summary says were taken for granted."""

from pathlib import Path

import pytest

from fastapi_pro.auditing.libraries.assumed_versions import assumed_versions
from fastapi_pro.cli import audit
from tests.audit.programs import write


@pytest.mark.parametrize(
    ("manifest", "told"),
    [
        ("#= requirements.txt\nfastapi==0.116.0\n", ["fastapi 0.116"]),
        ("#= requirements.txt\nfastapi>=0.110,<0.117\n", ["fastapi below 0.117"]),
        ("#= requirements.txt\nfastapi<=0.116.2\nsqlalchemy==2.0.0\n",
         ["fastapi up to 0.116.2", "sqlalchemy 2.0"]),
        ("#= requirements.txt\nfastapi\n", ["fastapi newest (no file bounds it)"]),
        ('#= uv.lock\n[[package]]\nname = "fastapi"\nversion = "0.115.6"\n', ["fastapi 0.115.6"]),
        ("#= requirements.txt\nhttpx\n", []),
    ],
)  # fmt: skip
def test_a_version_is_told_as_the_files_say_it(
    tmp_path: Path, manifest: str, told: list[str]
) -> None:
    files = write(tmp_path, f"#= app/main.py\nimport fastapi\n{manifest}")
    assert assumed_versions(files, tmp_path) == told


def test_parts_of_a_repository_are_told_apart_where_they_differ(tmp_path: Path) -> None:
    files = write(
        tmp_path,
        "#= a/app/main.py\n#= a/requirements.txt\nfastapi==0.115\npydantic==2.9\n"
        "#= b/main.py\n#= b/requirements.txt\nfastapi==0.116\npydantic==2.9\n"
        "#= c/main.py\n#= c/requirements.txt\nfastapi==0.116\n"
        "#= tests/x.py\n#= tests/requirements.txt\nfastapi==0.9\n",
    )
    assert assumed_versions(files, tmp_path) == ["fastapi 0.115 (a), 0.116 (b)", "pydantic 2.9"]


def test_the_summary_says_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, "#= main.py\nimport fastapi\n#= requirements.txt\nfastapi==0.116.1\n")
    audit.main(["--jobs", "1"])
    assert "\nAssumed versions: fastapi 0.116.1\n" in capsys.readouterr().out
