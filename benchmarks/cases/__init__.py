"""What is measured: one file for each case, each plain data."""

from . import course14, imports, lenet, memory, mlp, pictures, programs, softmax
from ._kinds import Case

ALL: dict[str, Case] = {
    case.name: case
    for case in (
        softmax.CASE,
        lenet.CASE,
        mlp.CASE,
        course14.CASE,
        programs.CASE,
        programs.FULL,
        imports.CASE,
        memory.CASE,
        pictures.CASE,
    )
}
