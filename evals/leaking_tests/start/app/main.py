from typing import Annotated

from fastapi import Depends, FastAPI, Header, HTTPException, Path
from pydantic import BaseModel, Field

from app import store

app = FastAPI(title="Todos")
Number = Annotated[int, Path(ge=1, lt=2**31)]


def current_user(x_user: Annotated[str | None, Header()] = None) -> str:
    if x_user is None:
        raise HTTPException(401, "who are you?")
    return x_user


User = Annotated[str, Depends(current_user)]


class TodoIn(BaseModel):
    text: str = Field(min_length=1, max_length=200)


class Todo(TodoIn):
    id: int


@app.get("/todos")
def list_todos(user: User) -> list[Todo]:
    with store.database() as database:
        query = "SELECT id, text FROM todos WHERE user = ? ORDER BY id"
        return [Todo(**row) for row in database.execute(query, (user,))]


@app.post("/todos", status_code=201)
def add_todo(todo: TodoIn, user: User) -> Todo:
    if len(list_todos(user)) >= store.LIMIT:
        raise HTTPException(409, "that is enough")
    with store.database() as database:
        query = "INSERT INTO todos (user, text) VALUES (?, ?)"
        number = database.execute(query, (user, todo.text)).lastrowid
    return Todo(id=number or 0, text=todo.text)


@app.delete("/todos/{number}", status_code=204)
def delete_todo(number: Number, user: User) -> None:
    with store.database() as database:
        query = "DELETE FROM todos WHERE id = ? AND user = ?"
        if database.execute(query, (number, user)).rowcount == 0:
            raise HTTPException(404, "no such todo")
