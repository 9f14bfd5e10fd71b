"""Exercises of lesson 04: the first CNN in Keras."""

import numpy as np

from coursekit.exercises.engine import Case, Exercise, Mistake


def output_size(n, f, p, s):
    return (n + 2 * p - f) // s + 1


def _one_sided(n, f, p, s):
    return (n + p - f) // s + 1


def _rounded_up(n, f, p, s):
    return -(-(n + 2 * p - f) // s) + 1


def _without_one(n, f, p, s):
    return (n + 2 * p - f) // s


def _not_whole(n, f, p, s):
    return (n + 2 * p - f) / s + 1


def _without_stride(n, f, p, s):
    return n + 2 * p - f + 1


def _one_too_early(n, f, p, s):
    return (n + 2 * p - f + 1) // s


def flatten_size(side, filters):
    for _ in filters:
        side = (side - 4) // 2  # 5 x 5 convolution, then 2 x 2 pooling
    return side * side * filters[-1]


def _padded_in_secret(side, filters):
    for _ in filters:
        side = side // 2
    return side * side * filters[-1]


def _never_pooled(side, filters):
    for _ in filters:
        side = side - 4
    return side * side * filters[-1]


def _one_map(side, filters):
    return flatten_size(side, filters) // filters[-1]


def _all_filters(side, filters):
    return _one_map(side, filters) * int(np.prod(filters))


def _pooled_at_the_end(side, filters):
    side = (side - 4 * len(filters)) // 2
    return side * side * filters[-1]


def _half_pixels(side, filters):
    for _ in filters:
        side = (side - 4) / 2
    return side * side * filters[-1]


def _five_off(side, filters):
    for _ in filters:
        side = (side - 5) // 2
    return side * side * filters[-1]


def choose_loss(activation, labels):
    from keras import losses

    from_logits = activation is None
    if np.ndim(labels) == 1:
        return losses.SparseCategoricalCrossentropy(from_logits=from_logits)
    return losses.CategoricalCrossentropy(from_logits=from_logits)


def _always_probabilities(activation, labels):
    return choose_loss("softmax", labels)


def _always_logits(activation, labels):
    return choose_loss(None, labels)


def _logits_the_wrong_way(activation, labels):
    return choose_loss("softmax" if activation is None else None, labels)


def _always_sparse(activation, labels):
    return choose_loss(activation, np.zeros(1))


def _always_one_hot(activation, labels):
    return choose_loss(activation, np.zeros((1, 10)))


def _sparse_the_wrong_way(activation, labels):
    return choose_loss(activation, np.zeros((1,) * (3 - np.ndim(labels))))


def _squares(activation, labels):
    from keras import losses

    return losses.MeanSquaredError()


def _binary(activation, labels):
    from keras import losses

    return losses.BinaryCrossentropy(from_logits=activation is None)


def _loss_name(activation, labels):
    return "sparse_categorical_crossentropy"


def _loss_class(activation, labels):
    return type(choose_loss(activation, labels))


def _loss_facts(loss):
    """What the exercise asks of a loss."""
    return {
        "loss": type(loss).__name__,
        "from_logits": str(loss.get_config().get("from_logits", "not asked")),
    }


def reject_threshold(gaps, wrong, goal):
    for threshold in np.sort(gaps):
        accepted = gaps >= threshold
        if wrong[accepted].mean() <= goal:
            return threshold


def _of_all(gaps, wrong, goal):
    for threshold in np.sort(gaps):
        if wrong[gaps >= threshold].sum() / len(wrong) <= goal:
            return threshold


def _from_the_top(gaps, wrong, goal):
    best = gaps.max()
    for threshold in np.sort(gaps)[::-1]:
        if wrong[gaps >= threshold].mean() > goal:
            break
        best = threshold
    return best


def _largest(gaps, wrong, goal):
    return gaps.max()


def _above_only(gaps, wrong, goal):
    for threshold in np.sort(gaps):
        accepted = gaps > threshold
        if accepted.any() and wrong[accepted].mean() <= goal:
            return threshold


def _below_goal(gaps, wrong, goal):
    for threshold in np.sort(gaps):
        if wrong[gaps >= threshold].mean() < goal:
            return threshold


def _as_they_come(gaps, wrong, goal):
    for threshold in gaps:
        if wrong[gaps >= threshold].mean() <= goal:
            return threshold


def small_cnn():
    from keras import Model, layers

    image = layers.Input((28, 28, 1))
    x = layers.Conv2D(8, 3, activation="relu")(image)
    x = layers.MaxPooling2D(2)(x)
    x = layers.Flatten()(x)
    return Model(image, layers.Dense(10)(x))


def _cnn_same():
    from keras import Model, layers

    image = layers.Input((28, 28, 1))
    x = layers.Conv2D(8, 3, padding="same", activation="relu")(image)
    x = layers.MaxPooling2D(2)(x)
    x = layers.Flatten()(x)
    return Model(image, layers.Dense(10)(x))


def _cnn_without_pooling():
    from keras import Model, layers

    image = layers.Input((28, 28, 1))
    x = layers.Conv2D(8, 3, activation="relu")(image)
    x = layers.Flatten()(x)
    return Model(image, layers.Dense(10)(x))


def _cnn_without_flatten():
    from keras import Model, layers

    image = layers.Input((28, 28, 1))
    x = layers.Conv2D(8, 3, activation="relu")(image)
    x = layers.MaxPooling2D(2)(x)
    return Model(image, layers.Dense(10)(x))


def _cnn_softmax():
    from keras import Model, layers

    image = layers.Input((28, 28, 1))
    x = layers.Conv2D(8, 3, activation="relu")(image)
    x = layers.MaxPooling2D(2)(x)
    x = layers.Flatten()(x)
    return Model(image, layers.Dense(10, activation="softmax")(x))


def _cnn_linear():
    from keras import Model, layers

    image = layers.Input((28, 28, 1))
    x = layers.MaxPooling2D(2)(layers.Conv2D(8, 3)(image))
    x = layers.Flatten()(x)
    return Model(image, layers.Dense(10)(x))


def _facts(model):
    """What the exercise asks of a model, however its layers are split up."""
    activations = []
    for layer in model.layers:
        kind = type(layer).__name__
        bend = getattr(layer, "activation", None)
        name = kind.lower() if bend is None else bend.__name__
        if kind in ("Dense", "ReLU", "Softmax") or (bend and name != "linear"):
            activations.append(name)
    return {
        "input shape": str(model.input_shape[1:]),
        "output shape": str(model.output_shape[1:]),
        "parameters": model.count_params(),
        "activations": ", ".join(activations),
    }


def count_connections(size, channels, filters, f, p, s):
    side = (size + 2 * p - f) // s + 1
    units = filters * side**2
    return units * (f * f * channels + 1)


def _parameters_only(size, channels, filters, f, p, s):
    return filters * (f * f * channels + 1)


def _bias_a_map(size, channels, filters, f, p, s):
    return _without_bias(size, channels, filters, f, p, s) + filters


def _one_row(size, channels, filters, f, p, s):
    side = (size + 2 * p - f) // s + 1
    return filters * side * (f * f * channels + 1)


def _without_bias(size, channels, filters, f, p, s):
    side = (size + 2 * p - f) // s + 1
    return filters * side**2 * f * f * channels


def _without_channels(size, channels, filters, f, p, s):
    side = (size + 2 * p - f) // s + 1
    return filters * side**2 * (f * f + 1)


EXERCISES = (
    Exercise(
        id="04.1",
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
        id="04.2",
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
                _one_sided,
                "You padded one side only: the row has n + 2p pixels.",
            ),
            Mistake(
                _rounded_up,
                "You rounded up. A filter that would stick out is not "
                "placed: round down.",
            ),
            Mistake(
                _without_one,
                "The first place is missing: with nothing to slide there is "
                "still one. Add 1.",
            ),
            Mistake(
                _not_whole,
                "A count is a whole number: use // instead of /.",
            ),
            Mistake(
                _without_stride,
                "The stride is missing: in steps of s there are s times fewer "
                "steps.",
            ),
            Mistake(
                _one_too_early,
                "You added the 1 before the division. First count the steps, "
                "(n + 2p - f) // s; then add the first place.",
            ),
        ),
        explanation="n + 2p - f is how far the filter can slide; divided by "
        "the stride and rounded down that is the number of steps, and a step "
        "fewer than places.",
    ),
    Exercise(
        id="04.3",
        title="What reaches the dense layer",
        level="core",
        reference=flatten_size,
        cases=(
            Case(6, [1]),
            Case(12, [3]),
            Case(28, [8]),
            Case(32, [6, 16]),
            Case(35, [4, 5]),
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
                _padded_in_secret,
                "You kept the side in the convolution. That is padding same; "
                "valid takes 4 pixels off.",
            ),
            Mistake(
                _never_pooled,
                "You forgot the pooling: it halves the side each time.",
            ),
            Mistake(
                _pooled_at_the_end,
                "You pooled once, at the end. There is a pooling after each "
                "convolution.",
            ),
            Mistake(
                _one_map,
                "You counted one map. Flatten takes all maps of the last "
                "layer: multiply by its filters.",
            ),
            Mistake(
                _all_filters,
                "You multiplied by the filters of all layers. The last "
                "convolution has added up the maps before it; only its own "
                "maps come out.",
            ),
            Mistake(
                _half_pixels,
                "A side is a whole number. Pooling rounds an odd one down: "
                "use //.",
            ),
            Mistake(
                _five_off,
                "A filter 5 wide fits at side - 5 + 1 places: it takes 4 "
                "pixels off, not 5.",
            ),
        ),
        explanation="32 -> 28 -> 14 -> 10 -> 5, and 5 * 5 * 16 = 400: the "
        "400 inputs of LeNet-5's first dense layer.",
    ),
    Exercise(
        id="04.4",
        title="The loss that fits",
        level="core",
        reference=choose_loss,
        cases=(
            Case(None, np.array([2, 0])),
            Case("softmax", np.array([2, 0])),
            Case(None, np.eye(10)[[2, 0]]),
            Case("softmax", np.eye(10)[[2, 0]]),
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
                _always_probabilities,
                "from_logits=False is the default, and wrong for a model "
                "without softmax: the loss takes logits for probabilities.",
            ),
            Mistake(
                _always_logits,
                "from_logits=True after a softmax applies a second softmax: "
                "training gets slow, and no error is raised.",
            ),
            Mistake(
                _logits_the_wrong_way,
                "from_logits is the wrong way round: no activation means "
                "logits.",
            ),
            Mistake(
                _always_sparse,
                "Sparse means class numbers. Rows with a 1 in them need "
                "CategoricalCrossentropy.",
            ),
            Mistake(
                _always_one_hot,
                "CategoricalCrossentropy needs rows with a 1 in them. Class "
                "numbers need the sparse one.",
            ),
            Mistake(
                _sparse_the_wrong_way,
                "Sparse is the wrong way round: sparse means class numbers.",
            ),
            Mistake(
                _squares,
                "Squares are for how much, not for which one of ten.",
            ),
            Mistake(
                _binary,
                "The binary cross-entropy asks ten yes-or-no questions. Here "
                "exactly one class is right.",
            ),
            Mistake(
                _loss_name,
                "A name in quotes means the loss with its defaults, so it "
                "cannot say from_logits=True. Give an object of "
                "keras.losses.",
            ),
            Mistake(
                _loss_class,
                "That is the class. Call it to get a loss: with "
                "from_logits=True or False in its brackets.",
            ),
        ),
        explanation="The wrong from_logits never raises an error; you see it "
        "only as slow or odd training. So decide it together with the last "
        "layer, and prefer logits.",
    ),
    Exercise(
        id="04.5",
        title="A small CNN",
        level="core",
        reference=small_cnn,
        cases=(Case(),),
        summarise=_facts,
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
                _cnn_same,
                'You padded: padding="same" keeps 28 pixels, so the dense '
                "layer sees 14 x 14 maps. Here the padding is valid.",
            ),
            Mistake(
                _cnn_without_pooling,
                "The pooling layer is missing: the dense layer sees 26 x 26 "
                "maps.",
            ),
            Mistake(
                _cnn_without_flatten,
                "Flatten is missing: the dense layer works on the last axis "
                "only, and gives ten logits for each of 13 x 13 places.",
            ),
            Mistake(
                _cnn_softmax,
                "The last layer applies a softmax. Logits are the values "
                "before it; the loss applies it.",
            ),
            Mistake(
                _cnn_linear,
                "The convolution has no ReLU. Without one, convolution and "
                "dense layer differ from a single dense layer only by the "
                "pooling.",
            ),
        ),
        explanation="80 parameters in the convolution and 13,530 in the "
        "dense layer, 13,610 together: count them once by hand.",
    ),
    Exercise(
        id="04.6",
        title="Where to reject",
        level="core",
        reference=reject_threshold,
        cases=(
            Case(np.array([0.2, 0.9]), np.array([True, False]), 0.0),
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
                _of_all,
                "You divided by all digits. The share counts among the "
                "accepted ones only.",
            ),
            Mistake(
                _from_the_top,
                "You stopped at the first threshold that fails. One sure "
                "mistake can hide a longer good stretch: try all.",
            ),
            Mistake(
                _largest,
                "That rejects all but one digit. The smallest threshold that "
                "reaches the goal rejects the fewest.",
            ),
            Mistake(
                _above_only,
                "A digit whose gap equals t is accepted, too: gap >= t, not "
                ">.",
            ),
            Mistake(
                _below_goal,
                "At most the goal means that the goal itself is good enough: "
                "<=, not <.",
            ),
            Mistake(
                _as_they_come,
                "You tried the gaps in the order given. The smallest is asked "
                "for: sort them first.",
            ),
        ),
        explanation="The error among the accepted need not fall steadily as "
        "you reject more, because a wrong answer may be a sure one; so every "
        "threshold is tried, from the smallest.",
    ),
    Exercise(
        id="04.7",
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
                _parameters_only,
                "These are the parameters. Each is used at every place: "
                "multiply by the number of places.",
            ),
            Mistake(
                _without_bias,
                "The biases are missing: every unit has one.",
            ),
            Mistake(
                _bias_a_map,
                "You counted one bias a map. It is added at every place, so "
                "it is one connection more for every unit.",
            ),
            Mistake(
                _one_row,
                "You counted one row of each map. It has side x side places.",
            ),
            Mistake(
                _without_channels,
                "The channels are missing: a unit has f x f inputs in each "
                "of them.",
            ),
        ),
        explanation="Parameters say what must be learned and stored, "
        "connections what must be computed. Sharing makes the second much "
        "larger than the first.",
    ),
)
