"""What is measured: one file for each case, each plain data."""

from . import (
    cnn32,
    course14,
    course15,
    fruits,
    growth,
    imports,
    inference,
    lenet,
    memory,
    mlp,
    pictures,
    programs,
    resnet20,
    softmax,
    startup,
)
from ._kinds import Case

ALL: dict[str, Case] = {
    case.name: case
    for case in (
        softmax.CASE,
        lenet.CASE,
        mlp.CASE,
        course14.CASE,
        course15.CASE,
        fruits.CASE,
        cnn32.CASE,
        resnet20.CASE,
        inference.CASE,
        growth.CASE,
        startup.CASE,
        programs.CASE,
        programs.FULL,
        imports.CASE,
        memory.CASE,
        pictures.CASE,
    )
}
