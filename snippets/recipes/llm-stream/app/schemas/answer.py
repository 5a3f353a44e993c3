"""Answers of the model as clients ask for them and see them."""

from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.models.answer import State
from app.schemas.text import Text


class Question(BaseModel):
    """What the model is asked."""

    id: UUID  # of the answer
    prompt: Text = Field(min_length=1, max_length=10_000)


class AnswerOut(BaseModel):
    """What is stored of an answer."""

    model_config = ConfigDict(from_attributes=True)

    text: str
    state: State
    tokens: int | None
