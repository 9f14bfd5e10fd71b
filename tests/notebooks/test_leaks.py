"""No lesson trains on what it tests with, or calls a number what it is not.

A walk over a lesson's code says of each name from which splits it comes:
``dataset.test``, ``vectors["test"]`` and ``examples("test")`` are sources,
and what is computed from them comes from there too. What a lesson does wrong
on purpose stands under "Common mistakes" and is not asked about.
"""

import ast
import re
from collections.abc import Iterator

import pytest

from coursekit import lessons

SPLITS = {"train", "validation", "test", "held_out"}
JUDGES = {"evaluate", "predict"}
TRAINS = {"fit", "train_on_batch", "adapt"}
WITHOUT_GUARD = {
    "02": "no split: learns a function of three numbers",
    "12": "no split: one text that it learns by heart",
}
Origins = set[str]


class Walk:
    """Follows the splits through the statements of one lesson."""

    def __init__(self, source: str):
        self.names: dict[str, Origins] = {}
        self.parts: dict[str, dict[str, Origins]] = {}  # of a dict, by key
        self.loops: set[str] = set()  # names that stand for any split
        self.trainers: set[str] = set()  # functions that call fit
        self.taught: dict[str, Origins] = {}  # model: names of its data
        self.leaks: list[str] = []
        self.block(ast.parse(source).body)

    # ------------------------------------------------------ expressions

    def origins(self, node: ast.AST) -> Origins:
        """The splits that an expression's value comes from."""
        if isinstance(node, ast.Name):
            return self.names.get(node.id, set())
        if isinstance(node, ast.Attribute):
            owner = node.value
            if node.attr in SPLITS and not is_name(owner, "profile"):
                return {node.attr}
            return self.origins(owner)
        if isinstance(node, ast.Subscript):
            return self.item(node)
        if isinstance(node, ast.Call):
            named = {
                argument.value
                for argument in node.args
                if is_text(argument) and argument.value in SPLITS
            }
            if named:
                return named | self.origins(node.func)
        if isinstance(node, ast.Constant | ast.Lambda):
            return set()
        if hasattr(node, "generators"):
            for loop in node.generators:  # the names of a comprehension
                self.assign(loop.target, loop.iter)
        children = (self.origins(n) for n in ast.iter_child_nodes(node))
        return set().union(*children)

    def item(self, node: ast.Subscript) -> Origins:
        """``vectors["test"]``: the key tells, and what was put there.

        So does the name of a mask or of places: ``years[test]``.
        """
        key = getattr(node.slice, "value", getattr(node.slice, "id", None))
        if key in self.loops:
            return set()
        if key not in SPLITS:
            return self.origins(node.value)
        base = node.value.id if isinstance(node.value, ast.Name) else ""
        return {key} | self.parts.get(base, {}).get(key, set())

    # ------------------------------------------------------- statements

    def block(self, statements: list[ast.stmt]) -> None:
        for statement in statements:
            self.statement(statement)

    def statement(self, node: ast.stmt) -> None:
        if isinstance(node, ast.FunctionDef):
            self.function(node)
            return
        for call in calls(node):
            self.check_training(call)
            self.check_judging(call)
            self.check_print(call)
        if isinstance(node, ast.Assign | ast.AugAssign):
            targets = getattr(node, "targets", None) or [node.target]
            for target in targets:
                self.assign(target, node.value)
        elif isinstance(node, ast.For):
            self.assign(node.target, node.iter)
        for field in ("body", "orelse"):
            self.block(getattr(node, field, []))

    def assign(self, target: ast.expr, value: ast.expr) -> None:
        if in_pairs(target, value):
            for one, other in zip(target.elts, value.elts, strict=True):
                self.assign(one, other)
            return
        found = self.origins(value)
        for name in ast.walk(target):
            if isinstance(name, ast.Name) and found:
                self.check_name(name, found)
        for name in ast.walk(target):
            self.forget(name)
        if isinstance(target, ast.Name):
            self.names[target.id] = found
            self.parts[target.id] = self.by_key(value)
        elif isinstance(target, ast.Subscript):
            base = target.value
            if isinstance(base, ast.Name):
                self.names[base.id] = found | self.names.get(base.id, set())
        elif isinstance(target, ast.Tuple | ast.List):
            for one in target.elts:
                if isinstance(one, ast.Name):
                    self.names[one.id] = found

    def forget(self, name: ast.AST) -> None:
        """What a network was trained with has another value now."""
        if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store):
            word = re.compile(rf"\b{name.id}\b")
            for model, data in self.taught.items():
                kept = {text for text in data if not word.search(text)}
                self.taught[model] = kept

    def by_key(self, value: ast.expr) -> dict[str, Origins]:
        if isinstance(value, ast.DictComp):
            return dict.fromkeys(SPLITS, self.common(value))
        if not isinstance(value, ast.Dict):
            return {}
        found = {
            key.value: self.origins(item)
            for key, item in zip(value.keys, value.values, strict=True)
            if is_text(key)
        }
        for key in SPLITS & set(found):
            if found[key] and key not in found[key]:
                self.leak(value, f'"{key}" comes from {sorted(found[key])}')
        return found

    def common(self, node: ast.DictComp) -> Origins:
        """What goes into all values, like a vocabulary, whatever the key."""
        kept = self.names.copy()
        for loop in node.generators:
            for name in ast.walk(loop.target):
                if isinstance(name, ast.Name):
                    self.names[name.id] = set()
                    self.loops.add(name.id)
        found = self.origins(node.value)
        self.names = kept
        self.loops.clear()
        return found

    def function(self, node: ast.FunctionDef) -> None:
        """Its body is walked with unknown arguments; it comes from all."""
        outside, parts = self.names.copy(), self.parts.copy()
        defaults = [self.origins(default) for default in node.args.defaults]
        for argument in node.args.args:
            self.names[argument.arg] = set()
        self.block(node.body)
        inside = [self.origins(part) for part in node.body]
        self.names, self.parts = outside, parts
        self.names[node.name] = set().union(*defaults, *inside)
        if any(self.trains(call) for call in calls(node)):
            self.trainers.add(node.name)

    # ----------------------------------------------------------- checks

    def trains(self, call: ast.Call) -> bool:
        name = called(call)
        return name in TRAINS or name in self.trainers

    def check_training(self, call: ast.Call) -> None:
        if not self.trains(call):
            return
        for argument in [*call.args, *call.keywords]:
            tested = self.origins(argument) & {"test", "held_out"}
            if tested:
                self.leak(call, f"{ast.unparse(argument)} is test data")
        for argument in call.keywords:
            found = self.origins(argument)
            validates = str(argument.arg).startswith("validation")
            if validates and "train" in found and "validation" not in found:
                self.leak(call, f"{ast.unparse(argument)} is trained with")
        for argument in call.args:
            held = "validation" in self.origins(argument)
            if held and not is_name(call.func, *self.trainers):
                self.leak(call, f"{ast.unparse(argument)} is to validate")

    def check_name(self, name: ast.Name, found: Origins) -> None:
        """x_test comes from test, test_accuracy too."""
        said = SPLITS & set(name.id.split("_"))
        for split in said:
            if split not in found:
                self.leak(name, f"{name.id} comes from {sorted(found)}")
        if said == {"train"} and "_" in name.id and found - said:
            self.leak(name, f"{name.id} comes from {sorted(found)}")

    def check_print(self, call: ast.Call) -> None:
        """A decimal beside the name of a split is of that split."""
        if called(call) != "print":
            return
        said: Origins = set()
        for node in ast.walk(call):
            if is_text(node):
                said |= SPLITS & set(node.value.split())
            elif isinstance(node, ast.Attribute) and node.attr == "name":
                said |= self.origins(node.value)
        for node in ast.walk(call):
            if is_decimal(node):
                found = self.origins(node.value)
                if said and found and not said & found:
                    self.leak(node, f"{said} is said, of {found}")

    def check_judging(self, call: ast.Call) -> None:
        """What a network was trained with does not judge it."""
        judge, arguments = called(call), call.args
        model = getattr(call.func, "value", None) or call.func
        if is_name(call.func, *self.trainers):
            model, arguments = (arguments or [None])[0], arguments[1:]
        if not isinstance(model, ast.Name):
            return
        data = {plain(argument) for argument in arguments[:2]}
        if self.trains(call):
            self.taught[model.id] = data
        elif judge in (*JUDGES, model.id):
            data |= {whole(argument) for argument in arguments[:2]}
            for name in data & self.taught.get(model.id, set()):
                self.leak(call, f"{model.id} was trained with {name}")

    def leak(self, node: ast.AST, what: str) -> None:
        self.leaks.append(f"line {node.lineno}: {what}")


