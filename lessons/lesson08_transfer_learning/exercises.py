"""Exercises of lesson 08: transfer learning."""

import numpy as np

from coursekit.exercises.edits import edit
from coursekit.exercises.engine import Case, Exercise, Mistake


def transfer(source, classes):
    import keras

    encoder = keras.Model(source.input, source.layers[-2].output)
    encoder.trainable = False
    logits = keras.layers.Dense(classes)(encoder.output)
    return keras.Model(encoder.input, logits)


def fine_tune(model, rate):
    import keras

    for layer in model.layers:
        norm = isinstance(layer, keras.layers.BatchNormalization)
        layer.trainable = not norm
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(rate), loss)
    return model


def learned(encoder, statistics, features, classes, option):
    head = features * classes + classes
    return head if option == 1 else encoder - statistics + head


def prepared(pixels, kind):
    if kind == "tf":
        return pixels / 127.5 - 1
    shares = pixels / 255
    return (shares - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]


def chosen(tried):
    name = max(tried, key=lambda name: tried[name][0])
    return name, tried[name][1]


def standardise(train, test):
    mean, spread = train.mean(axis=0), train.std(axis=0)
    spread = np.where(spread == 0, 1, spread)
    return (train - mean) / spread, (test - mean) / spread


def nearest_mean(features, labels, asked):
    kinds = np.unique(labels)
    means = [features[labels == kind].mean(axis=0) for kind in kinds]
    means = np.array(means)
    means = means / np.linalg.norm(means, axis=1, keepdims=True)
    return kinds[(asked @ means.T).argmax(axis=1)]


def plan(kinds, large, small):
    *_, head = kinds
    norm = "BatchNormalization"
    free = [name for name, kind in kinds.items() if kind != norm]
    return [(large, [head]), (small, free)]


class _Network:
    """Becomes a small network of its own wherever it is copied."""

    def __init__(self, classes, picture=False, frozen=False):
        self.classes, self.picture, self.frozen = classes, picture, frozen

    def __repr__(self):
        kind = "pictures" if self.picture else "vectors"
        return f"a network for {self.classes} classes of {kind}"

    def __deepcopy__(self, memo):
        return _network(self.classes, self.picture, self.frozen)


def _network(classes, picture, frozen):
    """Convolution or dense layer, batch normalisation, ReLU, a head."""
    import keras
    from keras import layers

    start = keras.initializers.RandomNormal(seed=1)
    x = inputs = layers.Input((6, 5, 3) if picture else (4,))
    if picture:
        x = layers.Conv2D(5, 3, kernel_initializer=start)(x)
    else:
        x = layers.Dense(5, kernel_initializer=start)(x)
    x = layers.ReLU()(layers.BatchNormalization(name="bn")(x))
    x = layers.GlobalAveragePooling2D()(x) if picture else x
    logits = layers.Dense(classes, kernel_initializer=start)(x)
    model = keras.Model(inputs, logits)
    _set_known(model.weights)
    if frozen:
        for layer in model.layers[:-1]:
            layer.trainable = False
        model.compile(keras.optimizers.Adam(0.01), "mse")
    return model


def _set_known(weights):
    """Numbers that depend on the shape only; variances stay positive."""
    for weight in weights:
        rng = np.random.default_rng(tuple(weight.shape))
        weight.assign(
            0.5 + 0.4 * rng.standard_normal(tuple(weight.shape)) ** 2
        )


def _kinds(model, wanted=lambda layer: True):
    names = [type(x).__name__ for x in model.layers if wanted(x)]
    return ", ".join(n for n in names if n != "InputLayer") or "none"


def _outputs(model):
    """What the model gives for two examples."""
    from keras import ops

    shape = (2, *model.input_shape[1:])
    example = np.cos(np.arange(np.prod(shape))).reshape(shape)
    return ops.convert_to_numpy(model(example))


