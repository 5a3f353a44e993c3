"""Sign-up of users."""

from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict, Field, SecretStr

app = FastAPI()


class SignUp(BaseModel):
    """What a client sends."""

    model_config = ConfigDict(hide_input_in_errors=True)

    email: str
    password: SecretStr = Field(min_length=12)


@app.post("/users", status_code=201)
async def sign_up(data: SignUp) -> dict[str, str]:
    """Create a user."""
    return {"email": data.email}
