"""Several processes look for good settings, and share what they found.

    python search.py FOLDER [--trials 8] [--processes 2]

Needs optuna: pip install -e ".[search]". The trials are kept in one file,
FOLDER/trials.db. A process that is killed leaves a trial that runs for ever;
since it gives no sign of life any more, the next process that asks for work
marks it as failed and puts its settings in line again.
"""

import argparse
import importlib.util
import os
import subprocess
import sys
import time
import warnings
from pathlib import Path

STUDY, EPOCHS, SILENCE = "digits", 4, 8


def open_study(folder: Path):
    """The study in the folder, made if it is not there.

    SQLite and no log file, since only a database keeps signs of life; a
    process that gave none for ``SILENCE`` seconds counts as dead. On a
    cluster, whose nodes have no disk in common, it is a PostgreSQL server.
    """
    import optuna

    # Optuna calls signs of life experimental.
    known = optuna.exceptions.ExperimentalWarning
    warnings.filterwarnings("ignore", category=known)
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    storage = optuna.storages.RDBStorage(
        f"sqlite:///{folder / 'trials.db'}",
        engine_kwargs={"connect_args": {"timeout": 60}},
        heartbeat_interval=1,
        grace_period=SILENCE,
        heartbeat_stale_trial_callback=(
            optuna.storages.RetryHeartbeatStaleTrialCallback(max_retry=2)
        ),
    )
    return optuna.create_study(
        storage=storage,
        sampler=optuna.samplers.RandomSampler(os.getpid()),
        study_name=STUDY,
        direction="maximize",
        load_if_exists=True,
    )


def accuracy(trial, folder: Path) -> float:
    """One trial: the CNN with these settings, on validation digits."""
    import keras

    from coursekit import data, lessons

    networks = lessons.module("24", "networks")
    rate = trial.suggest_float("rate", 1e-4, 1e-1, log=True)
    size = trial.suggest_categorical("batch", [16, 64, 256])
    if folder.joinpath("hang").exists():  # the tests: a process to kill
        folder.joinpath("hangs").write_text(str(os.getpid()))
        time.sleep(600)
    digits = data.load("digits")
    model = networks.convolutional(trial.number)
    model.compile(
        keras.optimizers.Adam(rate),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    x, y = digits.train.x.astype("float32") / 255, digits.train.y
    model.fit(x, y, size, EPOCHS, verbose=0)
    shown = digits.validation.x.astype("float32") / 255
    return model.evaluate(shown, digits.validation.y, verbose=0)[1]


def work(folder: Path, trials: int) -> None:
    """One process: trials, until the study has so many that are whole."""
    import optuna

    whole = [optuna.trial.TrialState.COMPLETE]
    enough = optuna.study.MaxTrialsCallback(trials, whole)
    open_study(folder).optimize(
        lambda trial: accuracy(trial, folder), callbacks=[enough]
    )


def start(folder: Path, trials: int) -> subprocess.Popen:
    """A process that works on the study."""
    command = [sys.executable, __file__, str(folder)]
    return subprocess.Popen([*command, "--trials", str(trials), "--work"])


def report(folder: Path) -> None:
    """How many trials ended in which way, and the best one."""
    study = open_study(folder)
    for state in sorted({t.state.name for t in study.trials}):
        count = sum(t.state.name == state for t in study.trials)
        print(f"{state.lower():<9} {count}")
    best = study.best_trial
    print(f"best: {best.value:.3f} of validation digits right, {best.params}")


def main() -> None:
    parse = argparse.ArgumentParser(description=__doc__)
    parse.add_argument("folder", type=Path)
    parse.add_argument("--trials", type=int, default=8)
    parse.add_argument("--processes", type=int, default=2)
    parse.add_argument("--work", action="store_true")
    told = parse.parse_args()
    if importlib.util.find_spec("optuna") is None:
        parse.error('optuna is missing: pip install -e ".[search]"')
    if told.work:
        work(told.folder, told.trials)
        return
    told.folder.mkdir(parents=True, exist_ok=True)
    open_study(told.folder)  # once, before several processes would make it
    workers = [start(told.folder, told.trials) for _ in range(told.processes)]
    for one in workers:
        one.wait()
    report(told.folder)


if __name__ == "__main__":
    main()
