"""Figures of lesson 07: a block drawn, times, mistakes, confidence."""

from collections.abc import Mapping, Sequence

import numpy as np

from coursekit.figures.style import (
    PALETTE,
    CourseFigure,
    hide_axes,
    new_figure,
    show_image,
)


def _bars(values: Mapping[str, float], label: str) -> CourseFigure:
    """Horizontal bars of times, the first on top."""
    figure, axes = new_figure(width=7.4, height=0.5 * len(values) + 0.9)
    names = list(values)[::-1]
    times = [values[name] for name in names]
    axes.barh(names, times, color=PALETTE["blue"])
    for number, value in enumerate(times):
        axes.text(value, number, f" {value:.3g}", va="center")
    axes.set_xlim(0, 1.15 * max(times))
    axes.set_xlabel(label)
    axes.grid(False, axis="y")
    said = ", ".join(values)
    return CourseFigure(figure, f"{label}: {said}.", timed=True)


def waits(milliseconds: Mapping[str, float]) -> CourseFigure:
    """How long each way of feeding takes to hand out a batch."""
    return _bars(milliseconds, "milliseconds to hand out a batch")


def steps_took(milliseconds: Mapping[str, float]) -> CourseFigure:
    """How long a step of training takes, by the switches."""
    return _bars(milliseconds, "milliseconds a step of training")


def residual_block() -> CourseFigure:
    """Two convolutions below, the shortcut above, the sum at the end."""
    figure, axes = new_figure(width=9, height=2.9)
    hide_axes(axes)
    axes.set(xlim=(0, 11.4), ylim=(0, 3.2))
    arrow = {"arrowstyle": "-|>", "lw": 1.6, "color": PALETTE["black"]}
    boxes = (
        (2.3, "conv\n3 x 3", "sky"),
        (3.9, "batch\nnorm", "yellow"),
        (5.3, "ReLU", "orange"),
        (6.7, "conv\n3 x 3", "sky"),
        (8.1, "batch\nnorm", "yellow"),
        (9.4, "ReLU", "orange"),
    )
    for x, text, colour in boxes:
        axes.text(
            x,
            0.9,
            text,
            ha="center",
            va="center",
            bbox={"boxstyle": "round,pad=0.3", "fc": PALETTE[colour]},
        )
    stops = [0.5, *(x for x, _, _ in boxes)]
    for start, end in zip(stops, stops[1:], strict=False):
        gap = 0.0 if start == 0.5 else 0.5
        axes.annotate(
            "", (end - 0.5, 0.9), (start + gap, 0.9), arrowprops=arrow
        )
    axes.plot(
        [1.2, 1.2, 10.4], [0.9, 2.5, 2.5], color=PALETTE["green"], lw=2.4
    )
    axes.annotate(
        "",
        (10.4, 1.2),
        (10.4, 2.55),
        arrowprops={**arrow, "color": PALETTE["green"], "lw": 2.4},
    )
    axes.annotate("", (10.15, 0.9), (9.9, 0.9), arrowprops=arrow)
    axes.annotate("", (11.1, 0.9), (10.65, 0.9), arrowprops=arrow)
    axes.text(
        10.4,
        0.9,
        "+",
        ha="center",
        va="center",
        bbox={"boxstyle": "circle,pad=0.25", "fc": "white"},
    )
    axes.text(0.3, 0.9, "$x$", ha="center", va="center", fontsize=13)
    axes.text(11.25, 0.9, "$y$", ha="center", va="center", fontsize=13)
    axes.text(5.8, 2.75, "shortcut: $x$ as it is", ha="center")
    axes.text(5.8, 1.75, "$F(x)$: what is to be changed", ha="center")
    return CourseFigure(
        figure,
        "A residual block. Below, x goes through convolution, batch norm and "
        "ReLU, twice; above, a shortcut passes x on as it is. The two are "
        "added to y = x + F(x).",
    )


def ablation(
    panels: Mapping[str, Mapping[str, Sequence[float]]],
) -> CourseFigure:
    """Accuracies of arms: a bar for the mean, a point a seed.

    ``panels`` maps a title to {arm: accuracies of the seeds}; the first has
    all arms, in their order.
    """
    figure, axes = new_figure(
        columns=len(panels), width=9.6, height=3.8, sharey=True
    )
    said, blue, names = [], PALETTE["sky"], list(next(iter(panels.values())))
    place = {name: -number for number, name in enumerate(names)}
    for panel, (title, arms) in zip(axes, panels.items(), strict=True):
        means = {name: float(np.mean(seeds)) for name, seeds in arms.items()}
        panel.barh([place[n] for n in arms], means.values(), color=blue)
        for name, seeds in arms.items():
            panel.plot(seeds, [place[name]] * len(seeds), "o", c="0.2", ms=4)
            beside = max(seeds) + 0.02
            panel.text(beside, place[name], f"{means[name]:.2f}", va="center")
        panel.set(title=title, xlabel="right on validation", xlim=(0, 1))
        panel.grid(False, axis="y")
        numbers = ", ".join(f"{n} {mean:.2f}" for n, mean in means.items())
        said.append(f"{title}: {numbers}")
    axes[0].set_yticks([*place.values()], names)
    return CourseFigure(
        figure,
        "Share right on validation, mean of the seeds, each a point. "
        f"{'; '.join(said)}.",
    )


