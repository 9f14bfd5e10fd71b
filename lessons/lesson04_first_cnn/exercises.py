"""Exercises of lesson 04: the first CNN in Keras."""

import numpy as np

from coursekit.exercises import networks
from coursekit.exercises.edits import edit
from coursekit.exercises.engine import Case, Exercise, Mistake

_LENET = ("c1", "s2", "c3", "s4", "c5", "f6", "output")


def build_lenet(dropout=0.0):
    from keras import Model, layers

    image = layers.Input((28, 28, 1))
    c1 = layers.Conv2D(6, 5, padding="same", activation="relu", name="c1")
    x = layers.MaxPooling2D(2, name="s2")(c1(image))
    x = layers.Conv2D(16, 5, activation="relu", name="c3")(x)
    x = layers.MaxPooling2D(2, name="s4")(x)
    x = layers.Dropout(dropout)(layers.Flatten()(x))
    x = layers.Dense(120, activation="relu", name="c5")(x)
    x = layers.Dropout(dropout)(x)
    x = layers.Dense(84, activation="relu", name="f6")(x)
    return Model(image, layers.Dense(10, name="output")(x))


def _lenet_facts(model):
    """What it computes, its layers by name, and its dropout."""
    shapes = {layer.name: layer.output.shape[1:] for layer in model.layers}
    dropout = [
        (layer.output.shape[-1], layer.rate)
        for layer in model.layers
        if type(layer).__name__ == "Dropout"
    ]
    named = {
        f"output shape of {name}": shapes.get(name, "no layer of this name")
        for name in _LENET
    }
    facts = _as_a_learner_sees_it(model)
    return facts | named | {"dropout (units, rate)": dropout}


def output_size(n, f, p, s):
    return (n + 2 * p - f) // s + 1


def flatten_size(side, filters):
    for _ in filters:
        side = (side - 4) // 2  # 5 x 5 convolution, then 2 x 2 pooling
    return side * side * filters[-1]


def choose_loss(activation, labels):
    from keras import losses

    loss = losses.CategoricalCrossentropy
    if np.ndim(labels) == 1:
        loss = losses.SparseCategoricalCrossentropy
    return loss(from_logits=activation is None)


def _loss_facts(loss):
    """What the exercise asks of a loss: its kind, and what it computes."""
    from keras import losses

    sparse = isinstance(loss, losses.SparseCategoricalCrossentropy)
    kinds = [kind.__name__ for kind in type(loss).__mro__]
    labels = np.array([2, 0, 2])
    outputs = np.array([[0.2, 0.3, 0.5], [0.1, 0.8, 0.1], [0.6, 0.3, 0.1]])
    cost = loss(labels if sparse else np.eye(3)[labels], outputs)
    return {
        "loss": next(k for k in kinds if k in dir(losses)),
        "from_logits": str(loss.get_config().get("from_logits", "not asked")),
        "loss of three examples": np.array(cost),
    }


def reject_threshold(gaps, wrong, goal):
    for threshold in np.sort(gaps):
        accepted = gaps >= threshold
        if wrong[accepted].mean() <= goal:
            return threshold


def _from_the_top(gaps, wrong, goal):
    best = gaps.max()
    for threshold in np.sort(gaps)[::-1]:
        if wrong[gaps >= threshold].mean() > goal:
            break
        best = threshold
    return best


def _one_after_the_other(gaps, wrong, goal):
    order = np.argsort(gaps, kind="stable")
    for start, threshold in enumerate(gaps[order]):
        if wrong[order[start:]].mean() <= goal:
            return threshold


def small_cnn():
    from keras import Model, layers

    image = layers.Input((28, 28, 1))
    x = layers.Conv2D(8, 3, activation="relu")(image)
    x = layers.MaxPooling2D(2)(x)
    x = layers.Flatten()(x)
    return Model(image, layers.Dense(10)(x))


