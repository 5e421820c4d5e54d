"""Draws the pictures of docs/guides/explain.md."""

from pathlib import Path

from saccade import explain
from saccade.explain._strip import pixels, with_few_colours

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "pictures"


def main() -> None:
    """Writes them; they change only if the drawing does."""
    picture, kernel = [[2, 1, 3], [4, 0, 2], [1, 5, 6]], [[-1, -2], [1, 2]]
    moving = explain.convolve(picture, kernel)
    explain.animate(moving, FOLDER / "explain-convolve.gif")
    race = explain.race(optimizers=["sgd", "momentum", "rmsprop", "adam"])
    for name, shown in (
        ("neuron", explain.neuron([1, -2, 0.5], [0.8, 0.4, -1.5], bias=0.3)),
        ("stride", explain.stride([1, 4, 2, -3, 5, 0, 2, 6], [1, 0, -1])),
        ("race", race),
    ):
        figure = explain.draw(shown)
        (small,) = with_few_colours([pixels(figure)])
        small.save(FOLDER / f"explain-{name}.png", optimize=True)


if __name__ == "__main__":
    main()
