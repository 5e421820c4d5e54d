"""Dataset: elements made one after another by a chain of steps, as in `tf.data`.

The public class only; the steps are in `_dataset_nodes`, `_dataset_select` and
`_dataset_map`.
"""

from __future__ import annotations

import glob
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Self

import numpy as np

from saccade.core import _checks
from saccade.core._errors import (
    ArgumentTypeError,
    ConfigError,
    DataError,
    UnsupportedFeatureError,
    message,
)
from saccade.core._random import default_seed
from saccade.data._dataset_elements import (
    Element,
    Tensor,
    TensorSpec,
    as_tensor,
    map_leaves,
    to_element,
    to_numpy,
    to_tensors,
)
from saccade.data._dataset_function import MapFunction
from saccade.data._dataset_map import Filter, FlatMap, Map, parallel_calls
from saccade.data._dataset_nodes import (
    AUTOTUNE,
    DEPTH,
    INFINITE,
    UNKNOWN,
    Batch,
    Cache,
    Concatenate,
    Enumerate,
    Generated,
    Kept,
    Node,
    Prefetch,
    Range,
    Slices,
    Unbatch,
    Zip,
    drawing,
)
from saccade.data._dataset_select import Repeat, Shard, Shuffle, Skip, Take

_LEFT_OUT = {
    "bucket_by_sequence_length": "pictures have one size; map(...) gives it to them",
    "choose_from_datasets": "zip the data sets and choose in map(...)",
    "from_tensor": "the name is from_tensors",
    "group_by_window": "filter(...) makes a data set of each group",
    "load": "numpy.load and Dataset.from_tensor_slices",
    "padded_batch": "give all elements one shape first: map(lambda x, y: "
    "(keras.ops.image.resize(x, (150, 150)), y)), then batch(...)",
    "ragged_batch": "give all elements one shape first, then batch(...)",
    "sample_from_datasets": "concatenate and shuffle, or pass class_weight to fit",
    "save": "numpy.savez keeps arrays",
    "scan": "write a generator and use Dataset.from_generator",
    "snapshot": "cache() keeps elements in memory",
    "unique": "use numpy.unique on the arrays",
    "window": "use keras.ops or NumPy to cut arrays before",
}
"""Methods of tf.data that are not there, and what to do instead."""


class Options:
    """Settings of TensorFlow's pipelines, which are accepted and change nothing.

    Example:
        >>> options = Options()
        >>> options.deterministic = False
        >>> options.threading.private_threadpool_size = 4
    """

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(f"'Options' has no attribute {name!r}")
        setattr(self, name, Options())
        return vars(self)[name]


class DatasetIterator:
    """Runs through a data set once.

    Args:
        elements: its elements, as programs see them.
    """

    def __init__(self, elements: Iterator[Element]) -> None:
        self._elements = elements

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Any:
        return next(self._elements)

    next = __next__
    get_next = __next__


