"""The command ``coursekit data``: list, fetch, verify, where, clear."""

from typing import Annotated

import typer

from coursekit import paths
from coursekit.data import registry
from coursekit.data.fetch import Source, find, install
from coursekit.data.fetch.location import own_root
from coursekit.errors import CourseError
from coursekit.keras_config import keras_home

app = typer.Typer(
    help="Fetch, check and find the data sets.", no_args_is_help=True
)

Names = Annotated[list[str] | None, typer.Argument(help="Names of sets.")]


@app.command("list")
def show() -> None:
    """Every data set: size, where it is, lessons, licence."""
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    table.add_column("name", no_wrap=True)
    table.add_column("MB", no_wrap=True, justify="right")
    table.add_column("here", no_wrap=True)
    table.add_column("lessons", no_wrap=True)
    table.add_column("what; licence")
    for name in registry.names():
        info = registry.info(name)
        kind = "real" if info.real else "synthetic"
        table.add_row(
            name,
            f"{registry.megabytes(name):,.1f}",
            _state(name),
            " ".join(info.lessons),
            f"{info.title} ({kind}); {info.licence}",
        )
    Console().print(table)


@app.command()
def fetch(
    names: Names = None,
    everything: Annotated[
        bool, typer.Option("--all", help="All sets that can be fetched.")
    ] = False,
    lesson: Annotated[
        str, typer.Option(help="The sets that a lesson needs: 07.")
    ] = "",
) -> None:
    """Fetch sets now, for a lesson without a network later.

    The folder that `coursekit data where` names can be copied to other
    machines; COURSEKIT_DATA then points at the copy.
    """
    failed = False
    for name in _chosen(names, everything, lesson):
        if registry.info(name).bundled:
            print(f"{name}: bundled with the kit, nothing to fetch")
        for source in registry.sources(name):
            failed |= not _fetch(source)
    raise typer.Exit(failed)


@app.command()
def verify(names: Names = None) -> None:
    """Compare the files that are here with their checksums, and load them."""
    all_good = True
    for name in names or registry.names():
        for text, good in _verify(name):
            print(f"{'ok   ' if good else 'WRONG'}  {text}")
            all_good &= good
    raise typer.Exit(not all_good)


@app.command()
def where(names: Names = None) -> None:
    """Name the folders in which sets are looked for and found."""
    print(f"bundled   {paths.data_dir()}")
    print(f"cache     {paths.cache_dir()}  (COURSEKIT_HOME)")
    print(f"your own  {own_root() or 'not set'}  (COURSEKIT_DATA)")
    print(f"Keras     {keras_home()}  (KERAS_HOME)")
    for name in names or registry.names():
        for source in registry.sources(name):
            if folder := find(source):
                print(f"{source.name}: {folder}")


@app.command()
def clear(
    names: Names = None,
    everything: Annotated[
        bool, typer.Option("--all", help="All fetched sets.")
    ] = False,
) -> None:
    """Remove fetched sets from the cache; bundled and own ones stay."""
    for name in _chosen(names, everything):
        for source in registry.sources(name):
            if install.clear(source.name):
                print(f"removed {source.name}")


def _chosen(
    names: list[str] | None, everything: bool, lesson: str = ""
) -> list[str]:
    """The sets asked for; CourseError when none or an unknown one is."""
    if everything:
        return [name for name in registry.names() if registry.sources(name)]
    chosen = list(names or ())
    if lesson:
        known = registry.names()
        chosen += [n for n in known if lesson in registry.info(n).lessons]
    if not chosen:
        raise CourseError(
            "No data set is named.",
            "name some, or use --all; `coursekit data list` shows them",
        )
    for name in chosen:
        registry.info(name)  # refuses an unknown name
    return chosen


def _fetch(source: Source) -> bool:
    """Fetch one source unless it is here; say how that went."""
    try:
        folder = find(source)
        if folder is None and not source.remotes:
            print(f"{source.name}: for you to bring; {source.by_hand}")
        else:
            print(f"{source.name}: {folder or install.install(source)}")
    except CourseError as error:
        typer.echo(str(error), err=True)
        return False
    return True


def _state(name: str) -> str:
    if registry.info(name).bundled:
        return "bundled"
    found = 0
    for source in registry.sources(name):
        try:
            found += find(source) is not None
        except CourseError:
            return "incomplete"
    total = len(registry.sources(name))
    return f"{found} of {total}" if total > 1 else ("yes" if found else "-")


def _verify(name: str) -> list[tuple[str, bool]]:
    """(what, is it good) for every part of a set that is here."""
    from coursekit.data.readers import bundled

    lines = []
    for file in registry.info(name).files:
        try:
            bundled.path_of(file)
            lines.append((f"data/{file}", True))
        except CourseError as error:
            lines.append((error.message, False))
    for source in registry.sources(name):
        try:
            folder = find(source)
        except CourseError as error:
            lines.append((error.message, False))
            continue
        if folder is None:
            continue
        troubles = install.verify(source, folder)
        try:
            registry.read(name, folder)
        except CourseError as error:
            troubles.append(error.message)
        lines += [(f"{folder}: {text}", False) for text in troubles]
        if not troubles:
            lines.append((f"{source.name}: {folder}", True))
    return lines
