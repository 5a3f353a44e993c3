"""Proof of v1-config-leftovers."""

import runpy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pydantic import (
    BaseModel,
    ConfigDict,
    PydanticDeprecatedSince20,
    PydanticUserError,
    ValidationError,
)


@dataclass
class User:
    """What a database returns."""

    id: int
    fullName: str  # noqa: N815 - the alias, as attributes are read by it


def imported(file: Path) -> Any:
    """Import the model of the bad code and return it with its two warnings."""
    with (
        pytest.warns(PydanticDeprecatedSince20, match="class-based `config` is deprecated"),
        pytest.warns(UserWarning, match="Valid config keys have changed in V2") as warned,
    ):
        model = runpy.run_path(str(file))["UserOut"]
    [renamed] = {str(w.message) for w in warned if w.category is UserWarning}
    assert "* 'orm_mode' has been renamed to 'from_attributes'" in renamed
    assert "* 'allow_population_by_field_name' has been renamed to" in renamed
    return model


def test_bad_does_not_read_objects_and_says_so_only_in_a_warning(bad_file: Path) -> None:
    model = imported(bad_file)
    with pytest.raises(ValidationError, match="valid dictionary or instance of UserOut"):
        model.model_validate(User(1, "Ada"))


def test_bad_does_not_take_a_field_by_its_name(bad_file: Path) -> None:
    model = imported(bad_file)
    with pytest.raises(ValidationError, match="fullName\n  Field required"):
        model(id=1, full_name="Ada")


def test_bad_still_obeys_the_names_that_stayed(bad_file: Path) -> None:
    model = imported(bad_file)
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        model(id=1, fullName="Ada", admin=True)


def test_bad_cannot_have_model_config_beside_its_config(bad_file: Path) -> None:
    both = {"Config": imported(bad_file).Config, "model_config": ConfigDict(extra="forbid")}
    with pytest.raises(PydanticUserError, match='"Config" and "model_config" cannot be used'):
        type("UserOut", (BaseModel,), both)


def test_good_reads_objects_takes_names_and_does_not_warn(good_file: Path) -> None:
    model = runpy.run_path(str(good_file))["UserOut"]
    assert model.model_validate(User(1, "Ada")).full_name == "Ada"
    assert model(id=1, full_name="Ada").full_name == "Ada"
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        model(id=1, full_name="Ada", admin=True)