def rate(rates: Sequence[float]) -> CourseFigure:
    """The learning rate of each step of one cycle."""
    figure, axes = new_figure()
    axes.plot(rates)
    axes.set(xlabel="step", ylabel="learning rate")
    top = int(np.argmax(rates))
    return CourseFigure(
        figure,
        f"One cycle over {len(rates) - 1} steps: the learning rate rises in "
        f"a line from {rates[0]:.1f} to {rates[top]:.1f} at step {top}, and "
        f"falls in a cosine to {rates[-1]:.1f}.",
    )


def confusion(shares: np.ndarray, names: Sequence[str]) -> CourseFigure:
    """Shares (k, k) of what was said (columns) of what it is (rows)."""
    figure, axes = new_figure(width=7.4, height=6.6)
    picture = axes.imshow(shares, cmap="viridis", vmin=0, vmax=1)
    places = range(len(names))
    axes.set_xticks(places, names, rotation=90, fontsize=9)
    axes.set_yticks(places, names, fontsize=9)
    axes.grid(False)
    axes.set(xlabel="said to be", ylabel="is")
    figure.colorbar(picture, label="share of the row", shrink=0.8)
    return CourseFigure(
        figure,
        f"Confusion of {len(names)} families, a row for what it is, a column "
        f"for what was said: on average {np.diag(shares).mean():.2f} of a row "
        "is on the diagonal.",
        varies=("images",),
    )


def confused(split, said, pairs, names) -> CourseFigure:
    """For each pair a mistake, and a right one of the class said."""
    figure, axes = new_figure(2, len(pairs), width=10.5, height=4.6)
    for panels, (one, other) in zip(axes.T, pairs, strict=True):
        wrong = np.flatnonzero(
            ((split.y == one) & (said == other))
            | ((split.y == other) & (said == one))
        )[0]
        other = said[wrong]
        right = np.flatnonzero((split.y == other) & (said == other))
        show_image(panels[0], split.x[wrong])
        panels[0].set_title(
            f"{names[split.y[wrong]]}\nsaid: {names[other]}", fontsize=11
        )
        if len(right):
            show_image(panels[1], split.x[right[0]])
            panels[1].set_title(f"{names[other]}", fontsize=11)
        else:
            hide_axes(panels[1])
    return CourseFigure(
        figure,
        f"The {len(pairs)} pairs of classes that are taken for each other "
        "most often: above a mistake, below a right one of the class that "
        "was said.",
        varies=("title", "images"),
    )


def calibration(
    sure: np.ndarray, right: np.ndarray, weight: np.ndarray
) -> CourseFigure:
    """A reliability diagram; points are as large as their bins are full."""
    figure, axes = new_figure(width=5.2, height=4.6)
    axes.plot([0, 1], [0, 1], "--", color=PALETTE["black"], label="calibrated")
    axes.plot(sure, right, color=PALETTE["blue"])
    axes.scatter(sure, right, s=20 + 600 * weight, color=PALETTE["blue"])
    axes.set(xlabel="confidence", ylabel="share right", aspect="equal")
    axes.set(xlim=(-0.03, 1.03), ylim=(-0.03, 1.03))
    axes.legend(loc="upper left")
    above = right[weight > 0.03] > sure[weight > 0.03]
    where = (
        "above"
        if above.mean() > 0.7
        else "below"
        if above.mean() < 0.3
        else "on both sides of"
    )
    return CourseFigure(
        figure,
        "Share of right answers against confidence, in ten bins: the points "
        f"lie {where} the dashed line of a calibrated network.",
        varies=("lines", "marks"),
    )


def own_picture(picture, names, probabilities) -> CourseFigure:
    """A picture as the network sees it, and its likeliest classes."""
    figure, (left, axes) = new_figure(1, 2, width=8.4, height=3.0)
    show_image(left, picture)
    axes.barh(names[::-1], probabilities[::-1], color=PALETTE["blue"])
    axes.set(xlabel="probability", xlim=(0, 1))
    axes.grid(False, axis="y")
    return CourseFigure(
        figure,
        f"Your picture in {picture.shape[0]} x {picture.shape[1]} pixels, "
        f"and the {len(names)} classes that the network finds likeliest.",
        varies=("ticks", "patches"),
    )
