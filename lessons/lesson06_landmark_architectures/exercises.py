"""Exercises of lesson 06: landmark architectures, counted."""

from coursekit.exercises import networks
from coursekit.exercises.edits import edit
from coursekit.exercises.engine import Case, Exercise, Mistake


def conv(x, filters, f, s=1, p=0):
    from keras import layers

    if p:
        x = layers.ZeroPadding2D(p)(x)
    return layers.Conv2D(filters, f, s, activation="relu")(x)


def pool(x, f=3, s=2, p=0):
    from keras import layers

    if p:
        x = layers.ZeroPadding2D(p)(x)
    return layers.MaxPooling2D(f, s)(x)


def conv_bn(x, filters, f, s=1, p=0):
    from keras import layers

    if p:
        x = layers.ZeroPadding2D(p)(x)
    x = layers.Conv2D(filters, f, s)(x)
    return layers.BatchNormalization(momentum=0.9)(x)


def relu(x):
    from keras import layers

    return layers.Activation("relu")(x)


def inception_module(x, ones, threes, fives, pooled):
    from keras import layers

    one = conv(x, ones, 1)
    three = conv(conv(x, threes[0], 1), threes[1], 3, 1, 1)
    five = conv(conv(x, fives[0], 1), fives[1], 5, 1, 2)
    pooling = conv(pool(x, 3, 1, 1), pooled, 1)
    return layers.Concatenate()([one, three, five, pooling])


def residual_block(x, filters, stride=1):
    from keras import layers

    y = relu(conv_bn(x, filters, 1, stride))
    y = relu(conv_bn(y, filters, 3, 1, 1))
    y = conv_bn(y, 4 * filters, 1)
    if x.shape != y.shape:
        x = conv_bn(x, 4 * filters, 1, stride)
    return relu(layers.Add()([x, y]))


class _Maps:
    """Stands for symbolic maps of a shape: every call gets new ones."""

    def __init__(self, *shape):
        self.shape = shape

    def __deepcopy__(self, memo):
        import keras

        return keras.Input(self.shape)

    def __repr__(self):
        return f"maps of shape {self.shape}"


def _as_a_network(maps):
    """What lies between the input and these maps, as a learner sees it."""
    import keras
    import numpy as np

    (start,) = keras.utils.get_source_inputs(maps)
    model = keras.Model(start, maps)
    shape = tuple(start.shape[1:])
    count = np.arange(2 * np.prod(shape))
    maps = np.abs(np.cos(count)).reshape(2, *shape)  # as after a ReLU
    return networks.facts(model, shape, maps)


def sides(n, rows):
    found = []
    for f, s, p in rows:
        n = (n + 2 * p - f) // s + 1
        found.append(n)
    return found


def separable(channels, filters, f):
    return (f * f * channels + channels) + (channels + 1) * filters


def receptive_field(rows):
    field, jump = 1, 1
    for f, s in rows:
        field = field + (f - 1) * jump
        jump = jump * s
    return field