def _as_a_learner_sees_it(model):
    pictures = np.cos(np.arange(2 * 28 * 28)).reshape(2, 28, 28, 1)
    return networks.facts(model, (28, 28, 1), pictures)


def count_connections(size, channels, filters, f, p, s):
    side = (size + 2 * p - f) // s + 1
    units = filters * side**2
    return units * (f * f * channels + 1)


EXERCISES = (
    Exercise(
        id="04.1",
        title="LeNet-5 in functional style",
        level="core",
        reference=build_lenet,
        cases=(Case(), Case(0.3), Case(dropout=0.5)),
        summarise=_lenet_facts,
        atol=1e-3,  # a GPU may multiply in fewer digits
        hints=(
            "One line a layer, in the order of the list: x = "
            "layers.Something(...)(x).",
            'The first is layers.Conv2D(6, 5, padding="same", '
            'activation="relu", name="c1")(image); the dropout layers stand '
            "behind Flatten and behind c5.",
            "... x = layers.Flatten()(x); x = layers.Dropout(dropout)(x); x "
            '= layers.Dense(120, activation="relu", name="c5")(x) ...; '
            'logits = layers.Dense(10, name="output")(x); return '
            "keras.Model(image, logits)",
        ),
        mistakes=(
            Mistake(
                edit('6, 5, padding="same"', "6, 5"),
                'c1 is not padded: with padding="same" its maps keep 28 '
                "pixels, and 5 x 5 of them are left for c5.",
            ),
            Mistake(
                edit("16, 5", '16, 5, padding="same"'),
                "You padded c3, too. Its maps have 10 x 10 places.",
            ),
            Mistake(
                edit(
                    'x = layers.MaxPooling2D(2, name="s4")(x)',
                    'layers.MaxPooling2D(2, name="s4")(x)',
                ),
                "You called s4 but did not keep what it gives: x = ...(x).",
            ),
            Mistake(
                edit(
                    'MaxPooling2D(2, name="s2")',
                    "AveragePooling2D(2)",
                    'MaxPooling2D(2, name="s4")',
                    "AveragePooling2D(2)",
                ),
                "Your pooling takes the mean of each field. Take the "
                "maximum, as the list does.",
            ),
            Mistake(
                edit("    x = layers.Dropout(dropout)(x)\n", ""),
                "One of the two dropout layers is missing: one before c5, one "
                "before f6.",
            ),
            Mistake(
                edit(
                    "Dropout(dropout)(layers",
                    "Dropout(0.5)(layers",
                    "Dropout(dropout)(x)",
                    "Dropout(0.5)(x)",
                ),
                "Your rate is fixed. Hand the argument on: Dropout(dropout).",
            ),
            Mistake(
                edit(
                    "layers.Dropout(dropout)(layers.Flatten()(x))",
                    "layers.Flatten()(x)",
                    'name="output")(x)',
                    'name="output")(layers.Dropout(dropout)(x))',
                ),
                "Your dropout layers stand behind c5 and f6. They belong "
                "before each.",
            ),
            Mistake(
                edit("Dense(10,", 'Dense(10, activation="softmax",'),
                "The last layer applies a softmax. The list ends in logits, "
                "the values before it.",
            ),
            Mistake(
                edit("Dense(10,", 'Dense(10, activation="relu",'),
                "Your outputs are never negative. Logits have no activation "
                "behind them.",
            ),
            Mistake(
                edit('16, 5, activation="relu"', "16, 5"),
                "c3 has no ReLU.",
            ),
            Mistake(
                edit(
                    '120, activation="relu"',
                    "120",
                    '84, activation="relu"',
                    "84",
                ),
                "c5 and f6 have no ReLU: two dense layers without one between "
                "them are a single one.",
            ),
            Mistake(
                edit("layers.Flatten()(x)", "x"),
                "Flatten is missing: the dense layers work on the last axis "
                "only, and give ten logits for each of 5 x 5 places.",
            ),
            Mistake(
                edit(', name="c3"', "", ', name="c1"', ""),
                "The names are missing. The lesson looks inside c1 and c3, by "
                "their names.",
            ),
        ),
        explanation="A line a layer, each called on what comes before it. "
        "Since every result has a name of yours, you can branch off from it, "
        "which a list cannot.",
    ),
    Exercise(
        id="04.2",
        title="Where to reject",
        level="core",
        reference=reject_threshold,
        cases=(
            Case(np.array([0.2, 0.9]), np.array([True, False]), 0.0),
            Case(
                np.array([0.5, 0.5, 0.8]), np.array([True, True, False]), 0.5
            ),
            Case(
                np.array([0.1, 0.4, 0.6, 0.8]),
                np.array([True, True, False, False]),
                0.3,
            ),
            Case(
                np.array([0.5, 0.1, 0.8, 0.3]),
                np.array([False, True, False, False]),
                0.25,
            ),
            Case(
                np.array([0.9, 0.8, 0.7, 0.4, 0.2, 0.1]),
                np.array([False, True, False, False, False, True]),
                0.25,
            ),
            Case(np.array([0.3]), np.array([False]), 0.2),
        ),
        hints=(
            "Try every gap as the threshold, beginning with the smallest.",
            "Accepted are the digits with gap >= t; the share of wrong ones "
            "is wrong[accepted].mean().",
            "for t in np.sort(gaps): if wrong[gaps >= t].mean() <= goal: "
            "return t",
        ),
        mistakes=(
            Mistake(
                edit(".mean()", ".sum() / len(wrong)"),
                "You divided by all digits. The share counts among the "
                "accepted ones only.",
            ),
            Mistake(
                _from_the_top,
                "You stopped at the first threshold that fails. One sure "
                "mistake can hide a longer good stretch: try all.",
            ),
            Mistake(
                edit("return threshold", "return gaps.max()"),
                "That rejects all but one digit. The smallest threshold that "
                "reaches the goal rejects the fewest.",
            ),
            Mistake(
                edit(">=", ">", "if wrong", "if accepted.any() and wrong"),
                "A digit whose gap equals t is accepted, too: gap >= t, not "
                ">.",
            ),
            Mistake(
                edit("<=", "<"),
                "At most the goal means that the goal itself is good enough: "
                "<=, not <.",
            ),
            Mistake(
                edit("np.sort(gaps)", "gaps"),
                "You tried the gaps in the order given. The smallest is asked "
                "for: sort them first.",
            ),
            Mistake(
                edit(".mean()", ".sum()"),
                "You counted the wrong ones. The goal is a share: divide by "
                "how many are accepted.",
            ),
            Mistake(
                edit(">=", "<="),
                "You accept the digits with a small gap, the unsure ones. "
                "Accepted are those with gap >= t.",
            ),
            Mistake(
                _one_after_the_other,
                "You rejected one digit after the other. Digits with equal "
                "gaps are accepted together: gaps >= t.",
            ),
        ),
        explanation="The error among the accepted need not fall steadily as "
        "you reject more, because a wrong answer may be a sure one; so every "
        "threshold is tried, from the smallest.",
    ),
    Exercise(
        id="04.3",
        title="Parameters of a convolution layer",
        level="warm-up",
        reference=(3 * 3 * 16 + 1) * 32,
        hints=(
            "What does one filter look at, and how many filters are there?",
            "(kernel height x kernel width x channels + 1) x filters.",
            "(3 * 3 * 16 + 1) * 32",
        ),
        mistakes=(
            Mistake(
                3 * 3 * 16 * 32,
                "The biases are missing: one for each of the 32 filters.",
            ),
            Mistake(
                (3 * 3 + 1) * 32,
                "The channels are missing: a filter is 3 x 3 x 16, it looks "
                "at all 16 maps below.",
            ),
            Mistake(
                3 * 3 * 16 * 32 + 1,
                "There is one bias for each filter, not one for the layer.",
            ),
            Mistake(
                (3 * 3 * 32 + 1) * 16,
                "That has 16 biases, one for each channel below. There are 32 "
                "filters, each 3 x 3 x 16 and with a bias of its own.",
            ),
        ),
        explanation="Each filter has 3 x 3 x 16 = 144 weights and a bias; 32 "
        "of them make 4,640. The size of the map does not matter: the same "
        "filter is used at every place.",
    ),
    Exercise(
        id="04.4",
        title="The output size of a convolution",
        level="core",
        reference=output_size,
        cases=(
            Case(5, 3, 0, 1),
            Case(5, 3, 1, 1),
            Case(6, 3, 0, 2),
            Case(227, 11, 0, 4),
            Case(16, 5, 2, 2),
        ),
        hints=(
            "At how many places can the filter's left edge stand?",
            "The padded row has n + 2p pixels; the left edge goes from 0 to "
            "n + 2p - f, in steps of s.",
            "(n + 2 * p - f) // s + 1",
        ),
        mistakes=(
            Mistake(
                edit("2 * p", "p"),
                "You padded one side only: the row has n + 2p pixels.",
            ),
            Mistake(
                edit("- f)", "- f + s - 1)"),
                "You rounded up. A filter that would stick out is not "
                "placed: round down.",
            ),
            Mistake(
                edit(" + 1", ""),
                "The first place is missing: with nothing to slide there is "
                "still one. Add 1.",
            ),
            Mistake(
                edit("//", "/"),
                "A count is a whole number: use // instead of /.",
            ),
            Mistake(
                edit(" // s", ""),
                "The stride is missing: in steps of s there are s times fewer "
                "steps.",
            ),
            Mistake(
                edit(") // s + 1", " + 1) // s"),
                "You added the 1 before the division. First count the steps, "
                "(n + 2p - f) // s; then add the first place.",
            ),
            Mistake(
                edit(" + 2 * p", ""),
                "The padding is missing: p pixels are added on each side, so "
                "the row has n + 2p.",
            ),
        ),
        explanation="n + 2p - f is how far the filter can slide; divided by "
        "the stride and rounded down that is the number of steps; there is "
        "one place more than steps.",
    ),
    Exercise(
        id="04.5",
        title="What reaches the dense layer",
        level="core",
        reference=flatten_size,
        cases=(
            Case(6, [1]),
            Case(12, [3]),
            Case(28, [8]),
            Case(32, [6, 16]),
            Case(35, [4, 5]),
            Case(40, [5, 3, 4]),
        ),
        hints=(
            "Follow one side of the map first, layer by layer.",
            "A 5 x 5 convolution takes 4 pixels off the side, a 2 x 2 "
            "pooling halves it and rounds down. How many maps come out last?",
            "for each entry: side = (side - 4) // 2; at the end "
            "side * side * filters[-1].",
        ),
        mistakes=(
            Mistake(
                edit("(side - 4)", "side"),
                "You kept the side in the convolution. That is padding same; "
                "valid takes 4 pixels off.",
            ),
            Mistake(
                edit(" // 2", ""),
                "You forgot the pooling: it halves the side each time.",
            ),
            Mistake(
                edit(
                    "for _ in filters:\n        side",
                    "side",
                    "4",
                    "4 * len(filters)",
                ),
                "You pooled once, at the end. There is a pooling after each "
                "convolution.",
            ),
            Mistake(
                edit(" * filters[-1]", ""),
                "You counted one map. Flatten takes all maps of the last "
                "layer: multiply by its filters.",
            ),
            Mistake(
                edit("filters[-1]", "np.prod(filters)"),
                "You multiplied by the filters of all layers. The last "
                "convolution has added up the maps before it; only its own "
                "maps come out.",
            ),
            Mistake(
                edit("//", "/"),
                "A side is a whole number. Pooling rounds an odd one down: "
                "use //.",
            ),
            Mistake(
                edit("- 4", "- 5"),
                "A filter 5 wide fits at side - 5 + 1 places: it takes 4 "
                "pixels off, not 5.",
            ),
            Mistake(
                edit("filters[-1]", "filters[0]"),
                "You took the filters of the first convolution. What reaches "
                "the dense layer are the maps of the last one.",
            ),
            Mistake(
                edit("filters[-1]", "sum(filters)"),
                "You added up the filters of all layers. Only the maps of "
                "the last convolution come out; those before are its input.",
            ),
            Mistake(
                edit("side * side", "side"),
                "You counted one row of each map. It has side x side values.",
            ),
        ),
        explanation="32 -> 28 -> 14 -> 10 -> 5, and 5 * 5 * 16 = 400: the "
        "400 inputs of LeNet-5's first dense layer.",
    ),
    Exercise(
        id="04.6",
        title="The loss that fits",
        level="core",
        reference=choose_loss,
        cases=(
            Case(None, np.array([2, 0])),
            Case("softmax", np.array([2, 0])),
            Case(None, np.eye(10)[[2, 0]]),
            Case("softmax", np.eye(10)[[2, 0]]),
            Case(None, np.array([1, 0, 1, 1, 0])),
            Case("softmax", np.eye(10, dtype=int)[[1]]),
        ),
        summarise=_loss_facts,
        hints=(
            "Two questions: does the model give logits or probabilities, and "
            "are the labels numbers or rows?",
            "Class numbers need the sparse cross-entropy; without a softmax "
            "the loss must be told from_logits=True.",
            "from_logits = activation is None; np.ndim(labels) == 1 tells "
            "class numbers from rows.",
        ),
        mistakes=(
            Mistake(
                edit("activation is None", "False"),
                "from_logits=False is the default, and wrong for a model "
                "without softmax: the loss takes logits for probabilities.",
            ),
            Mistake(
                edit("activation is None", "True"),
                "from_logits=True after a softmax applies a second softmax: "
                "training gets slow, and no error is raised.",
            ),
            Mistake(
                edit("is None", "is not None"),
                "from_logits is the wrong way round: no activation means "
                "logits.",
            ),
            Mistake(
                edit("np.ndim(labels) == 1", "True"),
                "Sparse means class numbers. Rows with a 1 in them need "
                "CategoricalCrossentropy.",
            ),
            Mistake(
                edit("np.ndim(labels) == 1", "False"),
                "CategoricalCrossentropy needs rows with a 1 in them. Class "
                "numbers need the sparse one.",
            ),
            Mistake(
                edit("== 1", "== 2"),
                "Sparse is the wrong way round: sparse means class numbers.",
            ),
            Mistake(
                edit(
                    "loss(from_logits=activation is None)",
                    "losses.MeanSquaredError()",
                ),
                "Squares are for how much, not for which one of ten.",
            ),
            Mistake(
                edit("return loss(", "return losses.BinaryCrossentropy("),
                "The binary cross-entropy asks ten yes-or-no questions. Here "
                "exactly one class is right.",
            ),
            Mistake(
                edit(
                    "loss(from_logits=activation is None)",
                    '"sparse_categorical_crossentropy"',
                ),
                "A name in quotes means the loss with its defaults, so it "
                "cannot say from_logits=True. Give an object of "
                "keras.losses.",
            ),
            Mistake(
                edit("loss(from_logits=activation is None)", "loss"),
                "That is the class. Call it to get a loss: with "
                "from_logits=True or False in its brackets.",
            ),
            Mistake(
                edit("np.ndim(labels) == 1", "np.max(labels) > 1"),
                "You looked at the values. Class numbers may be 0 and 1 "
                "only, as in a one-hot row: count the axes.",
            ),
        ),
        explanation="The wrong from_logits never raises an error; you see it "
        "only as slow or odd training. So decide it together with the last "
        "layer, and prefer logits.",
    ),
    Exercise(
        id="04.7",
        title="A small CNN",
        level="core",
        reference=small_cnn,
        cases=(Case(),),
        summarise=_as_a_learner_sees_it,
        atol=1e-3,  # a GPU may multiply in fewer digits
        hints=(
            "Five layers between keras.Input and keras.Model, in the order "
            "of the sentence.",
            "28 becomes 26 by the convolution, 13 by the pooling; 13 x 13 x "
            "8 = 1,352 numbers reach the dense layer.",
            "image = layers.Input((28, 28, 1)); x = layers.Conv2D(8, 3, "
            'activation="relu")(image); then MaxPooling2D(2), Flatten(), '
            "Dense(10).",
        ),
        mistakes=(
            Mistake(
                edit("8, 3", '8, 3, padding="same"'),
                'You padded: padding="same" keeps 28 pixels, so the dense '
                "layer sees 14 x 14 maps. Here the padding is valid.",
            ),
            Mistake(
                edit("layers.MaxPooling2D(2)(x)", "x"),
                "The pooling layer is missing: the dense layer sees 26 x 26 "
                "maps.",
            ),
            Mistake(
                edit("layers.Flatten()(x)", "x"),
                "Flatten is missing: the dense layer works on the last axis "
                "only, and gives ten logits for each of 13 x 13 places.",
            ),
            Mistake(
                edit("Dense(10", 'Dense(10, activation="softmax"'),
                "The last layer applies a softmax. Logits are the values "
                "before it; the loss applies it.",
            ),
            Mistake(
                edit("Dense(10", 'Dense(10, activation="relu"'),
                "Your outputs are never negative. Logits have no activation "
                "behind them.",
            ),
            Mistake(
                edit(', activation="relu"', ""),
                "The convolution has no ReLU. Without one, convolution and "
                "dense layer differ from a single dense layer only by the "
                "pooling.",
            ),
            Mistake(
                edit("MaxPooling2D", "AveragePooling2D"),
                "That pooling takes the mean of each field. Take the maximum.",
            ),
            Mistake(
                edit(
                    "8, 3", "8, 3, strides=2", "layers.MaxPooling2D(2)(x)", "x"
                ),
                "A stride of 2 gives 13 x 13 maps too, but it skips places "
                "where pooling takes the largest of four.",
            ),
        ),
        explanation="80 parameters in the convolution and 13,530 in the "
        "dense layer, 13,610 together: count them once by hand.",
    ),
    Exercise(
        id="04.8",
        title="Connections of a convolution layer",
        level="stretch",
        reference=count_connections,
        cases=(
            Case(4, 1, 1, 3, 0, 1),
            Case(16, 1, 12, 5, 2, 2),
            Case(28, 3, 6, 5, 0, 1),
        ),
        hints=(
            "How many units has the layer, and how many inputs has each?",
            "units = filters x side x side; each has f x f x channels inputs "
            "and a bias.",
            "side = (size + 2 * p - f) // s + 1; then filters * side**2 * "
            "(f * f * channels + 1).",
        ),
        mistakes=(
            Mistake(
                edit(" * side**2", ""),
                "These are the parameters. Each is used at every place: "
                "multiply by the number of places.",
            ),
            Mistake(
                edit("channels + 1", "channels"),
                "The biases are missing: every unit has one.",
            ),
            Mistake(
                edit("(f * f * channels + 1)", "f * f * channels + filters"),
                "You counted one bias a map. It is added at every place, so "
                "it is one connection more for every unit.",
            ),
            Mistake(
                edit("side**2", "side"),
                "You counted one row of each map. It has side x side places.",
            ),
            Mistake(
                edit(" * channels", ""),
                "The channels are missing: a unit has f x f inputs in each "
                "of them.",
            ),
            Mistake(
                edit("(size + 2 * p - f) // s + 1", "size"),
                "You took as many places as there are pixels. A side of the "
                "map has (size + 2p - f) // s + 1.",
            ),
        ),
        explanation="Parameters say what must be learned and stored, "
        "connections what must be computed. Sharing makes the second much "
        "larger than the first.",
    ),
)
