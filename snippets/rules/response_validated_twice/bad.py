"""A user with the address of a picture."""

from dataclasses import dataclass
from typing import Any, Self

from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict, field_validator, model_validator

app = FastAPI()


@dataclass
class User:
    """A user as it is stored."""

    id: int
    name: str
    picture: str


users = {1: User(1, "Ada", "ada.png")}


class UserOut(BaseModel):
    """What a client gets."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    name: str
    picture: str

    @field_validator("name")
    @classmethod
    def quote(cls, value: str) -> str:
        """Put a name into quotes."""
        return f"'{value}'"

    @model_validator(mode="after")
    def add_host(self) -> Self:
        """Complete the address of the picture."""
        self.picture = f"https://cdn.example/{self.picture}"
        return self


@app.get("/users/{user_id}", response_model=UserOut)
async def get_user(user_id: int) -> Any:
    """Return one user."""
    return UserOut.model_validate(users[user_id])