def _transfer_facts(model):
    """What learns, what is kept, and what comes out."""
    shapes = [str(tuple(w.shape)) for w in model.trainable_weights]
    _set_known([*model.trainable_weights, *model.layers[-1].weights])
    for weight in model.layers[-1].weights:  # a ReLU would show
        weight.assign(-weight)
    return {
        "layers": _kinds(model),
        "weights that learn": ", ".join(shapes) or "none",
        "outputs, with a known head": _outputs(model),
    }


def _tune_facts(model):
    """Which layers learn, how, and from which weights on."""
    loss = model.loss
    settings = {} if isinstance(loss, str) else loss.get_config()
    return {
        "layers that learn": _kinds(model, lambda x: x.trainable_weights),
        "optimizer": type(model.optimizer).__name__,
        "rate": float(model.optimizer.learning_rate),
        "loss": loss if isinstance(loss, str) else type(loss).__name__,
        "from_logits": str(settings.get("from_logits")),
        "outputs": _outputs(model),
    }


def _steps(plan):
    """Each pair of a plan in words; the order of its layers is no matter."""
    return {
        f"step {number}": f"{float(rate):g}: {', '.join(sorted(names))}"
        for number, (rate, names) in enumerate(plan, start=1)
    }


_rng = np.random.default_rng(8)
_pictures = _rng.integers(0, 256, (6, 5, 4, 3))
_train = _rng.standard_normal((5, 3)) * [1, 20, 0.1] + [5, 0, -2]
_test = _rng.standard_normal((4, 3)) * [2, 10, 0.3] + [4, 9, -2]
_clusters = _rng.standard_normal((3, 4)) * 3
_places = np.array([2, 0, 1, 1, 0, 2, 2, 0])
_features = np.repeat([[1.0], [6.0], [0.3], [2.0]], 2, axis=0)
_features = _features * (
    _clusters[_places] + 0.8 * _rng.standard_normal((8, 4))
)
_asked = _clusters[[1, 0, 2, 2, 1]] * [[9], [0.2], [1], [5], [0.1]]
_asked = _asked + 0.5 * _rng.standard_normal((5, 4))
_uneven = np.array([[-3, 2], [5, 1], [-1, 2], [1, -1], [0, 1], [6, 0]]) * 1.0
_asked_uneven = np.array([[6.0, 3.0], [-3.0, -3.0], [-4.0, 2.0]])

