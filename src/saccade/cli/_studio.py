"""`saccade studio`: the local page that shows networks learning."""

from __future__ import annotations

import argparse
import os

from saccade.cli._commands import guarded

HELP = "open the studio: playground, convolution, optimiser race, live training"
DESCRIPTION = """Open a local page (127.0.0.1) that shows networks learning.

It works offline: nothing leaves this machine. Ctrl-C ends it."""
EPILOG = """examples:
  saccade studio                       a free port, in the browser
  saccade studio --no-browser          prints the address
  saccade studio --port 8765"""

# A training on the same cores comes first: what is looked at can wait a moment.
_NICE = 15


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of the command."""
    parser.add_argument("--port", type=int, default=0, help="a port; 0 for a free one")
    parser.add_argument(
        "--runs", metavar="DIR", default="runs", help="folder of runs to show (runs)"
    )
    parser.add_argument(
        "--page", default="/", help="the page to open first, /race for instance"
    )
    # For who starts a studio beside a training: it does not stay behind it.
    parser.add_argument("--owner", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument(
        "--no-browser", action="store_true", help="print the address, open nothing"
    )


def run(options: argparse.Namespace) -> int:
    """Serves the studio; returns the exit code."""
    return guarded("studio", lambda: _serve(options))


def _serve(options: argparse.Namespace) -> int:
    from saccade.studio import Address, serve

    if hasattr(os, "nice"):
        os.nice(_NICE)

    def ready(address: Address) -> None:
        # Beside a training, Ctrl-C is the training's.
        end = "" if options.owner else "\nCtrl-C ends it."
        print(f"The studio is at {address.url(options.page)}{end}", flush=True)

    serve(
        options.port,
        page=options.page,
        runs=options.runs,
        browser=not options.no_browser,
        ready=ready,
        owner=options.owner or None,
    )
    return 0