def in_pairs(target: ast.expr, value: ast.expr) -> bool:
    """Both are written out, like a, b = c, d."""
    both = (target, value)
    return (
        all(isinstance(one, ast.Tuple | ast.List) for one in both)
        and len(target.elts) == len(value.elts)
        and not any(isinstance(n, ast.Starred) for n in target.elts)
    )


def is_name(node: ast.AST, *names: str) -> bool:
    return isinstance(node, ast.Name) and node.id in names


def is_decimal(node: ast.AST) -> bool:
    """``{share:.2f}`` in a text."""
    written = isinstance(node, ast.FormattedValue) and node.format_spec
    return bool(written) and ast.unparse(written).endswith("f'")


def plain(argument: ast.expr) -> str:
    return ast.unparse(argument).lstrip("*")


def whole(argument: ast.expr) -> str:
    """The array of which an argument is a part: x of x[:500]."""
    while isinstance(argument, ast.Starred | ast.Subscript):
        argument = argument.value
    return plain(argument)


def is_text(node: ast.AST | None) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def called(call: ast.Call) -> str:
    """The last part of the called name: "fit" of model.fit."""
    return getattr(call.func, "attr", getattr(call.func, "id", ""))


def calls(node: ast.AST) -> Iterator[ast.Call]:
    """The calls of a statement itself, not of the block below it."""
    if isinstance(node, ast.For | ast.With | ast.If | ast.While):
        return
    for inner in ast.walk(node):
        if isinstance(inner, ast.Call):
            yield inner