EXERCISES = (
    Exercise(
        id="08.1",
        title="Cut, freeze, and a new head",
        level="core",
        reference=transfer,
        cases=(
            Case(_Network(3), 2),
            Case(_Network(7, picture=True), 4),
            Case(_Network(2, picture=True), 2),
        ),
        summarise=_transfer_facts,
        atol=1e-3,
        hints=(
            "Three things: a model that ends below the head, nothing of it "
            "learns, and one new layer on it that does.",
            "source.layers[-2].output is what goes into the old head. "
            "keras.Model(source.input, that) is the encoder; freeze it "
            "before you add the head.",
            "encoder.trainable = False; logits = layers.Dense(classes)"
            "(encoder.output); return keras.Model(encoder.input, logits)",
        ),
        mistakes=(
            Mistake(
                edit("layers[-2]", "layers[-1]"),
                "The old head is still there: your new one reads its logits. "
                "Cut it off: source.layers[-2].output.",
            ),
            Mistake(
                edit("layers[-2]", "layers[-3]"),
                "You cut too much: one layer more than the head is gone.",
            ),
            Mistake(
                edit("    encoder.trainable = False\n", ""),
                "Nothing is frozen: encoder.trainable = False is missing, so "
                "the first update moves the whole encoder.",
            ),
            Mistake(
                edit(
                    "    encoder.trainable = False\n",
                    "",
                    "    return keras.Model(encoder.input, logits)",
                    "    model = keras.Model(encoder.input, logits)\n"
                    "    model.trainable = False\n"
                    "    return model",
                ),
                "You froze the whole model, its new head too. Freeze the "
                "encoder only.",
            ),
            Mistake(
                edit(
                    "    encoder.trainable = False\n",
                    "    for layer in encoder.layers:\n"
                    "        norm = keras.layers.BatchNormalization\n"
                    "        layer.trainable = isinstance(layer, norm)\n",
                ),
                "The batch normalisation of the encoder still learns. Option "
                "1 freezes all of the encoder.",
            ),
            Mistake(
                edit("keras.Model(encoder.input, logits)", "logits"),
                "You return the new layer's output. Make a model that ends in "
                "it: keras.Model(encoder.input, logits).",
            ),
            Mistake(
                edit("Dense(classes)", 'Dense(classes, activation="relu")'),
                "Your head ends in a ReLU. Logits have no activation.",
            ),
            Mistake(
                edit("Dense(classes)", 'Dense(classes, activation="softmax")'),
                "Your head ends in a softmax. Logits have no activation.",
            ),
            Mistake(
                edit("Dense(classes)", "Dense(classes, use_bias=False)"),
                "The new head has no bias.",
            ),
            Mistake(
                edit(
                    "    encoder.trainable",
                    "    encoder = keras.models.clone_model(encoder)\n"
                    "    encoder.trainable",
                ),
                "The weights are lost: clone_model copies the layers, not "
                "what they have learned.",
            ),
            Mistake(
                edit(
                    "keras.layers.Dense(classes)(encoder.output)",
                    "keras.layers.Dense(classes)(encoder(image))",
                    "    encoder.trainable",
                    "    image = keras.layers.Input(source.input_shape[1:])\n"
                    "    encoder.trainable",
                    "keras.Model(encoder.input",
                    "keras.Model(image",
                ),
                "It computes the right thing, but the encoder is one layer "
                "inside your model, and 08.2 would not see its batch "
                "normalisation. Go on from encoder.output.",
            ),
        ),
        explanation="A head reads features; another head reads the same "
        "features. Freezing comes before the new layer, so that the new "
        "layer stays free.",
    ),
    Exercise(
        id="08.2",
        title="Unfreeze, at a small rate",
        level="core",
        reference=fine_tune,
        cases=(
            Case(_Network(3, frozen=True), 1e-3),
            Case(_Network(4, picture=True, frozen=True), 1e-4),
        ),
        summarise=_tune_facts,
        atol=1e-8,
        hints=(
            "Two things: say for each layer whether it learns, then compile.",
            "isinstance(layer, layers.BatchNormalization) is True for the "
            "layers that stay frozen; layer.trainable takes True or False.",
            "for layer in model.layers: layer.trainable = not isinstance("
            "layer, layers.BatchNormalization); then model.compile(...) and "
            "return model",
        ),
        mistakes=(
            Mistake(
                edit("= not norm", "= True"),
                "The batch normalisation learns, too. Its moving statistics "
                "then follow your few pictures.",
            ),
            Mistake(
                edit("= not norm", "= norm"),
                "The wrong way round: only the batch normalisation learns.",
            ),
            Mistake(
                edit("        layer.trainable = not norm\n", "        pass\n"),
                "Nothing was unfrozen: only the head learns, as before. (With "
                "model.trainable = True? The model was never frozen, only "
                "its layers: Keras passes over it. Say it layer by layer.)",
            ),
            Mistake(
                edit(
                    "    model.compile(keras.optimizers.Adam(rate), loss)\n",
                    "",
                ),
                "Compile again: without it the model goes on with the old "
                "rate, and with the list of weights it had.",
            ),
            Mistake(
                edit(
                    "    model.compile(keras.optimizers.Adam(rate), loss)\n",
                    "    model.optimizer.learning_rate = rate\n",
                ),
                "The rate is new, but nothing was compiled: fit goes on with "
                "the list of weights it had, and with the old loss.",
            ),
            Mistake(
                edit("from_logits=True", ""),
                "That loss expects probabilities, and the head gives logits: "
                "from_logits=True.",
            ),
            Mistake(
                edit(
                    "rate), loss)", 'rate), "sparse_categorical_crossentropy")'
                ),
                "Named like this the loss expects probabilities, and the head "
                "gives logits. Pass loss, which was made with "
                "from_logits=True.",
            ),
            Mistake(
                edit(
                    "    for layer in model",
                    "    model = keras.models.clone_model(model)\n"
                    "    for layer in model",
                ),
                "The weights are lost: clone_model copies the layers, not "
                "what they have learned. Go on with the model you got.",
            ),
            Mistake(
                edit("Adam(rate)", "Adam()"),
                "The rate is Adam's default, 0.001: pass yours, Adam(rate).",
            ),
            Mistake(
                edit("Adam(rate)", "SGD(rate)"),
                "That is SGD; Adam is asked for.",
            ),
        ),
        explanation="Frozen batch normalisation keeps its statistics; all "
        "else moves, a little. compile is what makes fit look again at what "
        "learns.",
    ),
    Exercise(
        id="08.3",
        title="How much learns?",
        level="warm-up",
        reference=learned,
        cases=(
            Case(10, 2, 3, 2, 1),
            Case(10, 2, 3, 2, 2),
            Case(410_208, 14_080, 1280, 5, 1),
            Case(410_208, 14_080, 1280, 5, 2),
        ),
        hints=(
            "What is in a dense layer? And what of a batch normalisation is "
            "not changed by gradients?",
            "The head has features x classes weights and a bias a class. "
            "With option 2 the encoder is added, without its moving "
            "statistics.",
            "head = features * classes + classes; option 2: "
            "encoder - statistics + head",
        ),
        mistakes=(
            Mistake(
                edit("features * classes + classes", "features * classes"),
                "The biases of the head are missing: one a class.",
            ),
            Mistake(
                edit("classes + classes", "classes + features"),
                "A bias belongs to an output: one a class, not one a feature.",
            ),
            Mistake(
                edit("encoder - statistics", "encoder - 2 * statistics"),
                "Here scale and shift of the batch normalisation learn. Take "
                "the statistics off, once.",
            ),
            Mistake(
                edit("encoder - statistics", "encoder"),
                "Moving means and variances follow the data, not a "
                "gradient: take the statistics off.",
            ),
            Mistake(
                edit("option == 1", "option == 2"),
                "The options are exchanged: with 1 the encoder is frozen.",
            ),
            Mistake(
                edit("statistics + head", "statistics"),
                "With option 2 the head learns as well: add it.",
            ),
            Mistake(
                edit("head if option == 1 else ", ""),
                "With option 1 the encoder is frozen: only the head learns.",
            ),
        ),
        explanation="MobileNetV2-0.35 on five kinds: 6,405 numbers learn "
        "with option 1, 402,533 with option 2.",
    ),
    Exercise(
        id="08.4",
        title="Pixels as a network wants them",
        level="core",
        reference=prepared,
        cases=(
            Case(_pictures, "tf"),
            Case(_pictures, "torch"),
            Case(np.full((1, 2, 1, 3), 255), "torch"),
            Case(np.full((1, 1, 2, 3), 0), "tf"),
        ),
        hints=(
            "What becomes of 0, and what of 255?",
            "From -1 to 1: over 127.5, minus 1. For the other: first over "
            "255, then channel by channel.",
            "(pixels / 255 - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]",
        ),
        mistakes=(
            Mistake(
                edit("pixels / 127.5 - 1", "pixels / 255"),
                "For tf you go from 0 to 1; this network was trained from "
                "-1 to 1.",
            ),
            Mistake(
                edit("pixels / 127.5 - 1", "(pixels - 127.5) / 255"),
                "For tf you go from -0.5 to 0.5: divide by 127.5.",
            ),
            Mistake(
                edit("shares = pixels / 255", "shares = pixels"),
                "For torch the pixels go from 0 to 1 first: over 255.",
            ),
            Mistake(
                edit(" / [0.229, 0.224, 0.225]", ""),
                "For torch the spread is missing: over 0.229, 0.224, 0.225.",
            ),
            Mistake(
                edit("shares = pixels / 255", "shares = pixels / 127.5 - 1"),
                "For torch the pixels go from 0 to 1 first, not from -1: over "
                "255, and nothing taken off.",
            ),
            Mistake(
                edit("0.485, 0.456, 0.406", "0.406, 0.456, 0.485"),
                "Your means are blue first; the pictures are red first.",
            ),
            Mistake(
                edit(
                    "0.485, 0.456, 0.406",
                    "0.406, 0.456, 0.485",
                    "0.229, 0.224, 0.225",
                    "0.225, 0.224, 0.229",
                ),
                "Your means and spreads are blue first; the pictures are red "
                "first.",
            ),
            Mistake(
                edit("pixels / 255", "pixels[..., ::-1] / 255"),
                "You turned the colours round: these networks want red first, "
                "as the pictures are.",
            ),
            Mistake(
                edit('if kind == "tf":', "if False:"),
                "You prepare both kinds like torch: that is the preprocessing "
                "of another network.",
            ),
            Mistake(
                edit('kind == "tf"', 'kind == "torch"'),
                "The two kinds are exchanged: that is the preprocessing of "
                "another network.",
            ),
            Mistake(
                edit('if kind == "tf":', "if True:"),
                "You prepare both kinds like tf: that is the preprocessing of "
                "another network.",
            ),
        ),
        explanation="Weights and preprocessing belong together; nothing "
        "complains if they do not fit. ResNet50 and VGG want a third kind, "
        "blue first: exercise 23.3.",
    ),
    Exercise(
        id="08.5",
        title="What you may report",
        level="core",
        reference=chosen,
        cases=(
            Case({"frozen": (0.8, 0.75)}),
            Case({"frozen": (0.7, 0.9), "tuned": (0.8, 0.6)}),
            Case({"frozen": (0.9, 0.3), "tuned": (0.5, 0.6)}),
            Case({"a": (0.50, 0.65), "b": (0.60, 0.51), "c": (0.55, 0.7)}),
            Case({"a": (0.6, 0.3), "b": (0.7, 0.4), "c": (0.5, 0.2)}),
        ),
        hints=(
            "Which pictures choose, and which ones report?",
            "The name with the highest first number; of that name the "
            "second number.",
            "name = max(tried, key=lambda name: tried[name][0]); return "
            "name, tried[name][1]",
        ),
        mistakes=(
            Mistake(
                edit("tried[name][0])", "tried[name][1])"),
                "You chose by the test pictures: the accuracy you report is "
                "the luckiest one. Choose by the validation pictures.",
            ),
            Mistake(
                edit(
                    "return name, tried[name][1]",
                    "return name, tried[name][0]",
                ),
                "You report the validation accuracy, of the name that was "
                "chosen by it: it flatters. Report the test accuracy.",
            ),
            Mistake(
                edit(
                    "name, tried[name][1]",
                    "name, max(test for _, test in tried.values())",
                ),
                "You report the best test accuracy of all, not that of the "
                "name you chose.",
            ),
            Mistake(
                edit("tried[name][0])", "sum(tried[name]))"),
                "The test pictures take part in your choice. Only the "
                "validation pictures may.",
            ),
            Mistake(
                edit("max(tried", "min(tried"),
                "You chose the lowest validation accuracy.",
            ),
        ),
        explanation="The more is tried, the luckier the best of it. What "
        "chooses cannot measure.",
    ),
    Exercise(
        id="08.6",
        title="Standardise without looking",
        level="core",
        reference=standardise,
        cases=(
            Case(
                np.array([[1.0, 10.0], [3.0, 30.0]]),
                np.array([[2.0, 50.0], [5.0, 10.0]]),
            ),
            Case(_train, _test),
            Case(np.array([[1.0, 7.0], [3.0, 7.0]]), np.array([[2.0, 9.0]])),
            Case(10 * _test, _train[:2]),
        ),
        hints=(
            "Whose mean and spread may be known when the test begins?",
            "Both are divided with the training mean and deviation, by "
            "column: axis=0. Where the deviation is 0, divide by 1.",
            "mean, spread = train.mean(axis=0), train.std(axis=0); "
            "np.where(spread == 0, 1, spread)",
        ),
        mistakes=(
            Mistake(
                edit(
                    "    mean, spread",
                    "    both = np.concatenate([train, test])\n"
                    "    mean, spread",
                    "train.mean(axis=0), train.std(axis=0)",
                    "both.mean(axis=0), both.std(axis=0)",
                ),
                "The test features are in your mean and spread: they have "
                "been looked at before the test.",
            ),
            Mistake(
                edit(
                    "(test - mean) / spread",
                    "(test - test.mean(axis=0)) / np.where("
                    "test.std(axis=0) == 0, 1, test.std(axis=0))",
                ),
                "You gave the test features a mean and spread of their own. "
                "The head has learned those of the training features.",
            ),
            Mistake(
                edit(
                    "train.mean(axis=0), train.std(axis=0)",
                    "test.mean(axis=0), test.std(axis=0)",
                ),
                "Mean and spread are those of the test features: they may "
                "not be known before the test.",
            ),
            Mistake(
                edit(
                    "spread = np.where(spread == 0, 1, spread)",
                    "spread = spread + 1e-8",
                ),
                "A column that does not vary is divided by 0.00000001: what "
                "differs from it at the test becomes huge. Divide it by 1.",
            ),
            Mistake(
                edit("train.mean(axis=0)", "train.mean()"),
                "One mean for all columns: each has its own, axis=0.",
            ),
            Mistake(
                edit("train.std(axis=0)", "train.var(axis=0)"),
                "You divide by the variance; its root is asked for.",
            ),
            Mistake(
                edit("    spread = np.where(spread == 0, 1, spread)\n", ""),
                "A column that does not vary is divided by 0. Divide it by 1.",
            ),
            Mistake(
                edit("train.std(axis=0)", "train.std(axis=0, ddof=1)"),
                "Your deviation has n - 1 below (ddof=1); NumPy's default, n, "
                "is asked for.",
            ),
            Mistake(
                edit("(test - mean) / spread", "test"),
                "The test features have to be standardised as well.",
            ),
        ),
        explanation="Every number that is computed from data is learned, a "
        "mean as well. So it is learned from the training part alone.",
    ),
    Exercise(
        id="08.7",
        title="A classifier without training",
        level="stretch",
        reference=nearest_mean,
        cases=(
            Case(
                np.array([[1.0, 0.0], [0.0, 2.0]]),
                np.array([5, 3]),
                np.array([[0.1, 9.0], [7.0, 1.0], [3.0, 2.9]]),
            ),
            Case(_uneven, np.array([4, 4, 4, 1, 1, 1]), _asked_uneven),
            Case(_features, np.array([4, 9, 2])[_places], _asked),
            Case(_features[:5], np.array([7, 1, 0])[_places[:5]], 3 * _asked),
        ),
        hints=(
            "First one mean vector for each label. Then, for each asked row, "
            "the mean with the largest cosine.",
            "A cosine is a product of vectors of length 1. The asked rows "
            "need no scaling: that does not change which is largest. "
            "np.unique(labels) lists the labels.",
            "means / np.linalg.norm(means, axis=1, keepdims=True); then "
            "kinds[(asked @ means.T).argmax(axis=1)]",
        ),
        mistakes=(
            Mistake(
                edit(
                    "kinds[(asked @ means.T).argmax(axis=1)]",
                    "(asked @ means.T).argmax(axis=1)",
                ),
                "Those are positions, 0, 1, 2. Which labels stand there?",
            ),
            Mistake(
                edit(
                    "means / np.linalg.norm(means, axis=1, keepdims=True)",
                    "means",
                ),
                "Your means have different lengths: the longest wins too "
                "often. Divide each by its length.",
            ),
            Mistake(
                edit(
                    "(asked @ means.T).argmax(axis=1)",
                    "((asked[:, None] - means) ** 2).sum(-1).argmin(axis=1)",
                    "means / np.linalg.norm(means, axis=1, keepdims=True)",
                    "means",
                ),
                "That is the smallest distance. The smallest angle is asked "
                "for: it does not care how long a vector is.",
            ),
            Mistake(
                edit(
                    "kinds[(asked @ means.T)",
                    "labels[(asked @ means.T)",
                    "means = np.array(means)",
                    "means = features",
                ),
                "That is the nearest single vector. Take the mean vector of "
                "each label first.",
            ),
            Mistake(
                edit(
                    "    kinds =",
                    "    lengths = np.linalg.norm(features, axis=1)\n"
                    "    features = features / lengths[:, np.newaxis]\n"
                    "    kinds =",
                ),
                "You scaled each vector before the mean was taken. The mean "
                "of the vectors as they are is asked for; its length is "
                "divided off afterwards.",
            ),
            Mistake(
                edit(".argmax(axis=1)", ".argmin(axis=1)"),
                "The smallest angle has the largest cosine: argmax.",
            ),
            Mistake(
                edit(
                    "(asked @ means.T).argmax(axis=1)",
                    "(asked @ means.T).argmax(axis=0)",
                ),
                "You ask for each mean which row is nearest. For each row, "
                "which mean: axis=1.",
            ),
        ),
        explanation="With one picture of each this is hard to beat: a mean "
        "has no weights that could be fitted to chance.",
    ),
    Exercise(
        id="08.8",
        title="What learns when, and how fast",
        level="core",
        reference=plan,
        cases=(
            Case(
                {"conv1": "Conv2D", "norm1": "BatchNormalization"}
                | {"head": "Dense"},
                0.01,
                0.0003,
            ),
            Case(
                {"bn": "BatchNormalization", "conv": "Conv2D"}
                | {"hidden": "Dense", "last": "BatchNormalization"}
                | {"new": "Dense"},
                0.05,
                0.0001,
            ),
            Case({"a": "DepthwiseConv2D", "b": "Dense"}, 0.2, 0.002),
        ),
        summarise=_steps,
        hints=(
            "Which weights are random, and which know something already?",
            "The last name is the head. Step one: it alone, at the large "
            "rate. Step two: all but batch normalisation, at the small one.",
            "*_, head = kinds; free = [name for name, kind in kinds.items() "
            'if kind != "BatchNormalization"]; return [(large, [head]), '
            "(small, free)]",
        ),
        mistakes=(
            Mistake(
                edit("(small, free)", "(large, free)"),
                "You unfreeze everything at the large rate: it wipes out what "
                "the encoder knows (see Forgetting). The second step takes "
                "the small rate.",
            ),
            Mistake(
                edit("(large, [head]), (small, free)", "(large, free)"),
                "You unfreeze everything at once, at the large rate: a random "
                "head sends large gradients down, and what the encoder knows "
                "is wiped out. First the head alone, then all at the small "
                "rate.",
            ),
            Mistake(
                edit("(large, [head])", "(large, free)"),
                "In your first step everything learns at the large rate: what "
                "the encoder knows is gone before the head can use it. First "
                "the head alone.",
            ),
            Mistake(
                edit("(large, [head]), (small, free)", "(small, free)"),
                "One step only. The head is random at first: train it alone "
                "before its gradients reach the encoder.",
            ),
            Mistake(
                edit("(large, [head])", "(small, [head])"),
                "A head with random weights has nothing to lose: its own step "
                "takes the large rate.",
            ),
            Mistake(
                edit(
                    "(large, [head]), (small, free)",
                    "(small, [head]), (large, free)",
                ),
                "The rates are exchanged: large for the random head, small "
                "for the weights that know something.",
            ),
            Mistake(
                edit(" if kind != norm", ""),
                "The batch normalisation learns, too. It stays frozen, or its "
                "statistics follow your few pictures.",
            ),
            Mistake(
                edit("(small, free)", "(small, free[:-1])"),
                "In your second step the head stands still. With option 2 it "
                "learns as well.",
            ),
            Mistake(
                edit("(small, free)", "(small, [head])"),
                "Nothing was unfrozen: your second step trains the head "
                "again.",
            ),
            Mistake(
                edit("*_, head = kinds", "head, *_ = kinds"),
                "The head is the last layer, not the first.",
            ),
        ),
        explanation="Large steps for what is random, small ones for what is "
        "known; and the random part first, so that it does no harm.",
    ),
)
