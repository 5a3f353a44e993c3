"""Copies of this process that share the work of an audit, where the system can copy one (fork)."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Generic, TypeVar

from fastapi_pro.auditing.model import project_files
from fastapi_pro.auditing.model.project_files import Answers

A = TypeVar("A")
T = TypeVar("T")
Watched = tuple[list[T], Answers | None]
CAN_COPY = hasattr(os, "fork")
_SIZE = 2  # bytes of a number in a pipe


class Copy(Generic[T]):
    """A copy of this process that does a piece of work, while this one does something else."""

    def __init__(self, work: Callable[[], T]) -> None:
        self._answer, answer = os.pipe()
        self._process = os.fork()
        if not self._process:
            _do(work, answer)
        os.close(answer)

    def result(self) -> T:
        """Return what the work returns, when it is done. Raises what the work raises."""
        import pickle  # noqa: PLC0415 -- it takes long to import, and one process needs none

        with open(self._answer, "rb") as stream:  # noqa: PTH123 -- a number, not a path
            answer = stream.read()
        os.waitpid(self._process, 0)
        if not answer:
            raise ChildProcessError("a process of the audit was ended")
        found, error = pickle.loads(answer)  # noqa: S301 -- from our own process
        if error is not None:
            raise error
        result: T = found
        return result


def _do(work: Callable[[], object], into: int) -> None:
    """Do what a copy is for, and end it: nothing of what this process was about to do is done."""
    import pickle  # noqa: PLC0415 -- as above

    try:
        try:
            answer: tuple[object, Exception | None] = (work(), None)
        except Exception as error:  # noqa: BLE001 -- the other process raises it
            answer = (None, error)
        with open(into, "wb") as stream:
            pickle.dump(answer, stream)
    finally:
        os._exit(0)


def shared(tasks: Sequence[A], work: Callable[[A], Iterable[T]], jobs: int) -> Iterator[T]:
    """Yield what some work finds for all tasks, done by this process and by copies of it.

    This one begins with the first task, the others with the last: what is next to each other often
    asks for the same, which each process computes for itself. The copies' questions about files
    count as this one's.
    """
    left, last = _pipe_of(range(len(tasks))), _pipe_of(reversed(range(len(tasks))))
    others = (tasks[int.from_bytes(n)] for n in iter(partial(os.read, last, _SIZE), b""))
    from_end = partial(_taken, left, others, work)
    copies = [beside(from_end) for _ in range(min(jobs, len(tasks)) - 1)]
    yield from _taken(left, iter(tasks), work)
    for copy in copies:
        yield from joined(copy)
    os.close(left)
    os.close(last)


def beside(work: Callable[[], Iterable[T]]) -> Copy[Watched[T]]:
    """Return a copy that does some work, and notes its questions about files, for `joined`."""

    def watched() -> Watched[T]:
        project_files.take_answers()  # those of the process that this is a copy of
        return [*work()], project_files.take_answers()

    return Copy(watched)


def joined(copy: Copy[Watched[T]]) -> Iterator[T]:
    """Yield what a copy has found; its questions about files count as this process's."""
    found, answers = copy.result()
    project_files.note(answers)
    yield from found


def _taken(left: int, tasks: Iterator[A], work: Callable[[A], Iterable[T]]) -> Iterator[T]:
    """Yield what the work finds for the next tasks, while processes have taken fewer than all."""
    while os.read(left, _SIZE):
        yield from work(next(tasks))


def _pipe_of(numbers: Iterable[int]) -> int:
    """Return a pipe from which processes take one number after the other."""
    place, into = os.pipe()
    os.write(into, b"".join(number.to_bytes(_SIZE) for number in numbers))
    os.close(into)
    return place
