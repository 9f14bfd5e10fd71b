"""Exercises of lesson 07: a hundred classes."""

import numpy as np

from coursekit.exercises.edits import edit
from coursekit.exercises.engine import Case, Exercise, Mistake


def crop_and_flip(images, top, left, mirrored, border=4):
    size, edge = images.shape[1], (border, border)
    padded = np.pad(images, ((0, 0), edge, edge, (0, 0)), "reflect")
    windows = np.empty_like(images)
    for number, picture in enumerate(padded):
        down, right = top[number], left[number]
        window = picture[down : down + size, right : right + size]
        windows[number] = window[:, ::-1] if mirrored[number] else window
    return windows


def residual_block(filters):
    import keras
    from keras import layers

    x = maps = layers.Input((None, None, filters))
    for _ in range(2):
        x = layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
        x = layers.BatchNormalization(momentum=0.9)(x)
        x = layers.ReLU()(x)
    return keras.Model(maps, layers.Add()([maps, x]))


def _as_seen(model):
    """Shapes, parameters, and outputs with known weights, in training."""
    import keras

    filters = model.input_shape[-1]
    if model.input_shape[1:3] != (None, None):  # these maps would not fit
        return {"input shape": model.input_shape}
    maps = np.cos(np.arange(3 * 5 * 6 * filters)).reshape(3, 5, 6, filters)
    for weight in model.trainable_weights:
        wave = np.cos(1.7 * np.arange(np.prod(weight.shape)))
        weight.assign(1.3 + 0.4 * wave.reshape(weight.shape))
        if weight.name in ("kernel", "beta", "bias"):
            weight.assign(0.5 * wave.reshape(weight.shape))
    norms = [
        layer.momentum
        for layer in model.layers
        if isinstance(layer, keras.layers.BatchNormalization)
    ]
    outputs = keras.ops.convert_to_numpy(model(maps, training=True))
    return {
        "input shape": model.input_shape,
        "parameters": model.count_params(),
        "momentum of batch normalisation": norms,
        "shape of the output": outputs.shape,
        "outputs, with known weights": outputs.round(4),
    }


def top_k_accuracy(scores, y, k):
    best = np.argsort(scores, axis=1)[:, -k:]
    return (best == np.asarray(y)[:, np.newaxis]).any(axis=1).mean()


def prepared(parts, change):
    return {
        name: change(x) if name == "train" else x for name, x in parts.items()
    }


def smoothed(y, classes, share):
    one_hot = np.eye(classes)[y]
    return (1 - share) * one_hot + share / classes


def chosen(validation_scores, test_scores):
    best = int(np.argmax(validation_scores))
    return best, test_scores[best]


def triangle(step, steps, low, peak, up):
    top = up * steps
    if step < top:
        return low + (peak - low) * step / top
    return peak * (steps - step) / (steps - top)


_rng = np.random.default_rng(7)


def _pictures(count, size):
    return _rng.integers(0, 256, (count, size, size, 3), "uint8")


def _crops(count, size, border):
    top, left = _rng.integers(0, 2 * border + 1, (2, count))
    mirrored = np.arange(count) % 3 == 1
    return Case(_pictures(count, size), top, left, mirrored, border=border)


_one_row = np.arange(48, dtype="uint8").reshape(1, 4, 4, 3)
_scores = _rng.standard_normal((5, 7)).astype("float32")
_classes = np.array([3, 0, 6, 2, 2])


def _plus_one(x):
    return np.asarray(x) + 1


