"""Lines are told apart without colour, and log axes say that they are."""

from itertools import combinations, islice

import numpy as np
import pytest

from coursekit import lessons
from coursekit.figures import captioning, gradients, images, training
from coursekit.figures.lines import looks

STEPS = {name: np.linspace(1, 0.1 + n, 20) for n, name in enumerate("abcd")}
HISTORY = {
    "accuracy": [0.5, 0.9],
    "in_best_two": [1.0, 1.0],
    "loss": [1.3, 0.2],
    "val_accuracy": [0.6, 0.8],
    "val_in_best_two": [1.0, 1.0],
    "val_loss": [0.9, 0.4],
}
FIGURES = {
    "losses": lambda: training.losses(STEPS),
    "training curves": lambda: training.training_curves(HISTORY),
    "two losses": lambda: captioning.two_losses(STEPS, 3.9),
    "23 beside papers": lambda: own("23").beside_papers(
        {"scenes": {n: v[:4] for n, v in STEPS.items()}}
    ),
    "flow": lambda: gradients.flow(STEPS),
    "norms": lambda: own("13").norms_against_bound(
        {
            kind: {name: (v, 2 * v) for name, v in STEPS.items()}
            for kind in ("tanh", "ReLU")
        }
    ),
    "shifts": lambda: images.accuracy_against_shift(list(range(20)), STEPS),
    "03 by depth": lambda: own("03").gradient_by_depth(STEPS),
    "03 through depth": lambda: own("03").gradient_through_depth(
        range(20), STEPS
    ),
    "03 change": lambda: own("03").change_curves(
        {"shift": (range(20), STEPS), "turn": (range(20), STEPS)}, "likeness"
    ),
    "05 schedules": lambda: own("05").schedules(STEPS),
    "05 runs": lambda: own("05").compare_runs(
        {"Adam": HISTORY, "SGD": HISTORY, "momentum": HISTORY}
    ),
    "05 paths": lambda: own("05").paths_on_surface(
        lambda x, y: np.asarray(x) ** 2 + np.asarray(y) ** 2,
        {
            title: {n: np.stack([v, v], axis=1) for n, v in STEPS.items()}
            for title in ("one rate", "many")
        },
    ),
}


def own(lesson):
    return lessons.module(lesson, "figures")


def form(line):
    """How a line looks in print without colours."""
    return line.get_linestyle(), line.get_marker(), line.get_linewidth()


@pytest.mark.parametrize("name", FIGURES)
def test_labelled_lines_differ_in_more_than_their_colour(name):
    seen = 0
    for panel in FIGURES[name]().figure.axes:
        lines, _ = panel.get_legend_handles_labels()
        seen += len(lines)
        assert len({form(line) for line in lines}) == len(lines)
    assert seen >= 2


def test_seven_lines_differ_in_dashes_or_marker():
    seven = [
        (str(look["linestyle"]), look["marker"]) for look in islice(looks(), 7)
    ]
    assert all(a != b for a, b in combinations(seven, 2))


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("flow", "norm of the Jacobian, log scale"),
        ("norms", "norm (solid), bound (dashed), log scale"),
        ("03 by depth", "norm of the weights' gradient, log scale"),
        ("03 through depth", "gradient left (share), log scale"),
    ],
)
def test_a_log_axis_says_that_it_is_one(name, label):
    axes = FIGURES[name]().figure.axes[0]
    assert axes.get_yscale() == "log" and axes.get_ylabel() == label


def test_training_curves_show_the_loss_however_many_metrics_there_are():
    figure = training.training_curves(HISTORY)
    labels = [panel.get_ylabel() for panel in figure.figure.axes]
    assert labels == ["loss", "accuracy"]
    assert "loss from 0.90 to 0.40" in figure.summary


def test_layers_have_whole_numbers():
    axes = own("03").gradient_by_depth({"tanh": np.ones(20)}).figure.axes[0]
    assert all(tick == int(tick) for tick in axes.get_xticks())


def test_no_likeness_is_cut_off():
    panels = {name: ((0, 1, 2, 3), {"a": (1, 0, -1.3, 0)}) for name in "xy"}
    for panel in own("03").change_curves(panels, "likeness").figure.axes:
        low, high = panel.get_ylim()
        assert low < -1.3 and high > 1


def test_runs_are_summed_up_by_their_last_epoch_not_their_best():
    lucky = HISTORY | {"val_loss": [0.1, 0.4], "val_accuracy": [0.9, 0.8]}
    summary = own("05").compare_runs({"Adam": lucky}).summary
    assert "loss: Adam 0.40" in summary and "accuracy: Adam 0.80" in summary
    assert "Best" not in summary


def test_the_clipped_gradient_has_its_head_within_the_frame():
    figure = own("13").clipped((3, 4), {"by norm": (0.42, 0.56)}, 0.7)
    axes = figure.figure.axes[0]
    heads = [note.xy for note in axes.texts]
    right, top = axes.get_xlim()[1], axes.get_ylim()[1]
    assert all(0 < x < right and 0 < y < top for x, y in heads)
    assert heads[0][1] / heads[0][0] == pytest.approx(4 / 3)
    assert "gradient, 5.00 long, cut" in axes.get_legend_handles_labels()[1]
    assert "gradient 5.00 at 53 degrees" in figure.summary


def test_the_map_is_readable_and_nothing_on_it_overlaps():
    figure = own("00").course_map().figure
    figure.canvas.draw()
    texts = figure.axes[0].texts
    assert min(text.get_fontsize() for text in texts) >= 10
    boxes = [text.get_window_extent() for text in texts]
    for a, b in combinations(boxes, 2):
        assert not a.overlaps(b)


def test_no_label_of_the_state_plane_is_crossed_by_the_path():
    states = np.array(
        [(0, 0), (0.16, -0.97), (0.99, -0.6), (0.94, 0.89), (-1, 1)]
    )
    V, signs = np.array([[1.0, -1.0], [0.5, 0.5]]), ("d", "e")
    drawn = own("12").state_plane(states, "deep", V, np.zeros(2), signs)
    figure = drawn.figure
    figure.canvas.draw()
    axes = figure.axes[0]
    path = axes.transData.transform(states)
    walk = np.concatenate(
        [np.linspace(a, b, 200) for a, b in zip(path, path[1:], strict=False)]
    )
    assert len(axes.texts) == 2 + 5  # regions and states
    for text in axes.texts:
        box = text.get_window_extent()
        assert not any(box.contains(x, y) for x, y in walk)
