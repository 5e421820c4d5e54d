"""Processes that measure at the caller's word, and take turns."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Self

from ._plan import Plan
from .load import Watch
from .machine import ROOT
from .peers import Peer
from .summary import Facts

TIME_LIMIT_S = 300


class WorkerError(RuntimeError):
    """A framework's process ended early or hung."""


class Worker:
    """A process that answers each line written to it with a line of JSON.

    Args:
        name: for messages.
        words: a module of `benchmarks.peers` and its arguments.
        peer: the framework, whose environment the process gets.
        variables: more of the environment.
    """

    def __init__(
        self,
        name: str,
        words: Sequence[str],
        plan: Plan,
        peer: Peer,
        variables: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.name = name
        log = plan.work / f"{words[0]}-{name.replace(' ', '-')}.log"
        self.log = log.open("w+", encoding="utf-8", errors="replace")
        self.process = subprocess.Popen(
            [sys.executable, "-m", f"benchmarks.peers.{words[0]}", *words[1:]],
            cwd=ROOT,
            env={**plan.environment(peer), **variables},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.log,
            text=True,
        )

    def answer(self) -> Facts:
        """Waits for a line of the process."""
        assert self.process.stdout is not None
        watch = threading.Timer(TIME_LIMIT_S, self.process.kill)
        watch.start()
        line = self.process.stdout.readline()
        watch.cancel()
        if not line:
            self.process.wait()
            self.log.seek(0)
            tail = "\n".join(self.log.read().splitlines()[-12:])
            raise WorkerError(f"{self.name} ended early:\n{tail}")
        return json.loads(line)

    def ask(self, line: str = "") -> Facts:
        """Lets the process do its work; adds what others used meanwhile to `cpu`."""
        assert self.process.stdin is not None
        watch = Watch()
        with contextlib.suppress(BrokenPipeError):  # `answer` says why
            self.process.stdin.write(line + "\n")
            self.process.stdin.flush()
        facts = self.answer()
        return {**facts, "others": watch.others(facts["cpu"])}

    def close(self) -> None:
        """Ends the process."""
        for stream in (self.process.stdin, self.process.stdout, self.log):
            if stream is not None:
                # It may have died before it had read everything.
                with contextlib.suppress(BrokenPipeError):
                    stream.close()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@dataclass
class Crew:
    """Workers that take turns; one that dies drops out and the others go on."""

    workers: dict[str, Worker] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self.workers.values():
            worker.close()

    def add(self, worker: Worker) -> Facts | None:
        """Takes a worker in and waits until it is ready; None if it fails."""
        self.workers[worker.name] = worker
        try:
            return worker.answer()
        except WorkerError as error:
            return self._drop(worker.name, error)

    def ask(self, name: str, line: str = "") -> Facts | None:
        """Lets a worker do its work; None if it fails or has failed before."""
        if name in self.failed:
            return None
        try:
            return self.workers[name].ask(line)
        except WorkerError as error:
            return self._drop(name, error)

    def turns(self, repeats: int) -> Iterator[str]:
        """Yields the workers' names, all of them in each repetition.

        Another one begins each time, so that none has the same one before it.
        """
        for turn in range(repeats):
            names = list(self.workers)
            start = turn % max(len(names), 1)
            yield from names[start:] + names[:start]

    def _drop(self, name: str, error: WorkerError) -> None:
        print(f"  {error}", file=sys.stderr)
        self.failed[name] = str(error).splitlines()[-1]
        self.workers.pop(name).close()