class Dataset:
    """Elements made one after another: from arrays, files, functions, other data sets.

    Each method returns a new data set; nothing is computed before the elements are
    asked for, and asking again starts again. `fit`, `evaluate` and `predict` take a
    data set of batches (inputs, targets).

    Elements are arrays in tuples and dicts. A function given to `map` gets them as
    arrays that `keras.ops`, layers, `jax.numpy` and NumPy take; it is compiled where it
    can be, and random draws in it (augmentation layers, `keras.random`) are new for
    every element and every pass.

    Args:
        node: the last step; programs use `from_tensor_slices` and the like.

    Differs from Keras: the class is TensorFlow's there. Numbers made by compiled
        functions have at most 32 bits; `cache(filename)` keeps in memory; elements keep
        their order whatever `deterministic` says.

    Example:
        >>> data = Dataset.from_tensor_slices((np.arange(4.0), [0, 1, 0, 1]))
        >>> data = data.map(lambda x, y: (x * 10, y)).batch(2)
        >>> [x.tolist() for x, y in data], len(data)
        ([[0.0, 10.0], [20.0, 30.0]], 2)
    """

    class_names: list[str] | None
    file_paths: list[str]

    def __init__(self, node: Node) -> None:
        self._node = node

    # Where elements come from.

    @staticmethod
    def from_tensor_slices(tensors: Any, name: str | None = None) -> Dataset:
        """Makes an element of every row.

        Args:
            tensors: arrays, lists or table columns, alone or in tuples and dicts, with
                equal numbers of rows.
            name: accepted.

        Raises:
            ShapeError: the numbers of rows differ.

        Example:
            >>> [int(x) for x in Dataset.from_tensor_slices([5, 6])]
            [5, 6]
        """
        return Dataset(Slices(_columns(tensors)))

    @staticmethod
    def from_tensors(tensors: Any, name: str | None = None) -> Dataset:
        """Makes one element of everything.

        Args:
            tensors: arrays, lists or numbers, alone or in tuples and dicts.
            name: accepted.

        Example:
            >>> len(Dataset.from_tensors([5, 6]))
            1
        """
        return Dataset(Kept([to_element(tensors)]))

    @staticmethod
    def from_generator(
        generator: Callable[..., Iterable[Any]],
        output_types: Any = None,
        output_shapes: Any = None,
        args: Sequence[Any] | None = None,
        output_signature: Any = None,
        name: str | None = None,
    ) -> Dataset:
        """Makes an element of everything that a generator function yields.

        Args:
            generator: called at the start of every pass.
            output_types: types of the leaves, older form of `output_signature`.
            output_shapes: shapes of the leaves.
            args: arguments of `generator`.
            output_signature: TensorSpec of every leaf, which elements must fit; None
                takes them as they come.
            name: accepted.

        Raises:
            ArgumentTypeError: `generator` is no function.

        Example:
            >>> data = Dataset.from_generator(lambda: iter([(1, 2), (3, 4)]))
            >>> [int(a + b) for a, b in data]
            [3, 7]
        """
        if not callable(generator):
            raise ArgumentTypeError(
                message(
                    "Dataset.from_generator",
                    f"`generator` must be a function, got {type(generator).__name__}",
                    "pass the function itself, without (): every pass starts it anew",
                )
            )
        arguments = [to_tensors(to_element(value)) for value in args or ()]
        signature = output_signature
        if signature is None and output_types is not None:
            signature = _signature(output_types, output_shapes)
        return Dataset(Generated(lambda: generator(*arguments), signature))

    @staticmethod
    def range(*args: int, **kwargs: Any) -> Dataset:
        """Makes whole numbers, as Python's `range`.

        Args:
            *args: stop, or start, stop, or start, stop, step.
            **kwargs: `output_type`, a type; `name` is accepted.

        Example:
            >>> [int(n) for n in Dataset.range(1, 6, 2)]
            [1, 3, 5]
        """
        node: Node = Range(range(*(int(value) for value in args)))
        kind = kwargs.get("output_type")
        if kind is not None and np.dtype(kind) != np.int64:
            numbers = np.arange(*(int(value) for value in args), dtype=kind)
            node = Slices(numbers)
        return Dataset(node)

    @staticmethod
    def zip(*args: Any, datasets: Any = None, name: str | None = None) -> Dataset:
        """Puts elements of several data sets side by side.

        Args:
            *args: data sets, or one tuple or dict of them.
            datasets: the same by name.
            name: accepted.

        Example:
            >>> pairs = Dataset.zip(Dataset.range(2), Dataset.range(5, 9))
            >>> [(int(a), int(b)) for a, b in pairs]
            [(0, 5), (1, 6)]
        """
        given = args if datasets is None else datasets
        if datasets is None and len(args) == 1:
            given = args[0]
        if isinstance(given, list):
            given = tuple(given)
        return Dataset(Zip(map_leaves(lambda part: _node(part, "zip"), given)))

    @staticmethod
    def list_files(
        file_pattern: Any,
        shuffle: bool | None = None,
        seed: int | None = None,
        name: str | None = None,
    ) -> Dataset:
        """Makes the paths of files that fit a pattern.

        Args:
            file_pattern: a pattern as `pictures/*/*.jpg`, or several.
            shuffle: whether every pass has its own order; None for yes.
            seed: of that order.
            name: accepted.

        Raises:
            DataError: there is no such file.
        """
        several = isinstance(file_pattern, (list, tuple))
        patterns = file_pattern if several else [file_pattern]
        found = sorted(
            {path for pattern in patterns for path in glob.glob(_text(pattern))}
        )
        if not found:
            raise DataError(
                message(
                    "Dataset.list_files",
                    f"no file fits {file_pattern!r}",
                    "check the folder and the pattern",
                )
            )
        data = Dataset.from_tensor_slices(found)
        return data if shuffle is False else data.shuffle(len(found), seed=seed)

    # What is done to elements.

    def map(
        self,
        map_func: Callable[..., Any],
        num_parallel_calls: int | None = None,
        deterministic: bool | None = None,
        synchronous: bool | None = None,
        use_unbounded_threadpool: bool = False,
        name: str | None = None,
    ) -> Dataset:
        """Applies a function to every element.

        Args:
            map_func: gets the parts of a tuple one by one, anything else whole; it
                returns an element.
            num_parallel_calls: threads that call it; AUTOTUNE for one per core where
                that is worth it.
            deterministic: accepted; the order is kept.
            synchronous: accepted, as are the two that follow.
            use_unbounded_threadpool: accepted.
            name: accepted.
        """
        function = MapFunction(map_func, "map")
        parallel = parallel_calls(num_parallel_calls, "map")
        return self._then(Map(self._node, function, default_seed(), parallel))

    def filter(self, predicate: Callable[..., Any], name: str | None = None) -> Dataset:
        """Keeps the elements for which a function says so.

        Args:
            predicate: returns one truth value.
            name: accepted.
        """
        function = MapFunction(predicate, "filter")
        return self._then(Filter(self._node, function, default_seed()))

    def take_while(
        self, predicate: Callable[..., Any], name: str | None = None
    ) -> Dataset:
        """Ends at the first element for which a function says no.

        Args:
            predicate: returns one truth value.
            name: accepted.
        """
        function = MapFunction(predicate, "take_while")
        return self._then(Filter(self._node, function, default_seed(), until=True))

    def flat_map(
        self, map_func: Callable[..., Dataset], name: str | None = None
    ) -> Dataset:
        """Puts the data sets that a function makes of the elements one after another.

        Args:
            map_func: returns a data set.
            name: accepted.
        """
        return self.interleave(map_func, cycle_length=1)

    def interleave(
        self,
        map_func: Callable[..., Dataset],
        cycle_length: int | None = None,
        block_length: int | None = None,
        num_parallel_calls: int | None = None,
        deterministic: bool | None = None,
        name: str | None = None,
    ) -> Dataset:
        """Mixes the data sets that a function makes of the elements, by turns.

        Args:
            map_func: returns a data set.
            cycle_length: data sets that take turns; None for one.
            block_length: elements of one before the next has its turn.
            num_parallel_calls: accepted, as are the two that follow.
            deterministic: accepted.
            name: accepted.
        """

        def node(element: Element) -> Node:
            given = to_tensors(element)
            made = map_func(*given) if isinstance(given, tuple) else map_func(given)
            return _node(made, "interleave")

        cycle = 1 if cycle_length in (None, AUTOTUNE) else cycle_length
        cycle = _checks.positive_int(cycle, "cycle_length", "Dataset.interleave")
        block = _checks.positive_int(
            block_length or 1, "block_length", "Dataset.interleave"
        )
        return self._then(FlatMap(self._node, node, cycle, block))

    def apply(self, transformation_func: Callable[[Dataset], Any]) -> Any:
        """Returns what a function makes of the whole data set.

        Args:
            transformation_func: gets the data set.
        """
        return transformation_func(self)

    # How many, and in which order.

    def shuffle(
        self,
        buffer_size: Any,
        seed: int | None = None,
        reshuffle_each_iteration: bool | None = None,
        name: str | None = None,
    ) -> Dataset:
        """Draws elements from a buffer, which the next ones fill up again.

        Args:
            buffer_size: how many elements wait in it; as many as there are mix best.
            seed: of the draws; the order is TensorFlow's for the same seed.
            reshuffle_each_iteration: whether every pass has its own order; None for
                yes.
            name: accepted.
        """
        where = "Dataset.shuffle"
        if buffer_size is None or int(buffer_size) == UNKNOWN:
            size = -1
        else:
            size = _checks.positive_int(_whole(buffer_size), "buffer_size", where)
        reshuffle = reshuffle_each_iteration is not False
        chosen = default_seed() if seed is None else int(seed)
        return self._then(Shuffle(self._node, size, chosen, reshuffle))

    def repeat(self, count: Any = None, name: str | None = None) -> Dataset:
        """Starts again at the end.

        Args:
            count: passes; None or -1 for endlessly.
            name: accepted.
        """
        return self._then(Repeat(self._node, -1 if count is None else int(count)))

    def take(self, count: Any, name: str | None = None) -> Dataset:
        """Keeps the first elements.

        Args:
            count: how many; -1 for all.
            name: accepted.
        """
        return self._then(Take(self._node, _whole(count)))

    def skip(self, count: Any, name: str | None = None) -> Dataset:
        """Leaves the first elements out.

        Args:
            count: how many; -1 for all.
            name: accepted.
        """
        return self._then(Skip(self._node, _whole(count)))

    def shard(self, num_shards: Any, index: Any, name: str | None = None) -> Dataset:
        """Keeps every n-th element.

        Args:
            num_shards: n.
            index: which of each n, from 0.
            name: accepted.

        Raises:
            ConfigError: `index` is not below `num_shards`.
        """
        where = "Dataset.shard"
        count = _checks.positive_int(_whole(num_shards), "num_shards", where)
        place = _checks.positive_int(_whole(index), "index", where, minimum=0)
        if place >= count:
            problem = f"`index` must be below `num_shards` {count}, got {place}"
            raise ConfigError(message(where, problem))
        return self._then(Shard(self._node, count, place))

    def concatenate(self, dataset: Dataset, name: str | None = None) -> Dataset:
        """Puts another data set after this one.

        Args:
            dataset: elements of the same structure.
            name: accepted.
        """
        return self._then(Concatenate(self._node, _node(dataset, "concatenate")))

    def enumerate(self, start: Any = 0, name: str | None = None) -> Dataset:
        """Puts a number before each element.

        Args:
            start: the first.
            name: accepted.
        """
        return self._then(Enumerate(self._node, _whole(start)))

    def batch(
        self,
        batch_size: Any,
        drop_remainder: bool = False,
        num_parallel_calls: int | None = None,
        deterministic: bool | None = None,
        name: str | None = None,
    ) -> Dataset:
        """Stacks elements.

        Args:
            batch_size: how many.
            drop_remainder: whether to leave out a last batch with fewer.
            num_parallel_calls: accepted, as are the two that follow.
            deterministic: accepted.
            name: accepted.
        """
        size = _checks.positive_int(_whole(batch_size), "batch_size", "Dataset.batch")
        return self._then(Batch(self._node, size, bool(drop_remainder)))

    def unbatch(self, name: str | None = None) -> Dataset:
        """Makes an element of every row of the elements.

        Args:
            name: accepted.
        """
        return self._then(Unbatch(self._node))

    def rebatch(
        self, batch_size: Any, drop_remainder: bool = False, name: str | None = None
    ) -> Dataset:
        """Stacks the rows of batches into batches of another size.

        Args:
            batch_size: how many.
            drop_remainder: whether to leave out a last batch with fewer.
            name: accepted.
        """
        return self.unbatch().batch(batch_size, drop_remainder)

    # How they are made.

    def cache(self, filename: Any = "", name: str | None = None) -> Dataset:
        """Keeps the elements of the first whole pass in memory.

        Args:
            filename: accepted; nothing is written.
            name: accepted.
        """
        return self._then(Cache(self._node))

    def prefetch(self, buffer_size: Any, name: str | None = None) -> Dataset:
        """Makes elements in a thread of its own, some ahead.

        Args:
            buffer_size: how many; AUTOTUNE for a few.
            name: accepted.
        """
        depth = _whole(buffer_size)
        if depth == 0:
            return self
        return self._then(Prefetch(self._node, DEPTH if depth < 0 else depth))

    def ignore_errors(
        self, log_warning: bool = False, name: str | None = None
    ) -> Dataset:
        """Leaves out elements for which a function of `map` fails.

        Args:
            log_warning: accepted.
            name: accepted.
        """
        return self._then(self._node.without_errors())

    def with_options(self, options: object, name: str | None = None) -> Dataset:
        """Returns the same data set; see `Options`.

        Args:
            options: accepted.
            name: accepted.
        """
        return self._then(self._node)

    def options(self) -> Options:
        """Returns settings, which change nothing."""
        return Options()

    # What comes out.

    def __iter__(self) -> DatasetIterator:
        return DatasetIterator(map(to_tensors, self._node.open()))

    def as_numpy_iterator(self) -> Iterator[Any]:
        """Gives the elements as NumPy's arrays and numbers, texts as bytes."""
        return map(to_numpy, self._node.open())

    def state_dict(self) -> dict[str, Any]:
        """Returns what its random order and random functions depend on.

        Not in TensorFlow; `callbacks.BackupAndRestore` keeps it.
        """
        return {"steps": [[node.seed, node.passes] for node in drawing(self._node)]}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Lets the next pass be as it was for a data set made in the same way.

        Args:
            state: what its `state_dict()` returned.
        """
        pairs = zip(drawing(self._node), state["steps"], strict=True)
        for node, (seed, passes) in pairs:
            node.seed, node.passes = seed, passes

    def reduce(
        self,
        initial_state: Any,
        reduce_func: Callable[..., Any],
        name: str | None = None,
    ) -> Any:
        """Folds the elements into one.

        Args:
            initial_state: what the fold starts with.
            reduce_func: gets the state and an element, returns the next state.
            name: accepted.
        """
        state = to_tensors(to_element(initial_state))
        for element in self:
            state = to_tensors(to_element(reduce_func(state, element)))
        return state

    def get_single_element(self, name: str | None = None) -> Any:
        """Returns the only element.

        Args:
            name: accepted.

        Raises:
            DataError: there is none, or more than one.
        """
        found = [element for element, _ in zip(self, range(2), strict=False)]
        if len(found) != 1:
            raise DataError(
                message(
                    "Dataset.get_single_element",
                    f"there {'is no element' if not found else 'are more elements'}",
                    "next(iter(dataset)) gives the first",
                )
            )
        return found[0]

    @property
    def element_spec(self) -> Any:
        """The shape and type of every leaf of the elements."""
        return self._node.spec()

    def cardinality(self) -> Tensor:
        """Returns the number of elements; -1 for endless, -2 for unknown."""
        return as_tensor(np.int64(self._node.size()))

    def __len__(self) -> int:
        count = self._node.size()
        if count == INFINITE:
            raise TypeError("The dataset is infinite.")
        if count == UNKNOWN:
            raise TypeError("The dataset length is unknown.")
        return count

    def __bool__(self) -> bool:
        return True

    def __repr__(self) -> str:
        count = {INFINITE: "endless", UNKNOWN: "length unknown"}
        size = self._node.size()
        return f"<Dataset of {count.get(size, f'{size:,} elements')}>"

    def __getattr__(self, name: str) -> Any:
        hint = _LEFT_OUT.get(name)
        if hint is None:
            raise AttributeError(f"'Dataset' object has no attribute {name!r}")
        raise UnsupportedFeatureError(
            message(f"Dataset.{name}", "this is not part of saccade", hint)
        )

    def _then(self, node: Node) -> Dataset:
        return Dataset(node)


def _node(value: object, where: str) -> Node:
    if not isinstance(value, Dataset):
        raise ArgumentTypeError(
            message(
                f"Dataset.{where}",
                f"expected a Dataset, got {type(value).__name__}",
                "Dataset.from_tensor_slices makes one of arrays",
            )
        )
    return value._node


def _columns(tensors: Any) -> Any:
    """Takes a table apart; everything else stays."""
    if isinstance(tensors, (tuple, Mapping)):
        parts = tensors.items() if isinstance(tensors, Mapping) else enumerate(tensors)
        columns = {name: _columns(part) for name, part in parts}
        return columns if isinstance(tensors, Mapping) else tuple(columns.values())
    return tensors


def _whole(value: Any) -> int:
    """Returns a number that a program computed, as an int."""
    return _checks.positive_int(value, "count", "Dataset", minimum=-(2**62))


def _text(value: Any) -> str:
    array = value.numpy() if isinstance(value, Tensor) else value
    return array.decode() if isinstance(array, bytes) else str(array)


def _signature(types: Any, shapes: Any) -> Any:
    if shapes is None:
        return map_leaves(lambda kind: TensorSpec(None, kind), types)
    if isinstance(types, (tuple, Mapping)):
        pairs = types.items() if isinstance(types, Mapping) else enumerate(types)
        parts = {name: _signature(part, shapes[name]) for name, part in pairs}
        return parts if isinstance(types, Mapping) else tuple(parts.values())
    return TensorSpec(shapes, types)
