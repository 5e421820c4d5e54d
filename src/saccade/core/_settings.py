"""Process-wide settings: float type, layout of pictures, epsilon, logging.

Public as `saccade.config` and, under Keras' older name, `saccade.backend`.
"""

from __future__ import annotations

import dataclasses

from saccade.core._errors import ConfigError, message


@dataclasses.dataclass
class _Settings:
    floatx: str = "float32"
    epsilon: float = 1e-7
    image_data_format: str = "channels_last"
    interactive_logging: bool = True
    traceback_filtering: bool = True
    flash_attention: bool | None = None
    max_epochs: int | None = None
    max_steps_per_epoch: int | None = None


_settings = _Settings()


def backend() -> str:
    """Returns the name of the array library underneath: always 'jax'.

    Example:
        >>> backend()
        'jax'
    """
    return "jax"


def floatx() -> str:
    """Returns the default float type of weights and data.

    Example:
        >>> floatx()
        'float32'
    """
    return _settings.floatx


def set_floatx(value: str) -> None:
    """Sets the default float type.

    Args:
        value: 'float32', 'bfloat16' or 'float16'.

    Raises:
        ConfigError: another name. Keras also takes 'float64', which the engine
            does not compute with.

    Example:
        >>> set_floatx("float32")
    """
    if value not in ("float32", "bfloat16", "float16"):
        raise ConfigError(
            message(
                "set_floatx",
                f"`value` must be 'float32', 'bfloat16' or 'float16', got {value!r}",
            )
        )
    _settings.floatx = value


def epsilon() -> float:
    """Returns the small number that keeps divisions and logarithms finite.

    Example:
        >>> epsilon()
        1e-07
    """
    return _settings.epsilon


def set_epsilon(value: float) -> None:
    """Sets the small number that keeps divisions and logarithms finite.

    Args:
        value: greater than 0.

    Example:
        >>> set_epsilon(1e-7)
    """
    _settings.epsilon = float(value)


def image_data_format() -> str:
    """Returns where the channels of a picture are: 'channels_last' or '..._first'.

    Example:
        >>> image_data_format()
        'channels_last'
    """
    return _settings.image_data_format


def set_image_data_format(data_format: str) -> None:
    """Sets where the channels of a picture are.

    Args:
        data_format: 'channels_last' for (b, h, w, c), 'channels_first' for
            (b, c, h, w).

    Raises:
        ConfigError: another value.

    Example:
        >>> set_image_data_format("channels_last")
    """
    if data_format not in ("channels_last", "channels_first"):
        raise ConfigError(
            message(
                "set_image_data_format",
                "`data_format` must be 'channels_last' or 'channels_first', got "
                f"{data_format!r}",
            )
        )
    _settings.image_data_format = data_format


def is_interactive_logging_enabled() -> bool:
    """Says whether progress is printed to standard output (else to the log).

    Example:
        >>> is_interactive_logging_enabled()
        True
    """
    return _settings.interactive_logging


def enable_interactive_logging() -> None:
    """Prints progress to standard output.

    Example:
        >>> enable_interactive_logging()
    """
    _settings.interactive_logging = True


def disable_interactive_logging() -> None:
    """Sends progress to the `logging` module instead of standard output.

    Example:
        >>> disable_interactive_logging(); enable_interactive_logging()
    """
    _settings.interactive_logging = False


def is_traceback_filtering_enabled() -> bool:
    """Says whether tracebacks hide the library's own frames.

    Example:
        >>> is_traceback_filtering_enabled()
        True
    """
    return _settings.traceback_filtering


def enable_traceback_filtering() -> None:
    """Asks for short tracebacks.

    Example:
        >>> enable_traceback_filtering()
    """
    _settings.traceback_filtering = True


def disable_traceback_filtering() -> None:
    """Asks for full tracebacks.

    Example:
        >>> disable_traceback_filtering(); enable_traceback_filtering()
    """
    _settings.traceback_filtering = False


def is_flash_attention_enabled() -> bool | None:
    """Says whether attention without large intermediate arrays was asked for.

    None where nobody said so; XLA chooses how attention is computed in each case.

    Example:
        >>> disable_flash_attention(); is_flash_attention_enabled()
        False
    """
    return _settings.flash_attention


def enable_flash_attention() -> None:
    """Asks for attention without large intermediate arrays: a wish, see `ops`.

    Example:
        >>> enable_flash_attention(); is_flash_attention_enabled()
        True
    """
    _settings.flash_attention = True


def disable_flash_attention() -> None:
    """Asks for plain attention.

    Example:
        >>> disable_flash_attention(); is_flash_attention_enabled()
        False
    """
    _settings.flash_attention = False


def max_epochs() -> int | None:
    """Returns the largest number of epochs `fit` runs, or None for no bound.

    Example:
        >>> max_epochs() is None
        True
    """
    return _settings.max_epochs


def set_max_epochs(max_epochs: int | None) -> None:
    """Bounds the number of epochs that `fit` runs, for quick trials.

    Example:
        >>> set_max_epochs(None)
    """
    _settings.max_epochs = max_epochs


def max_steps_per_epoch() -> int | None:
    """Returns the largest number of steps in an epoch, or None for no bound.

    Example:
        >>> max_steps_per_epoch() is None
        True
    """
    return _settings.max_steps_per_epoch


def set_max_steps_per_epoch(max_steps_per_epoch: int | None) -> None:
    """Bounds the number of steps in an epoch, for quick trials.

    Example:
        >>> set_max_steps_per_epoch(None)
    """
    _settings.max_steps_per_epoch = max_steps_per_epoch
