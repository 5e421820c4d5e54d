"""Names of losses and metrics, as compile() first sees them."""

from __future__ import annotations

import pytest

from saccade.core._errors import ConfigError
from saccade.engine._objective import Objective


@pytest.mark.parametrize("word", ["ce", "crossentropy", "CE"])
def test_names_that_need_the_shapes_are_no_mistakes(word: str) -> None:
    assert Objective(loss=word, metrics=[word, "acc", "Accuracy"]).user_loss == word


def test_misspelt_names_are_found_at_once() -> None:
    with pytest.raises(ConfigError, match="did you mean 'mse'"):
        Objective(loss={"a": "mse", "b": "mze"})
    with pytest.raises(ConfigError, match="metric: unknown name 'acuracy'"):
        Objective(loss="mse", metrics=[["acc"], ["acuracy"]])