def road(lesson: str) -> str:
    """The source up to the mistakes that are made on purpose."""
    source = lessons.folder(lesson) / "lesson.py"
    text = source.read_text(encoding="utf-8")
    return text.split("# ## Common mistakes")[0]


@pytest.mark.parametrize("lesson", lessons.numbers())
def test_no_lesson_leaks(lesson):
    assert Walk(road(lesson)).leaks == []


@pytest.mark.parametrize("lesson", lessons.numbers())
def test_every_lesson_that_trains_looks_for_shared_examples(lesson):
    source = road(lesson)
    guarded = "ck.data.assert_disjoint(" in source
    assert guarded or lesson in WITHOUT_GUARD or ".fit(" not in source


# ------------------------------------------------- planted in a few lines

RIGHT = """
dataset = ck.data.load("digits")
pixels = dataset.train.x / 255
mean = pixels.mean()

def prepare(split):
    return split.x / 255 - mean, split.y

test = dataset.test
x_train, y_train = prepare(dataset.train)
x_test, y_test = prepare(test)
validation = prepare(dataset.validation)
sets = {"validation": validation, "test": (x_test, y_test)}

def accuracy(model):
    return model.evaluate(x_test, y_test)[1]

def train(model, x, y):
    return model.fit(x, y, validation_data=validation)

known = words_of(dataset.train.x)
rows = {name: known.encode(getattr(dataset, name)) for name in names}
reader.fit(rows["train"], validation_data=rows["validation"])
train(model, x_train, y_train)
share = accuracy(model)
lengths_train = [len(text) for text in dataset.train.x]
print(f"{len(y_test)} {test.name} digits: {share:.3f}")
test_accuracy = model.evaluate(*sets["test"])[1]
print(f"on the test digits {test_accuracy:.3f}")
"""
PLANTED = {
    "test data in fit": ("model.fit(x, y", "model.fit(x_test, y"),
    "test data given to a function that trains": (
        "train(model, x_train, y_train)",
        "train(model, x_test, y_test)",
    ),
    "validation data to train with": (
        "train(model, x_train, y_train)",
        "model.fit(*validation)",
    ),
    "validation is the test": (
        "prepare(dataset.validation)",
        "prepare(dataset.test)",
    ),
    "validation is the test, by its name": (
        "validation_data=validation",
        "validation_data=(x_test, y_test)",
    ),
    "validation is the test, by its key": (
        "validation_data=validation",
        'validation_data=sets["test"]',
    ),
    "validation is what it trains with": (
        "y, validation_data=validation",
        "y, validation_data=(x_train, y_train)",
    ),
    "another split than its name says": (
        "for text in dataset.train.x",
        "for text in dataset.validation.x",
    ),
    "another split, too, than its name says": (
        "for text in dataset.train.x",
        "for text in (*dataset.train.x, *dataset.validation.x)",
    ),
    "words of the test": (
        "words_of(dataset.train.x)",
        "words_of(dataset.test.x)",
    ),
    "a mean of the test": (
        "pixels = dataset.train.x",
        "pixels = dataset.test.x",
    ),
    "test is validation": ("test = dataset.test", "test = dataset.validation"),
    "another split than the one that is named": (
        "evaluate(x_test, y_test)",
        "evaluate(*validation)",
    ),
    "under a wrong key": (
        '"test": (x_test, y_test)',
        '"test": validation',
    ),
    "from a wrong key": (
        'model.evaluate(*sets["test"])',
        'model.evaluate(*sets["validation"])',
    ),
    "judged by what it was trained with": (
        "share = accuracy(model)",
        "share = model.evaluate(x_train, y_train)[1]",
    ),
}


def test_the_right_lines_pass():
    assert Walk(RIGHT).leaks == []


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_leak_is_found(name):
    old, new = PLANTED[name]
    assert RIGHT.count(old) == 1
    assert Walk(RIGHT.replace(old, new)).leaks
