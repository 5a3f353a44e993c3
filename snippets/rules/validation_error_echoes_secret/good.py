"""Sign-up whose errors say what is wrong, not what was sent."""

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, SecretStr

app = FastAPI()


@app.exception_handler(RequestValidationError)
async def validation_error(_request: Request, exc: RequestValidationError) -> JSONResponse:
    """Say what is wrong and where, without the input."""
    detail = [{key: error[key] for key in ("type", "loc", "msg")} for error in exc.errors()]
    return JSONResponse({"detail": detail}, 422)


class SignUp(BaseModel):
    """What a client sends."""

    model_config = ConfigDict(hide_input_in_errors=True)

    email: str
    password: SecretStr = Field(min_length=12)


@app.post("/users", status_code=201)
async def sign_up(data: SignUp) -> dict[str, str]:
    """Create a user."""
    return {"email": data.email}
