"""The command line, ``coursekit``: thin, each command's body is a module."""

import contextlib
import sys
from pathlib import Path
from typing import Annotated

import typer

from coursekit.console import print_what_it_can
from coursekit.errors import CourseError

app = typer.Typer(
    help="Check, build and look after the course.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
)


Outputs = Annotated[
    bool, typer.Option("--outputs", help="Keep the stored outputs.")
]


@app.command()
def doctor(
    as_json: Annotated[
        bool, typer.Option("--json", help="Machine-readable output.")
    ] = False,
) -> None:
    """Check this machine: OK, WARN or FAIL lines, each with its fix."""
    from coursekit.cli import doctor as body

    raise typer.Exit(body.command(as_json))


@app.command()
def notebooks(
    lessons: Annotated[
        list[str] | None, typer.Argument(help="Two digits each; none: all.")
    ] = None,
    jobs: Annotated[
        int | None, typer.Option(help="Lessons at once; default: cores.")
    ] = None,
    force: Annotated[
        bool, typer.Option(help="Rebuild unchanged lessons too.")
    ] = False,
) -> None:
    """Execute changed lesson sources into notebooks/."""
    from coursekit.dev import build

    outcomes = build.build(lessons or (), jobs, force)
    raise typer.Exit(any(o.state == "failed" for o in outcomes))


@app.command()
def tables() -> None:
    """Make README's tables and the lessons' headers from the facts."""
    from coursekit.dev import tables as body

    for path in body.update():
        print(f"{path}: updated")


@app.command()
def work(outputs: Outputs = False) -> None:
    """Copy the lessons to work/, keeping what you changed."""
    from coursekit import paths
    from coursekit.cli import jupyterlab, workcopy

    if sys.prefix != sys.base_prefix:  # an environment made for the course
        with contextlib.suppress(OSError):
            jupyterlab.prepare(Path(sys.prefix))
    done = workcopy.copy_lessons(outputs)
    print(
        f"{paths.work_dir()}: {len(done.new)} new, {len(done.updated)} "
        f"updated, {len(done.unchanged)} as they were, "
        f"{len(done.changed + done.outdated)} kept as you changed them"
    )
    for name in done.outdated:
        print(
            f"  {name}: you changed it and there is a newer version; "
            f"`coursekit reset {name[:2]}` brings it (yours is backed up)"
        )


@app.command()
def reset(
    lesson: Annotated[str, typer.Argument(help="Two digits.")],
    outputs: Outputs = False,
) -> None:
    """Bring back a clean copy of a lesson; yours becomes a backup."""
    from coursekit.cli import workcopy

    mine, backup = workcopy.reset(lesson, outputs)
    print(f"{mine} is clean again")
    if backup:
        print(f"your version is kept as {backup.name}")


@app.command()
def progress() -> None:
    """Show which exercises are done."""
    from coursekit import exercises

    exercises.progress()


@app.command()
def caption(
    pictures: Annotated[
        list[Path], typer.Argument(help="Picture files.", metavar="PICTURE...")
    ],
    out: Annotated[
        Path, typer.Option(help="Folder for the pictures of attention.")
    ] = Path(),
    beam_width: Annotated[
        int, typer.Option(min=1, max=20, help="Width of the beam.")
    ] = 3,
    photographs: Annotated[
        bool,
        typer.Option(help="Use the network that lesson 23 keeps in full."),
    ] = False,
) -> None:
    """Say what is in pictures, with the network of lesson 22.

    It knows drawn scenes only. If none is kept, one is trained first.
    """
    from coursekit.cli import captioning

    code = captioning.command(pictures, out, beam_width, photographs)
    raise typer.Exit(code)


@app.command()
def demo(
    port: Annotated[
        int | None,
        typer.Option(min=1024, max=65535, help="Default: a free one."),
    ] = None,
    browser: Annotated[
        bool, typer.Option(help="Open the page in a browser.")
    ] = True,
) -> None:
    """Open a page to try the networks: draw, write, give a picture.

    On this machine only. `make demo` makes the environment that it needs.
    """
    from coursekit.cli import demo as body

    raise typer.Exit(body.command(port, browser))


def main() -> None:
    """Entry point: a CourseError is two lines, not a traceback."""
    print_what_it_can()
    with contextlib.suppress(Exception):  # the doctor says what is broken
        from coursekit.cli import data

        app.add_typer(data.app, name="data")
    try:
        app()
    except CourseError as error:
        typer.echo(str(error), err=True)
        raise SystemExit(1) from None
