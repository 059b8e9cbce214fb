"""The command `rnnapps`: one file a command."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Any

import typer
from typer.core import TyperCommand

from rnnapps.cli.demo import demo
from rnnapps.cli.evaluate import evaluate
from rnnapps.cli.export import export
from rnnapps.cli.generate import generate
from rnnapps.cli.info import info
from rnnapps.cli.list import list_tasks
from rnnapps.cli.options import UsageError
from rnnapps.cli.predict import predict
from rnnapps.cli.stream import stream
from rnnapps.cli.train import train
from rnnapps.errors import RnnappsError

OPEN = {"ignore_unknown_options": True, "allow_extra_args": True}


class Open(TyperCommand):
    """A command that leaves what it does not know to the task, and all behind `--` as it is."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        at = args.index("--") if "--" in args else len(args)
        super().parse_args(ctx, args[:at])
        ctx.args += args[at:]
        return ctx.args


app = typer.Typer(
    name="rnnapps",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
)


@app.callback(invoke_without_command=True)
def _common(
    context: typer.Context,
    version: bool = typer.Option(False, "--version", help="Print the version and exit."),
) -> None:
    """Recurrent networks that come trained.

    \b
    rnnapps demo                                    let every task show what it can
    rnnapps list                                    tasks and presets
    rnnapps generate music --seed 7 -o song.mid     a chorale
    rnnapps generate music --help                   the options of one task

    Results go to stdout, all else to stderr. Exit code 1 means an error, 2 a wrong command line.
    """
    if version:
        from rnnapps import __version__

        print(f"rnnapps {__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        print(context.get_help())


app.command("demo")(demo)
app.command("list")(list_tasks)
app.command("info")(info)
app.command("predict", cls=Open, context_settings=OPEN, add_help_option=False)(predict)
app.command("generate", cls=Open, context_settings=OPEN, add_help_option=False)(generate)
app.command("stream", cls=Open, context_settings=OPEN, add_help_option=False)(stream)
app.command("train", cls=Open, context_settings=OPEN, add_help_option=False)(train)
app.command("evaluate", cls=Open, context_settings=OPEN, add_help_option=False)(evaluate)
app.command("export")(export)


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the command and exits.

    Args:
        arguments: The command line without the program's name; None takes that of the process.

    Raises:
        SystemExit: Always; 0 done, 1 an error, 2 a wrong command line, 130 interrupted.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        app(args=arguments, prog_name="rnnapps")
    except UsageError as error:
        print(f"Error: {error}\nSee `rnnapps COMMAND --help`.", file=sys.stderr)
        sys.exit(2)
    except (RnnappsError, OSError, UnicodeDecodeError) as error:
        print(f"Error: {error}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
