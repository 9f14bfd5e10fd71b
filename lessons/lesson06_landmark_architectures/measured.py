"""What benchmarks/landmarks.py measured: percent of errors in training.

python benchmarks/landmarks.py --recipe plain-8 --recipe shortcut-8 ...

18 epochs on 1,024 bundled digits, 12 maps, seeds 0, 1 and 2.
"""

DEPTHS = (8, 14, 26, 38)
TRAINING_ERRORS = {
    "plain": (
        (0.0, 0.0, 0.0),
        (0.0, 0.1, 0.0),
        (0.78, 17.19, 3.71),
        (23.14, 32.52, 38.28),
    ),
    "with shortcuts": (
        (0.0, 0.0, 0.0),
        (0.0, 0.0, 0.0),
        (0.0, 0.0, 0.0),
        (0.0, 10.45, 0.0),
    ),
}
