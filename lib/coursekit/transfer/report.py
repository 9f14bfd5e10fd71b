"""What a folder's classifier reports: numbers, warnings, pictures."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from coursekit import paths
from coursekit.data.dataset import Dataset
from coursekit.data.readers.pictures import open_picture
from coursekit.transfer.encoders import run

UNEVEN = 3  # how many times the rarest class the commonest may be


@dataclass(frozen=True, eq=False)
class Report:
    """What ``from_folder`` found and made; ``print`` shows it.

    ``model`` takes pixels (n, side, side, 3), 0 to 255, and gives logits;
    ``said`` (n,) are its answers for the test pictures, ``twin`` (n,) those
    of them that training had seen almost alike; ``held_twins`` counts those
    of the validation pictures.
    """

    model: Any
    encoder: str
    dataset: Dataset
    said: np.ndarray
    twin: np.ndarray
    trained: str
    held_twins: int = 0

    @property
    def right(self) -> np.ndarray:
        """Which test pictures were named rightly, (n,)."""
        return self.said == self.dataset.test.y

    @property
    def accuracy(self) -> float:
        return float(self.right.mean())

    @property
    def confusion(self) -> np.ndarray:
        """Test pictures (true class, answer)."""
        names = len(self.dataset.class_names)
        table = np.zeros((names, names), int)
        np.add.at(table, (self.dataset.test.y, self.said), 1)
        return table

    def predict(self, path: str | Path) -> tuple[str, float]:
        """Class and probability for one more picture file."""
        side = self.model.input_shape[1]
        picture = open_picture(paths.expanded(path)).resize((side, side))
        chances = _softmax(run(self.model, np.asarray(picture)[None]))[0]
        return self.dataset.class_names[chances.argmax()], float(chances.max())

    def pictures(self, count: int = 12):
        """Test pictures with what was said; the mistakes come first.

        Where there are more than fit, they are from all classes alike.
        """
        from coursekit.figures.images import image_grid

        names, test = self.dataset.class_names, self.dataset.test
        wrong = _spread(np.flatnonzero(~self.right), count)
        ok = _spread(np.flatnonzero(self.right), count - len(wrong))
        order = np.concatenate([wrong, ok])
        titles = [
            names[k] if ok else f"{names[k]}? ({names[y]})"
            for k, ok, y in zip(
                self.said[order], self.right[order], test.y[order], strict=True
            )
        ]
        summary = (
            f"{len(order)} of {len(test)} test pictures with what is said of "
            f"them; a wrong answer has a question mark and, in brackets, the "
            f"truth"
        )
        return image_grid(
            test.x[order],
            titles,
            columns=6,
            summary=summary,
            size=1.7,
            varies=("title", "images"),
        )

    def __str__(self) -> str:
        data, right = self.dataset, int(self.right.sum())
        low, high = interval(right, len(self.said))
        usual = np.bincount(data.train.y).argmax()
        lines = [
            *_counts(data),
            f"encoder   {self.encoder}, {self.trained}",
            f"test      {right} of {len(self.said)} right, "
            f"{self.accuracy:.2f} (95 % interval {low:.2f} to {high:.2f})",
            f"baseline  {np.mean(data.test.y == usual):.2f}, always "
            f"{data.class_names[usual]}",
            *(f"note      {text}" for text in self.warnings()),
            *_table(self.confusion, data.class_names),
        ]
        return "\n".join(lines)

    __repr__ = __str__

    def warnings(self) -> list[str]:
        """What a reader of the accuracy has to know."""
        found = [self.dataset.note] if self.dataset.note else []
        if self.twin.any():
            rest = "no others"
            if not self.twin.all():
                rest = f"without them {self.right[~self.twin].mean():.2f}"
            count = self.twin.sum()
            found.append(
                f"{count} of the test pictures {_have(count)} among those "
                f"trained with; {rest}"
            )
        if self.held_twins:
            found.append(
                f"{self.held_twins} of the validation pictures "
                f"{_have(self.held_twins)} in train: the epoch was chosen by "
                "pictures that training had seen"
            )
        sizes = np.bincount(self.dataset.train.y)
        if sizes.max() > UNEVEN * sizes.min():
            found.append(
                f"unbalanced: {sizes.min()} to {sizes.max()} pictures a class "
                "to train with; look at each row of the table"
            )
        return found


def _spread(places: np.ndarray, count: int) -> np.ndarray:
    """At most ``count`` of them, at equal distances."""
    steps = np.linspace(0, len(places), min(count, len(places)), False)
    return places[steps.astype(int)]


def _have(count: int) -> str:
    return f"{'has' if count == 1 else 'have'} a near-duplicate"


def _softmax(logits: np.ndarray) -> np.ndarray:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def interval(right: int, count: int) -> tuple[float, float]:
    """95 % interval of a share (E. B. Wilson 1927)."""
    z, share = 1.96, right / count
    middle = share + z**2 / (2 * count)
    reach = z * np.sqrt(share * (1 - share) / count + (z / count) ** 2 / 4)
    below = 1 + z**2 / count
    return (middle - reach) / below, (middle + reach) / below


def _counts(data: Dataset) -> list[str]:
    parts = (data.train, data.validation, data.test)
    width = max(map(len, data.class_names))
    rows = [f"{'':<{width}} {'train':>6} {'validation':>11} {'test':>5}"]
    for number, name in enumerate(data.class_names):
        train, held, test = ((part.y == number).sum() for part in parts)
        rows.append(f"{name:<{width}} {train:>6} {held:>11} {test:>5}")
    return rows


def _table(confusion: np.ndarray, names: tuple[str, ...]) -> list[str]:
    """The confusion matrix of a few classes, or the pairs of many."""
    width = max(map(len, names))
    if len(names) <= 8:
        rows = [f"test, row: true, column: said ({', '.join(names)})"]
        for name, row in zip(names, confusion, strict=True):
            rows.append(f"{name:<{width}} {' '.join(f'{n:3d}' for n in row)}")
        return rows
    wrong = confusion * (1 - np.eye(len(names), dtype=int))
    order = np.argsort(-wrong, axis=None, kind="stable")[:5]
    pairs = [np.unravel_index(k, wrong.shape) for k in order]
    return ["test, most frequent mistakes"] + [
        f"{names[a]} taken for {names[b]}: {wrong[a, b]}"
        for a, b in pairs
        if wrong[a, b]
    ]
