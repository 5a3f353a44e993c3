"""Proof of list-setting-from-environment."""

from types import ModuleType

import pytest
from pydantic_settings import SettingsError

COMMAS = "https://a.example, https://b.example"
JSON = '["https://a.example", "https://b.example"]'
BOTH = ["https://a.example", "https://b.example"]


@pytest.mark.parametrize("value", [COMMAS, "https://a.example", ""])
def test_bad_does_not_start_as_the_value_is_no_json(
    bad: ModuleType, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("APP_CORS_ORIGINS", value)
    message = 'error parsing value for field "cors_origins" from source "EnvSettingsSource"'
    with pytest.raises(SettingsError, match=message):
        bad.Settings()


def test_good_reads_commas_json_and_nothing(
    good: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("APP_CORS_ORIGINS", raising=False)
    assert good.Settings().cors_origins == []
    for value, expected in ((COMMAS, BOTH), (JSON, BOTH), ("", [])):
        monkeypatch.setenv("APP_CORS_ORIGINS", value)
        assert good.Settings().cors_origins == expected
