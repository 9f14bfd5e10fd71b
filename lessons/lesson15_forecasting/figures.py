"""Pictures of lesson 15: windows at a border, forecasts, errors, intervals."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from coursekit.figures.lines import looks
from coursekit.figures.style import PALETTE, CourseFigure, new_figure

Lines = Mapping[str, np.ndarray]


def forecast(
    times: Sequence, truth: np.ndarray, said: Lines, xlabel: str, ylabel: str
) -> CourseFigure:
    """What happened as a black line, forecasts of the same times on it."""
    figure, axes = new_figure(width=8.6)
    axes.plot(times, truth, color="black", lw=1.4, label="measured")
    for (name, values), look in zip(said.items(), looks(8), strict=False):
        axes.plot(times, values, label=name, **look | {"lw": 1.3})
    axes.set(xlabel=xlabel, ylabel=ylabel)
    axes.legend(fontsize=10, loc="center left", bbox_to_anchor=(1, 0.5))
    return CourseFigure(
        figure,
        f"{ylabel}, {len(truth)} readings from {min(truth):.1f} to "
        f"{max(truth):.1f}; forecasts: {', '.join(said)}.",
    )


def border(length: int, horizon: int, last: int, first: int) -> CourseFigure:
    """Windows and answers near the border between training and test.

    Origins from ``last`` - 1 to ``first`` + horizon; those whose answer
    crosses the border (at 0) are hatched.
    """
    figure, axes = new_figure(width=8.6, height=3.4)
    counts = {"train": 0, "neither": 0, "test": 0}
    for row, now in enumerate(range(last, first + 1)):
        part = "train" if now + horizon <= 0 else "neither"
        part = "test" if now >= 0 else part
        counts[part] += 1
        look: dict[str, Any] = {"color": PALETTE["blue"]}
        if part == "neither":
            look = {"facecolor": "white", "edgecolor": "0.4", "hatch": "///"}
        axes.barh(-row, length, 0.6, now - length, color="#BBBBBB")
        axes.barh(-row, horizon, 0.6, now, **look)
        axes.text(now + horizon + 0.2, -row, part, va="center", fontsize=10)
    axes.axvline(0, color=PALETTE["vermillion"], ls="--", lw=1.5)
    axes.set_yticks([])
    axes.grid(False)
    axes.spines["left"].set_visible(False)
    axes.set(xlabel="moments before and after the border")
    axes.set_xlim(last - length - 0.5, first + horizon + 3)
    axes.set_title(
        "window grey, answer blue (hatched: crosses the dashed border)",
        fontsize=11,
    )
    return CourseFigure(
        figure,
        f"Windows of {length} with answers of {horizon} near a border: "
        f"{counts['train']} to train, {counts['neither']} whose answer "
        f"crosses it to neither part, {counts['test']} to test.",
    )


def before_and_after(
    errors: Mapping[str, tuple[float, float]], floor: float, unit: str
) -> CourseFigure:
    """Two points a forecast: its error before and after a change."""
    figure, axes = new_figure(width=8.0, height=0.5 * len(errors) + 1.2)
    rows = -np.arange(len(errors))
    before, after = np.transpose(list(errors.values()))
    axes.hlines(rows, before, after, color="0.6", lw=1.5)
    axes.plot(before, rows, "o", color=PALETTE["blue"], label="before")
    axes.plot(after, rows, "s", color=PALETTE["vermillion"], label="after")
    axes.axvline(floor, color="black", ls=":", lw=1.5, label="noise floor")
    axes.set_yticks(rows, list(errors))
    axes.set(xlabel=f"error ({unit})", xlim=(0, None))
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    said = "; ".join(
        f"{name} {a:.2f} and {b:.2f}" for name, (a, b) in errors.items()
    )
    return CourseFigure(
        figure,
        f"Error in {unit} before and after the station moved, noise floor "
        f"{floor:.2f}. {said}.",
    )


def by_step(errors: Lines, unit: str, step: str) -> CourseFigure:
    """Error against how far ahead, a line a forecast."""
    figure, axes = new_figure(width=8.0)
    said = []
    for (name, values), look in zip(errors.items(), looks(12), strict=False):
        axes.plot(range(1, len(values) + 1), values, label=name, **look)
        said.append(f"{name} {values[0]:.2f} to {values[-1]:.2f}")
    axes.set(xlabel=f"{step}s ahead", ylabel=f"error ({unit})")
    axes.set_ylim(0, None)
    axes.set_xticks(range(1, len(values) + 1))
    axes.legend(fontsize=10, loc="center left", bbox_to_anchor=(1, 0.5))
    return CourseFigure(
        figure,
        f"Error in {unit} from 1 to {len(values)} {step}s ahead. "
        f"{'; '.join(said)}.",
    )


def film_strip(frames: Sequence[Mapping[str, Any]], unit: str) -> CourseFigure:
    """A panel an origin: the past, what came, and what was forecast.

    A frame has ``title``, ``past``, ``truth`` and ``said`` (name to
    forecasts); values are drawn relative to the last one known.
    """
    columns = (len(frames) + 1) // 2
    figure, panels = new_figure(
        2, columns, width=11, height=4.8, sharex=True, sharey=True
    )
    texts = []
    for frame, panel in zip(frames, np.ravel(panels), strict=False):
        past, truth = frame["past"], frame["truth"]
        now, last = len(truth), past[-1]
        ahead = np.arange(1, now + 1)
        panel.plot(np.arange(1 - len(past), 1), past - last, color="0.55")
        panel.plot(ahead, truth - last, color="black", label="came")
        errors = []
        for (name, said), look in zip(
            frame["said"].items(), looks(12), strict=False
        ):
            panel.plot(ahead, said - last, label=name, **look | {"lw": 1.4})
            error = np.sqrt(np.mean((said - truth) ** 2))
            errors.append(f"{name} {error:.2f}")
        panel.axvline(0, color=PALETTE["vermillion"], ls="--", lw=1)
        panel.set_title(frame["title"], fontsize=11)
        texts.append(f"{frame['title']}: {', '.join(errors)}")
    for panel in np.ravel(panels)[len(frames) :]:
        panel.set_visible(False)
    figure.supxlabel("months from the origin", fontsize=11)
    figure.supylabel(f"change ({unit})", fontsize=11)
    handles, names = np.ravel(panels)[0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside upper center", ncols=len(names))
    return CourseFigure(
        figure, f"Forecasts from {len(frames)} origins. {'; '.join(texts)}."
    )


def interval(
    days: np.ndarray, truth: np.ndarray, low: np.ndarray, high: np.ndarray
) -> CourseFigure:
    """A band, what came, and a mark on what lies outside of the band.

    ``days`` are counted from the day on which the station was moved.
    """
    figure, axes = new_figure(width=9.0)
    outside = (truth < low) | (truth > high)
    axes.fill_between(
        days, low, high, color=PALETTE["sky"], alpha=0.5, label="80 % interval"
    )
    axes.plot(days, truth, color="black", lw=1.2, label="measured")
    axes.plot(
        days[outside],
        truth[outside],
        "X",
        color=PALETTE["vermillion"],
        label="outside",
    )
    axes.axvline(0, color="black", ls="--", lw=1.2, label="moved")
    axes.set(xlabel="days from the move", ylabel="temperature (degrees)")
    axes.legend(fontsize=10, loc="center left", bbox_to_anchor=(1, 0.5))
    old = days < 0
    return CourseFigure(
        figure,
        f"Intervals on the {-days[0]:.0f} days before the station moved and "
        f"the {days[-1]:.0f} days after it: share of readings outside of "
        f"them {outside[old].mean():.2f} before, {outside[~old].mean():.2f} "
        "after.",
        varies=("lines", "marks"),
    )


def two_scatters(
    panels: Mapping[str, tuple[np.ndarray, np.ndarray, float]],
) -> CourseFigure:
    """Forecast against truth, a panel a view: (said, truth, R2)."""
    figure, axes = new_figure(columns=len(panels), width=9.0, height=3.9)
    said = []
    for panel, (name, (forecasts, truth, share)) in zip(
        axes, panels.items(), strict=True
    ):
        panel.plot(truth, forecasts, ".", color=PALETTE["blue"], ms=5)
        ends = [min(truth), max(truth)]
        panel.plot(ends, ends, color=PALETTE["vermillion"], ls="--", lw=1.2)
        panel.set_title(f"{name}: R2 = {share:.2f}")
        panel.set(xlabel="what came", ylabel="forecast")
        said.append(f"{name} R2 {share:.2f}")
    return CourseFigure(
        figure,
        f"A weighted sum's forecasts of a random walk against what came, "
        f"twice: {', '.join(said)}.",
    )
