"""A progress bar for people; silent where nobody watches."""

import contextlib
import functools
from collections.abc import Callable, Iterator


@contextlib.contextmanager
def bar(
    name: str, total: int | None, done: int = 0, sizes: bool = True
) -> Iterator[Callable[[int], None]]:
    """Show a bar with size, speed and time left; yields advance(n).

    ``sizes`` counts bytes, otherwise things. Shown in terminals and
    notebooks, not in log files.
    """
    import rich
    from rich import progress

    console = rich.get_console()
    counted = [progress.DownloadColumn(), progress.TransferSpeedColumn()]
    with progress.Progress(
        progress.TextColumn("{task.description}"),
        progress.BarColumn(),
        *(counted if sizes else [progress.MofNCompleteColumn()]),
        progress.TimeRemainingColumn(),
        transient=True,
        disable=not (console.is_terminal or console.is_jupyter),
    ) as shown:
        task = shown.add_task(name, total=total, completed=done)
        yield functools.partial(shown.advance, task)