EXERCISES = (
    Exercise(
        id="07.1",
        title="Random crop and flip",
        level="core",
        reference=crop_and_flip,
        cases=(
            Case(
                _one_row,
                np.array([1]),
                np.array([1]),
                np.array([False]),
                border=1,
            ),
            Case(
                _one_row,
                np.array([0]),
                np.array([2]),
                np.array([True]),
                border=1,
            ),
            _crops(5, 8, 2),
            Case(*_crops(3, 12, 4).args),  # the border of 4 unless you say
        ),
        hints=(
            "First a border around all pictures, in one call; then a window "
            "out of each, and its mirror image where it is wanted.",
            "np.pad(images, ((0, 0), (border, border), (border, border), "
            '(0, 0)), "reflect"); picture k begins at row top[k] and column '
            "left[k] of its padded version.",
            "window = padded[k, top[k] : top[k] + size, left[k] : left[k] + "
            "size]; if mirrored[k]: window = window[:, ::-1]",
        ),
        mistakes=(
            Mistake(
                edit(
                    'np.pad(images, ((0, 0), edge, edge, (0, 0)), "reflect")',
                    "np.pad(images, ((0, 0), edge, edge, (0, 0)))",
                ),
                "Your border is black. Let it reflect the picture: "
                'np.pad(..., "reflect").',
            ),
            Mistake(
                edit('"reflect"', '"edge"'),
                "Your border repeats the last pixel. Let it reflect the "
                'picture: np.pad(..., "reflect").',
            ),
            Mistake(
                edit('"reflect"', '"symmetric"'),
                'Your border repeats the edge pixel ("symmetric"). "reflect" '
                "begins with the pixel next to it.",
            ),
            Mistake(
                edit('"reflect"', '"wrap"'),
                "Your border continues on the other side of the picture. Let "
                'it reflect: np.pad(..., "reflect").',
            ),
            Mistake(
                edit("window[:, ::-1]", "window[::-1]"),
                "You turned the picture on its head. Left to right is the "
                "second axis of a window: [:, ::-1].",
            ),
            Mistake(
                edit("window[:, ::-1]", "window[::-1, ::-1]"),
                "You turned both axes: that is half a turn. Left to right is "
                "[:, ::-1].",
            ),
            Mistake(
                edit("window[:, ::-1]", "window[:, :, ::-1]"),
                "You turned the colours: red is now blue. Left to right is "
                "the axis before.",
            ),
            Mistake(
                edit("top[number], left[number]", "left[number], top[number]"),
                "Rows and columns are exchanged: top counts rows, left "
                "columns.",
            ),
            Mistake(
                edit("top[number], left[number]", "top[0], left[0]"),
                "All pictures have the first one's window. Each has its own "
                "place.",
            ),
            Mistake(
                edit("if mirrored[number] else window", ""),
                "You mirrored all pictures: only those with mirrored True.",
            ),
            Mistake(
                edit(
                    "window[:, ::-1] if mirrored[number] else window", "window"
                ),
                "Nothing is mirrored.",
            ),
            Mistake(
                edit("if mirrored[number]", "if not mirrored[number]"),
                "You mirrored the others: those with mirrored False.",
            ),
            Mistake(
                edit(
                    "window = picture[down",
                    "picture = picture[:, ::-1] if mirrored[number] else "
                    "picture\n        window = picture[down",
                    "window[:, ::-1] if mirrored[number] else window",
                    "window",
                ),
                "You mirrored the picture before the window was cut: it then "
                "comes from the other side. Cut first, then mirror.",
            ),
            Mistake(
                edit(
                    "edge = images.shape[1], (border, border)",
                    "edge = images.shape[1], (4, 4)",
                ),
                "Your border is always 4 pixels wide. Take border; 4 is only "
                "its default.",
            ),
            Mistake(
                edit(
                    "top[number], left[number]",
                    "top[number] - border, left[number] - border",
                ),
                "top and left count from the corner of the padded picture: "
                "take nothing off.",
            ),
            Mistake(
                edit(
                    'np.pad(images, ((0, 0), edge, edge, (0, 0)), "reflect")',
                    'np.pad(images, border, "reflect")',
                ),
                "You padded all four axes. No border around the list of "
                "pictures, none around the colours: ((0, 0), edge, edge, "
                "(0, 0)).",
            ),
            Mistake(
                edit(
                    'np.pad(images, ((0, 0), edge, edge, (0, 0)), "reflect")',
                    "images",
                    "windows = np.empty_like(images)",
                    "windows = []",
                    "windows[number] = window[:, ::-1] if mirrored[number] "
                    "else window",
                    "windows.append(window[:, ::-1] if mirrored[number] "
                    "else window)",
                ),
                "The border is missing: your windows run over the edge of "
                "the picture. np.pad comes first.",
            ),
            Mistake(
                edit(
                    "    return windows",
                    "    return windows.astype('float32') / 255",
                ),
                "Give back bytes, as they came; scaling is another step.",
            ),
        ),
        explanation="A window at `border` is the old picture. The labels stay "
        "as they are.",
    ),
    Exercise(
        id="07.2",
        title="A residual block",
        level="core",
        reference=residual_block,
        cases=(Case(3), Case(4)),
        summarise=_as_seen,
        atol=2e-3,
        hints=(
            "Keep the input under a name of its own: you need it twice.",
            "A loop of two: Conv2D(filters, 3, padding='same', "
            "use_bias=False), BatchNormalization(momentum=0.9), ReLU(); then "
            "layers.Add()([maps, x]).",
            "x = maps = layers.Input((None, None, filters)); ...; return "
            "keras.Model(maps, layers.Add()([maps, x]))",
        ),
        mistakes=(
            Mistake(
                edit("layers.Add()([maps, x])", "x"),
                "The shortcut is missing: add the block's input to what the "
                "convolutions computed.",
            ),
            Mistake(
                edit("layers.Add()([maps, x])", "layers.Add()([x, x])"),
                "You added the convolutions' result to itself: x was "
                "overwritten. Keep the input under a name of its own.",
            ),
            Mistake(
                edit(
                    "layers.Add()([maps, x])",
                    "layers.Concatenate()([maps, x])",
                ),
                "You put the maps side by side: twice as many maps. A "
                "residual block adds.",
            ),
            Mistake(
                edit(
                    "layers.Add()([maps, x])",
                    "layers.Multiply()([maps, x])",
                ),
                "You multiplied. A residual block adds.",
            ),
            Mistake(
                edit(
                    "layers.Add()([maps, x])",
                    "layers.ReLU()(layers.Add()([maps, x]))",
                ),
                "You put a ReLU behind the sum. That is right in other "
                "networks; here the shortcut stays straight.",
            ),
            Mistake(
                edit(
                    "        x = layers.ReLU()(x)\n",
                    "        x = layers.ReLU()(x) if number == 0 else x\n",
                    "for _ in",
                    "for number in",
                    "layers.Add()([maps, x])",
                    "layers.ReLU()(layers.Add()([maps, x]))",
                ),
                "That is the block of the paper, its second ReLU behind the "
                "sum. Here both stand before it: the shortcut stays straight.",
            ),
            Mistake(
                edit(
                    "keras.Model(maps, layers.Add()([maps, x]))",
                    "layers.Add()([maps, x])",
                ),
                "You return the sum. Make a model that leads to it: "
                "keras.Model(maps, ...).",
            ),
            Mistake(
                edit(', padding="same"', ""),
                "Without padding each convolution takes a pixel off every "
                'side, and the sum has no meaning: padding="same".',
            ),
            Mistake(
                edit("(None, None, filters)", "(32, 32, filters)"),
                "Your block takes maps of one size only. Leave height and "
                "width open: (None, None, filters).",
            ),
            Mistake(
                edit("momentum=0.9", "0.9"),
                "The first argument of BatchNormalization is the axis. Name "
                "it: momentum=0.9.",
            ),
            Mistake(
                edit(
                    "    for _",
                    "    norm = layers.BatchNormalization(momentum=0.9)\n"
                    "    for _",
                    "x = layers.BatchNormalization(momentum=0.9)(x)",
                    "x = norm(x)",
                ),
                "Both times the same batch normalisation: they share scale, "
                "shift and statistics. Each convolution has its own.",
            ),
            Mistake(
                edit(
                    "use_bias=False",
                    'use_bias=False, activation="relu"',
                ),
                "Your convolutions bend their sums already. The ReLU comes "
                "once, after batch normalisation.",
            ),
            Mistake(
                edit(", use_bias=False", ""),
                "Your convolutions have a bias. Batch normalisation takes it "
                "away again: use_bias=False.",
            ),
            Mistake(
                edit("momentum=0.9", ""),
                "Batch normalisation's momentum is Keras' 0.99: too slow for "
                "a short run (lesson 05). Give momentum=0.9.",
            ),
            Mistake(
                edit("range(2)", "range(1)"),
                "One convolution only: the block has two.",
            ),
            Mistake(
                edit(
                    "        x = layers.BatchNormalization(momentum=0.9)(x)\n"
                    "        x = layers.ReLU()(x)\n",
                    "        x = layers.ReLU()(x)\n"
                    "        x = layers.BatchNormalization(momentum=0.9)(x)\n",
                ),
                "The ReLU comes after batch normalisation, not before it.",
            ),
            Mistake(
                edit(
                    "        x = layers.BatchNormalization(momentum=0.9)(x)\n",
                    "",
                ),
                "Batch normalisation is missing after each convolution.",
            ),
            Mistake(
                edit("        x = layers.ReLU()(x)\n", ""),
                "The ReLU is missing: without a bend two convolutions are "
                "one.",
            ),
        ),
        explanation="The shape stays, so the sum needs no projection. A "
        "change of size or of the number of maps stands outside the block.",
    ),
    Exercise(
        id="07.3",
        title="Top-k accuracy",
        level="core",
        reference=top_k_accuracy,
        cases=(
            Case(
                np.float32([[0.1, 0.5, 0.4], [0.6, 0.3, 0.1]]),
                np.array([2, 2]),
                2,
            ),
            Case(_scores, _classes, 1),
            Case(_scores, _classes, 3),
            Case(_scores, np.argsort(_scores)[:, 1], 2),  # second smallest
            Case(_scores, np.argsort(_scores)[:, -3], 3),
        ),
        hints=(
            "Which k classes have the largest scores, in each row?",
            "np.argsort sorts upwards: the largest are the last k columns. "
            "Is the class among them?",
            "best = np.argsort(scores, axis=1)[:, -k:]; "
            "(best == y[:, None]).any(axis=1).mean()",
        ),
        mistakes=(
            Mistake(
                edit("[:, -k:]", "[:, :k]"),
                "Those are the k smallest scores: argsort sorts upwards. Take "
                "the last k.",
            ),
            Mistake(
                edit("[:, -k:]", "[:, -k]"),
                "That is the k-th class alone. Take all of the last k: "
                "[:, -k:].",
            ),
            Mistake(
                edit("[:, -k:]", "[:, -1:]"),
                "That is the first class alone, top-1, whatever k is.",
            ),
            Mistake(
                edit(".any(axis=1)", ""),
                "You divided by n k: the class can be among the k only once. "
                "Ask each row with any(axis=1).",
            ),
            Mistake(
                edit(
                    "np.argsort(scores, axis=1)[:, -k:]",
                    "np.argsort(scores, axis=1)[-k:]",
                ),
                "[-k:] takes the last k rows, so pictures. Take the last k "
                "columns: [:, -k:].",
            ),
            Mistake(
                edit("np.argsort(scores, axis=1)", "np.sort(scores, axis=1)"),
                "np.sort gives the scores. Which classes have them says "
                "np.argsort.",
            ),
            Mistake(
                edit(".any(axis=1).mean()", ".any(axis=1).mean() * 100"),
                "That is in percent. Give a share, from 0 to 1.",
            ),
            Mistake(
                edit(".mean()", ".sum()"),
                "That is a count. Give the share of the pictures.",
            ),
            Mistake(
                edit(".any(axis=1).mean()", ".any()"),
                "You asked whether any picture is right. One answer for each "
                "row: any(axis=1), then the mean.",
            ),
            Mistake(
                edit(".any(axis=1).mean()", ".any(axis=1)"),
                "One answer for each picture. Give their mean.",
            ),
            Mistake(
                edit(
                    "return (best == np.asarray(y)[:, np.newaxis])"
                    ".any(axis=1).mean()",
                    "return 1 - (best == np.asarray(y)[:, np.newaxis])"
                    ".any(axis=1).mean()",
                ),
                "That is the top-k error. The accuracy is 1 minus it.",
            ),
        ),
        explanation="Top-1 is the usual accuracy; with k classes of k it is "
        "always 1. Probabilities or logits: the order is the same.",
    ),
    Exercise(
        id="07.4",
        title="Which parts are augmented",
        level="warm-up",
        reference=prepared,
        cases=(
            Case(
                {
                    "train": np.zeros((2, 3)),
                    "validation": np.ones((1, 3)),
                    "test": np.full((1, 3), 2.0),
                },
                _plus_one,
            ),
            Case({"test": np.ones((1, 2)), "train": np.zeros(3)}, _plus_one),
        ),
        hints=(
            "What are the changed pictures for, and what the others?",
            'Only "train" is changed; the others are given back as they are.',
            '{name: change(x) if name == "train" else x for name, x in '
            "parts.items()}",
        ),
        mistakes=(
            Mistake(
                edit('change(x) if name == "train" else x', "change(x)"),
                "You changed validation and test, too: what is measured there "
                "is then no longer what the network does with real pictures, "
                "and another number each time.",
            ),
            Mistake(
                edit('name == "train"', 'name != "test"'),
                "You changed validation, too. What chooses has to be as still "
                "as what tests.",
            ),
            Mistake(
                edit('name == "train"', 'name != "train"'),
                "The other way round: train is changed, the others are not.",
            ),
            Mistake(
                edit('change(x) if name == "train" else x', "x"),
                "Nothing is changed: augmentation is for train.",
            ),
            Mistake(
                edit(
                    "for name, x in parts.items()",
                    "for name, x in parts.items() if name == 'train'",
                ),
                "Only train came back. Give back all parts; the others as "
                "they are.",
            ),
            Mistake(
                edit('name == "train"', 'name == "test"'),
                "You changed the test. Only train is changed.",
            ),
        ),
        explanation="Augmentation adds examples to learn from. What measures "
        "stays as it is.",
    ),
    Exercise(
        id="07.5",
        title="Targets with label smoothing",
        level="core",
        reference=smoothed,
        cases=(
            Case(np.array([2]), 4, 0.1),
            Case(np.array([0, 2, 1, 2, 0]), 3, 0.3),
            Case(np.array([1]), 5, 0.0),
        ),
        hints=(
            "How much is taken from the right class, and among how many is it "
            "shared?",
            "share is spread over all classes, the right one included: "
            "share / classes for each.",
            "(1 - share) * np.eye(classes)[y] + share / classes",
        ),
        mistakes=(
            Mistake(
                edit(
                    "share / classes", "share / (classes - 1) * (1 - one_hot)"
                ),
                "You spread it over the *other* classes. The usual formula, "
                "and Keras, spread it over all, the right one included.",
            ),
            Mistake(
                edit(
                    "share / classes",
                    "share / classes * (1 - one_hot)",
                ),
                "The right class gets its part of the share, too: 1 - share + "
                "share / classes.",
            ),
            Mistake(
                edit("np.eye(classes)[y]", "np.eye(classes)"),
                "That is one row for each class. Pick those of the examples: "
                "np.eye(classes)[y].",
            ),
            Mistake(
                edit("share / classes", "share"),
                "Each row must sum to 1: the share is divided among the "
                "classes.",
            ),
            Mistake(
                edit(" + share / classes", ""),
                "What you took from the right class must go to the classes: "
                "each row sums to 1.",
            ),
            Mistake(
                edit("(1 - share) * one_hot", "one_hot"),
                "The right class keeps only 1 - share of its 1: your rows sum "
                "to more than 1.",
            ),
            Mistake(
                edit(
                    "(1 - share) *",
                    "share *",
                    "share / classes",
                    "(1 - share) / classes",
                ),
                "share and 1 - share are exchanged: the right class keeps "
                "1 - share.",
            ),
            Mistake(
                edit("share / classes", "share / len(y)"),
                "You divided by the number of examples. It is spread over the "
                "classes.",
            ),
        ),
        explanation="The right class has 1 - share + share / classes.",
    ),
    Exercise(
        id="07.6",
        title="Which recipe, and which number",
        level="core",
        reference=chosen,
        cases=(
            Case([0.61, 0.66, 0.64], [0.60, 0.62, 0.65]),
            Case([0.7, 0.4, 0.5, 0.6], [0.66, 0.41, 0.69, 0.58]),
            Case([0.2, 0.3], [0.25, 0.24]),
        ),
        hints=(
            "Which scores are there to choose by, and which to report?",
            "The best on validation; what it reached on the test.",
            "best = int(np.argmax(validation_scores)); return best, "
            "test_scores[best]",
        ),
        mistakes=(
            Mistake(
                edit("np.argmax(validation_scores)", "np.argmax(test_scores)"),
                "You chose by the test. Then its number is a maximum over "
                "several tries, and too good.",
            ),
            Mistake(
                edit("test_scores[best]", "validation_scores[best]"),
                "You report the score that you chose by: a maximum, and so a "
                "little too good. Report what the chosen one reaches on the "
                "test.",
            ),
            Mistake(
                edit(
                    "np.argmax(validation_scores)",
                    "np.argmax(np.add(validation_scores, test_scores))",
                ),
                "The test takes part in your choice. Only validation may.",
            ),
            Mistake(
                edit("return best,", "return best + 1,"),
                "Positions count from 0.",
            ),
            Mistake(
                edit("test_scores[best]", "max(test_scores)"),
                "That is the best test score of all. Report that of the "
                "recipe you chose.",
            ),
            Mistake(
                edit("np.argmax", "np.argmin"),
                "You took the worst one: these are accuracies.",
            ),
            Mistake(
                edit(
                    "return best, test_scores[best]",
                    "return test_scores[best], best",
                ),
                "The position comes first, then the accuracy.",
            ),
            Mistake(
                edit("return best, test_scores[best]", "return best"),
                "Two things are wanted: the position and the accuracy.",
            ),
            Mistake(
                edit(
                    "return best, test_scores[best]",
                    "return test_scores[best]",
                ),
                "That is the accuracy alone. Say its position first.",
            ),
        ),
        explanation="Validation chooses, the test reports, once.",
    ),
    Exercise(
        id="07.7",
        title="A cycle of two lines",
        level="stretch",
        reference=triangle,
        cases=(
            Case(5, 20, 0.1, 0.5, 0.5),
            Case(0, 20, 0.1, 0.5, 0.5),
            Case(10, 20, 0.1, 0.5, 0.5),
            Case(20, 20, 0.1, 0.5, 0.25),
            Case(2, 20, 0.02, 0.3, 0.25),
            Case(11, 20, 0.02, 0.3, 0.25),
        ),
        hints=(
            "Two lines that meet at the top: at which step is that?",
            "Up: low at step 0, peak at step up * steps. Down: peak there, 0 "
            "at the last step.",
            "top = up * steps; low + (peak - low) * step / top before it, "
            "peak * (steps - step) / (steps - top) after it.",
        ),
        mistakes=(
            Mistake(
                edit("low + (peak - low) * step / top", "peak * step / top"),
                "The way up begins at low, not at 0.",
            ),
            Mistake(
                edit("low + (peak - low) *", "low + peak *"),
                "Your top is low + peak. The line rises by peak - low.",
            ),
            Mistake(
                edit("/ (steps - top)", "/ steps"),
                "The way down has steps - top steps, not steps: your rate "
                "jumps at the top.",
            ),
            Mistake(
                edit(
                    "peak * (steps - step) / (steps - top)",
                    "peak * (1 - (step - top) / steps)",
                ),
                "The way down has steps - top steps: your rate is not 0 at "
                "the last one.",
            ),
            Mistake(
                edit(
                    "peak * (steps - step) / (steps - top)",
                    "peak * (1 + np.cos(np.pi * (step - top) / (steps - top)))"
                    " / 2",
                ),
                "That is the cosine of the road. Here the way down is a line, "
                "too.",
            ),
            Mistake(
                edit("top = up * steps", "top = steps / 2"),
                "The top is not in the middle: it is at up * steps.",
            ),
            Mistake(
                edit("top = up * steps", "top = (1 - up) * steps"),
                "up is the share of the way up: the top is at up * steps.",
            ),
            Mistake(
                edit(
                    "peak * (steps - step) / (steps - top)",
                    "low + (peak - low) * (steps - step) / (steps - top)",
                ),
                "The way down ends at 0, not at low.",
            ),
            Mistake(
                edit(
                    "peak * (steps - step) / (steps - top)",
                    "peak * (step - top) / (steps - top)",
                ),
                "Your second line rises. Down: what is left of the steps.",
            ),
            Mistake(
                edit("step / top", "step / steps"),
                "At the top your rate is not peak: divide by the steps of the "
                "way up.",
            ),
        ),
        explanation="Super-convergence was first shown with such a triangle; "
        "the cosine came later.",
    ),
)
