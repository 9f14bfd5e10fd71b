"""A progress bar for people; silent where nobody watches."""

import contextlib
import functools
from collections.abc import Callable, Iterator

from coursekit.backend import in_replay


@contextlib.contextmanager
def bar(
    name: str, total: int | None, done: int = 0, sizes: bool = True
) -> Iterator[Callable[[int], None]]:
    """Show a bar with size, speed and time left; yields advance(n).

    ``sizes`` counts bytes, otherwise things. Shown in terminals and
    notebooks, not in log files nor in a replay.
    """
    import rich
    from rich import progress

    console = rich.get_console()
    watched = console.is_terminal or console.is_jupyter
    counted = [progress.DownloadColumn(), progress.TransferSpeedColumn()]
    with progress.Progress(
        progress.TextColumn("{task.description}"),
        progress.BarColumn(),
        *(counted if sizes else [progress.MofNCompleteColumn()]),
        progress.TimeRemainingColumn(),
        transient=True,
        disable=in_replay() or not watched,
    ) as shown:
        task = shown.add_task(name, total=total, completed=done)
        yield functools.partial(shown.advance, task)