EXERCISES = (
    Exercise(
        id="06.1",
        title="The inception module",
        level="core",
        reference=inception_module,
        cases=(
            Case(_Maps(5, 6, 3), 2, (4, 5), (6, 7), 8),
            Case(_Maps(7, 7, 6), 9, (2, 8), (3, 4), 5),
            Case(_Maps(1, 1, 2), 3, (4, 3), (5, 3), 3),
        ),
        summarise=_as_a_network,
        atol=1e-4,
        hints=(
            "Four branches begin at the same x. Draw them: which of them "
            "have two layers?",
            "A 3 x 3 convolution keeps the side with p = 1, a 5 x 5 with "
            "p = 2; so does a 3 x 3 pooling with stride 1 and p = 1. "
            "Concatenate puts the maps behind each other.",
            "one = conv(x, ones, 1); three = conv(conv(x, threes[0], 1), "
            "threes[1], 3, 1, 1); five likewise with 5 and p = 2; pooling = "
            "conv(pool(x, 3, 1, 1), pooled, 1); "
            "layers.Concatenate()([one, three, five, pooling])",
        ),
        mistakes=(
            Mistake(
                edit(
                    "conv(conv(x, threes[0], 1), threes[1]",
                    "conv(x, threes[1]",
                ),
                "The 3 x 3 branch reads x itself. First come threes[0] "
                "filters of 1 x 1, which make it cheap.",
            ),
            Mistake(
                edit(
                    "conv(conv(x, fives[0], 1), fives[1]", "conv(x, fives[1]"
                ),
                "The 5 x 5 branch reads x itself. First come fives[0] "
                "filters of 1 x 1, which make it cheap.",
            ),
            Mistake(
                edit(
                    *(
                        "conv(conv(x, threes[0], 1), threes[1]",
                        "conv(x, threes[1]",
                    ),
                    *(
                        "conv(conv(x, fives[0], 1), fives[1]",
                        "conv(x, fives[1]",
                    ),
                ),
                "That is the naive module: the 1 x 1 convolutions before "
                "3 x 3 and 5 x 5 are missing.",
            ),
            Mistake(
                edit("conv(pool(x, 3, 1, 1), pooled, 1)", "pool(x, 3, 1, 1)"),
                "After the pooling come pooled filters of 1 x 1. Without "
                "them all maps of x go on, and the depth only grows.",
            ),
            Mistake(
                edit("pool(x, 3, 1, 1)", "x"),
                "The pooling of the fourth branch is missing.",
            ),
            Mistake(
                edit("pool(x, 3, 1, 1)", "pool(x, 3, 2, 1)"),
                "The pooling has stride 2, so its maps are half as wide as "
                "the others and can't be put behind them. Stride 1.",
            ),
            Mistake(
                edit("5, 1, 2)", "5)"),
                "A filter loses pixels at the edges, and then the branches "
                "differ in side: p = 1 for 3 x 3, p = 2 for 5 x 5.",
            ),
            Mistake(
                edit(
                    "[one, three, five, pooling]",
                    "[three, one, five, pooling]",
                ),
                "The order of the branches: 1 x 1, 3 x 3, 5 x 5, pooling.",
            ),
            Mistake(
                edit("[one, three, five, pooling]", "[one, three, five]"),
                "The fourth branch, the pooling, is not among the results.",
            ),
            Mistake(
                edit("conv(x, threes[0], 1), threes[1]", "one, threes[1]"),
                "The 3 x 3 branch reads the maps of the first branch. All "
                "four begin at x.",
            ),
            Mistake(
                edit("Concatenate()", "Add()"),
                "Branches are not added (they have unequal depths): their "
                "maps are put behind each other, layers.Concatenate().",
            ),
            Mistake(
                edit("Concatenate()", "Concatenate(axis=1)"),
                "The maps go behind each other, on the last axis: "
                "layers.Concatenate() without an axis.",
            ),
        ),
        explanation="Four questions at once, each of its own field, and the "
        "next layer chooses. The 1 x 1 convolutions make the maps few before "
        "the expensive filters look at them.",
    ),
    Exercise(
        id="06.2",
        title="The residual block",
        level="core",
        reference=residual_block,
        cases=(
            Case(_Maps(4, 5, 8), 2),
            Case(_Maps(4, 6, 3), 2),
            Case(_Maps(6, 5, 8), 2, 2),
            Case(_Maps(5, 5, 4), 3, 2),
        ),
        summarise=_as_a_network,
        atol=1e-4,
        hints=(
            "Two roads from x to the sum. On the long one the depth goes "
            "down to filters, and at its end up to 4 * filters.",
            "Long road: 1 x 1 with the stride, ReLU, 3 x 3 with p = 1, ReLU, "
            "1 x 1 without ReLU. Short road: x, or where the shapes differ "
            "conv_bn of x with 4 * filters, 1 x 1 and the same stride.",
            "y = relu(conv_bn(x, filters, 1, stride)); "
            "y = relu(conv_bn(y, filters, 3, 1, 1)); "
            "y = conv_bn(y, 4 * filters, 1); if x.shape != y.shape: "
            "x = conv_bn(x, 4 * filters, 1, stride); "
            "return relu(layers.Add()([x, y]))",
        ),
        mistakes=(
            Mistake(
                edit(
                    "    if x.shape != y.shape:\n"
                    "        x = conv_bn(x, 4 * filters, 1, stride)\n",
                    "",
                ),
                "Where the depth or the side changes, x does not fit the "
                "sum: the shortcut needs a projection, 4 * filters of 1 x 1 "
                "with the same stride.",
            ),
            Mistake(
                edit(
                    "    if x.shape != y.shape:\n        x = conv_bn",
                    "    x = conv_bn",
                ),
                "A projection stands in every block. Where x has the shape "
                "of the sum already it goes through as it is: that is the "
                "point.",
            ),
            Mistake(
                edit(
                    "x = conv_bn(x, 4 * filters, 1, stride)",
                    "x = conv_bn(x, 4 * filters, 1)",
                ),
                "The projection has stride 1: the long road has made the "
                "maps smaller, so the shortcut needs the same stride.",
            ),
            Mistake(
                edit("relu(layers.Add()([x, y]))", "layers.Add()([x, y])"),
                "The last ReLU is missing: it stands after the sum.",
            ),
            Mistake(
                edit("layers.Add()([x, y])", "y"),
                "The shortcut is missing: the sum of x and y is wanted. That "
                "is a plain stack.",
            ),
            Mistake(
                edit(
                    "y = conv_bn(y, 4 * filters, 1)",
                    "y = relu(conv_bn(y, 4 * filters, 1))",
                ),
                "There is a ReLU before the sum. Then the block could only "
                "add, never take away: the third convolution has none.",
            ),
            Mistake(
                edit("layers.Add()", "layers.Concatenate()"),
                "The two roads are added, not put behind each other.",
            ),
            Mistake(
                edit(
                    "y = conv_bn(y, 4 * filters, 1)",
                    "y = conv_bn(y, filters, 1)",
                    "conv_bn(x, 4 * filters",
                    "conv_bn(x, filters",
                ),
                "The last convolution has filters maps; it goes up to "
                "4 * filters.",
            ),
            Mistake(
                edit(
                    "relu(conv_bn(x, filters, 1, stride))",
                    "relu(conv_bn(x, filters, 1))",
                    "relu(conv_bn(y, filters, 3, 1, 1))",
                    "relu(conv_bn(y, filters, 3, stride, 1))",
                ),
                "You gave the stride to the 3 x 3 convolution, as later "
                "networks do. Here, as in the paper of 2015, the first 1 x 1 "
                "has it.",
            ),
            Mistake(
                edit("filters, 3, 1, 1)", "filters, 3)"),
                "The 3 x 3 convolution loses a pixel on each side: p = 1.",
            ),
            Mistake(
                edit(
                    "y = relu(conv_bn(x, filters, 1, stride))",
                    "y = conv_bn(x, filters, 1, stride)",
                ),
                "The ReLU after the first convolution is missing.",
            ),
            Mistake(
                edit(
                    "y = relu(conv_bn(y, filters, 3, 1, 1))",
                    "y = conv_bn(y, filters, 3, 1, 1)",
                ),
                "The ReLU after the second convolution is missing.",
            ),
            Mistake(
                edit(
                    "x = conv_bn(x, 4",
                    "x = relu(conv_bn(x, 4",
                    "1, stride)\n    return",
                    "1, stride))\n    return",
                ),
                "The projection has a ReLU. The shortcut bends nothing: only "
                "the sum does.",
            ),
        ),
        explanation="The long road computes what is to be added to x. If "
        "nothing is to be added its last scales can go to zero, and the "
        "block passes x on unchanged.",
    ),
    Exercise(
        id="06.3",
        title="Sides through a network",
        level="warm-up",
        reference=sides,
        cases=(
            Case(6, [(3, 1, 0)]),
            Case(227, [(11, 4, 0), (3, 2, 0), (5, 1, 2), (3, 2, 0)]),
            Case(224, [(7, 2, 1), (3, 2, 1), (5, 2, 0)]),
            Case(32, [(5, 1, 0), (2, 2, 0)]),
        ),
        hints=(
            "The side that one layer hands on is the n of the next.",
            "(n + 2p - f) // s + 1, for convolution and pooling alike.",
            "for f, s, p in rows: n = (n + 2 * p - f) // s + 1; keep each n.",
        ),
        mistakes=(
            Mistake(
                edit("// s + 1", "+ 1"),
                "The stride is missing: (n + 2p - f) // s + 1.",
            ),
            Mistake(
                edit(") // s + 1", " + 1) // s"),
                "You added the 1 before the division. (55 - 3 + 1) / 2 = 26 "
                "stands in many slides; (55 - 3) / 2 + 1 = 27 is right.",
            ),
            Mistake(
                edit(") // s + 1", " + 1) // s + 1"),
                "You added 1 twice, before and after the division.",
            ),
            Mistake(
                edit("2 * p", "p"),
                "You padded one side only: the row has n + 2p pixels.",
            ),
            Mistake(
                edit(" + 2 * p", ""),
                "The padding is missing: p pixels on each side.",
            ),
            Mistake(
                edit("// s", "/ s"),
                "A side is a whole number: use //.",
            ),
            Mistake(
                edit("// s + 1", "// s"),
                "The first place is missing: + 1.",
            ),
            Mistake(
                edit(
                    "n = (n + 2 * p - f) // s + 1\n        found.append(n)",
                    "found.append((n + 2 * p - f) // s + 1)",
                ),
                "Every layer of yours reads the first n. Each reads what the "
                "one before it made.",
            ),
            Mistake(
                edit("return found", "return n"),
                "All sides are wanted, in a list; you returned the last.",
            ),
        ),
        explanation="227, then 55, 27, 27, 13: half of AlexNet, from one "
        "formula.",
    ),
    Exercise(
        id="06.4",
        title="AlexNet on 224 pixels",
        level="core",
        reference=(5 * 5 * 256 + 1) * 4096,
        hints=(
            "Follow the side: 11 x 11 with stride 4, no padding, on 224.",
            "224 -> 54 -> 26 -> 26 -> 12 -> 12 -> 12 -> 12 -> 5, with 256 "
            "maps at the end.",
            "(5 * 5 * 256 + 1) * 4096",
        ),
        mistakes=(
            Mistake(
                (6 * 6 * 256 + 1) * 4096,
                "That is for 227 pixels. 224 gives 54 instead of 55, and 5 "
                "instead of 6 at the end.",
            ),
            Mistake(
                5 * 5 * 256 * 4096,
                "The biases are missing: one for each of the 4,096 units.",
            ),
            Mistake(
                (5 * 5 + 1) * 4096,
                "The depth is missing: there are 256 maps of 5 x 5.",
            ),
            Mistake(
                (5 * 256 + 1) * 4096,
                "A map has 5 x 5 numbers, not 5.",
            ),
            Mistake(
                (12 * 12 * 256 + 1) * 4096,
                "The last pooling is missing: 12 -> 5.",
            ),
            Mistake(
                (256 + 1) * 4096,
                "That is after a global pooling. AlexNet flattens: 5 x 5 x "
                "256 numbers.",
            ),
        ),
        explanation="26,218,496 instead of 37,752,832: three pixels of the "
        "picture are worth 11.5 million weights.",
    ),
    Exercise(
        id="06.5",
        title="A separable convolution",
        level="core",
        reference=separable,
        cases=(Case(1, 1, 3), Case(3, 8, 3), Case(5, 2, 5), Case(32, 64, 3)),
        hints=(
            "Two layers. The first has one f x f filter for each channel.",
            "Depthwise: f * f weights and a bias a channel. Then 1 x 1: each "
            "of the filters has a weight for each channel, and a bias.",
            "(f * f + 1) * channels + (channels + 1) * filters",
        ),
        mistakes=(
            Mistake(
                edit(
                    "(f * f * channels + channels) + (channels + 1) * filters",
                    "(f * f * channels + 1) * filters",
                ),
                "That is the ordinary convolution. Here each channel has "
                "its own f x f filter, and 1 x 1 filters mix afterwards.",
            ),
            Mistake(
                edit(" + channels) +", ") +", "channels + 1)", "channels)"),
                "The biases are missing: one a channel, and one a filter.",
            ),
            Mistake(
                edit(" + channels) +", ") +"),
                "The depthwise layer has biases, too: one a channel.",
            ),
            Mistake(
                edit("(channels + 1) * filters", "channels * filters"),
                "The 1 x 1 layer has biases, too: one a filter.",
            ),
            Mistake(
                edit("(f * f * channels + channels) +", "(f * f + 1) +"),
                "The depth is missing: there is an f x f filter for each "
                "channel.",
            ),
            Mistake(
                edit(" + (channels + 1) * filters", ""),
                "The 1 x 1 layer is missing: it makes filters maps of the "
                "channels.",
            ),
            Mistake(
                edit(
                    "f * f * channels + channels)",
                    "f * f * filters + filters)",
                ),
                "The depthwise filters are counted by channels, not by the "
                "filters of the second layer.",
            ),
            Mistake(
                edit("f * f", "f"),
                "A filter has f x f weights.",
            ),
        ),
        explanation="For 3 x 3 and many filters it is about a ninth of the "
        "ordinary one: f x f is paid once a channel, not once a channel and "
        "filter.",
    ),
    Exercise(
        id="06.6",
        title="How far one unit sees",
        level="stretch",
        reference=receptive_field,
        cases=(
            Case([(3, 1)]),
            Case([(3, 1), (3, 1)]),
            Case([(3, 2), (3, 1)]),
            Case([(11, 4), (3, 2), (5, 1), (3, 2)]),
            Case([(2, 2), (5, 3), (3, 1)]),
        ),
        hints=(
            "Two neighbouring units of a layer: how many pixels of the "
            "picture are their fields apart?",
            "Each layer adds (f - 1) times that distance; a stride s makes "
            "the distance s times as large for the layers after it.",
            "field = jump = 1; for f, s in rows: field += (f - 1) * jump; "
            "jump *= s",
        ),
        mistakes=(
            Mistake(
                edit("(f - 1) * jump", "f - 1"),
                "You left out the strides: after a stride of 2 two "
                "neighbours are 2 pixels apart, and each layer adds twice as "
                "much.",
            ),
            Mistake(
                edit("(f - 1) * jump", "f * jump"),
                "A layer adds f - 1: its middle was counted already.",
            ),
            Mistake(
                edit(
                    "        field = field + (f - 1) * jump\n"
                    "        jump = jump * s",
                    "        jump = jump * s\n"
                    "        field = field + (f - 1) * jump",
                ),
                "A layer's own stride counts for the layers after it, not "
                "for itself: change the jump last.",
            ),
            Mistake(
                edit("field, jump = 1, 1", "field, jump = 0, 1"),
                "Without any layer a unit is a pixel: begin with 1.",
            ),
            Mistake(
                edit("jump * s", "jump + s"),
                "Strides multiply: after two strides of 2 neighbours are 4 "
                "pixels apart.",
            ),
            Mistake(
                edit("jump = jump * s", "jump = s"),
                "Strides multiply: you kept the last one only.",
            ),
            Mistake(
                edit("return field", "return field**2"),
                "The side of the field is wanted, not its area.",
            ),
        ),
        explanation="Small filters see far when they are stacked, and "
        "farther behind strides. A unit of AlexNet's fifth convolution sees "
        "163 x 163 of the 227 x 227 pixels.",
    ),
)
