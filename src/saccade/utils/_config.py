"""Config: named values that can be frozen."""

from __future__ import annotations

import json
from collections.abc import ItemsView, Iterator, KeysView, ValuesView
from typing import Any

from saccade.core._errors import ConfigError, message, nearest


class UnknownEntryError(ConfigError, AttributeError):
    """A config has no entry of this name."""


class Config:
    """Named values, as attributes or by key.

    Args:
        **kwargs: the values by name.

    Example:
        >>> config = Config(rate=0.1)
        >>> config.seed = 7
        >>> config["seed"], config.to_json()
        (7, '{"rate": 0.1, "seed": 7}')
        >>> config.freeze()
        >>> config.frozen
        True
    """

    def __init__(self, **kwargs: Any) -> None:
        vars(self).update(_config=kwargs, _frozen=False)

    @property
    def frozen(self) -> bool:
        """Whether nothing can be changed."""
        return vars(self)["_frozen"]

    def freeze(self) -> None:
        """Lets nothing be changed any more."""
        vars(self)["_frozen"] = True

    def unfreeze(self) -> None:
        """Lets values be changed again."""
        vars(self)["_frozen"] = False

    def _values(self) -> dict[str, Any]:
        return vars(self)["_config"]

    def _changing(self) -> dict[str, Any]:
        if self.frozen:
            raise ConfigError(
                message(
                    "Config",
                    "cannot change what is in it, because it is frozen",
                    "call unfreeze() first",
                )
            )
        return self._values()

    def as_dict(self) -> dict[str, Any]:
        """Returns a copy of the values by name."""
        return dict(self._values())

    def to_json(self) -> str:
        """Returns the values as JSON."""
        return json.dumps(self._values())

    def keys(self) -> KeysView[str]:
        """The names."""
        return self._values().keys()

    def values(self) -> ValuesView[Any]:
        """The values."""
        return self._values().values()

    def items(self) -> ItemsView[str, Any]:
        """Names and values."""
        return self._values().items()

    def get(self, keyname: str, value: Any = None) -> Any:
        """Returns a value, or the given one if there is none of this name."""
        return self._values().get(keyname, value)

    def pop(self, *args: Any) -> Any:
        """Takes a value out and returns it, as `dict.pop` does."""
        return self._changing().pop(*args)

    def update(self, *args: Any, **kwargs: Any) -> None:
        """Sets several values, as `dict.update` does."""
        self._changing().update(*args, **kwargs)

    def __setattr__(self, name: str, value: Any) -> None:
        if hasattr(type(self), name):  # an attribute of the class, such as `frozen`
            object.__setattr__(self, name, value)
        else:
            self._changing()[name] = value

    def __getattr__(self, name: str) -> Any:
        values = vars(self).get("_config", {})
        if name in values:
            return values[name]
        close = nearest(name, values)
        raise UnknownEntryError(
            message(
                "Config",
                f"has no entry {name!r}",
                f"did you mean {close[0]!r}?" if close else None,
            )
        )

    def __setitem__(self, key: str, item: Any) -> None:
        self._changing()[key] = item

    def __getitem__(self, key: str) -> Any:
        return self._values()[key]

    def __delitem__(self, key: str) -> None:
        del self._changing()[key]

    def __contains__(self, item: object) -> bool:
        return item in self._values()

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._values()))

    def __len__(self) -> int:
        return len(self._values())

    def __repr__(self) -> str:
        return f"<Config {self._values()}>"
