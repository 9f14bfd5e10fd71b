"""Two processes train one network, as two computers of a cluster would.

    python two_workers.py                  both workers, one after an accident
    python two_workers.py --way fit        what Keras 3.15's fit says to it

Each worker is a process of its own. They find each other by the variable
TF_CONFIG, exchange gradients over the loopback network after each step, and
worker 0 keeps a checkpoint every ``KEEP`` steps. With --accident (the usual
way) worker 1 ends in the middle, as if its plug had been pulled; the other
cannot go on alone, so both are started again, and go on from the checkpoint.
"""

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

STEPS, KEEP, ACCIDENT, BATCH = 24, 4, 10, 64
PATIENCE = 240  # seconds until workers that hang are ended
GRACE = 30  # and until one is that waits for a dead one


def worker(index: int, ports: list[int], folder: Path, way: str, end: int):
    """One process of the cluster; ends itself at step ``end``."""
    addresses = [f"127.0.0.1:{port}" for port in ports]
    os.environ["TF_CONFIG"] = json.dumps(
        {
            "cluster": {"worker": addresses},
            "task": {"type": "worker", "index": index},
        }
    )
    import tensorflow as tf

    strategy = tf.distribute.MultiWorkerMirroredStrategy()  # before all else
    import keras

    from coursekit import data, lessons

    networks = lessons.module("24", "networks")
    split = data.load("digits").train
    x = split.x[: 8 * BATCH].astype("float32") / 255
    with strategy.scope():
        model = networks.convolutional()
        optimizer = keras.optimizers.Adam(3e-3)
        optimizer.build(model.trainable_variables)
    batches = tf.data.Dataset.from_tensor_slices((x, split.y[: len(x)]))
    batches = batches.batch(BATCH).repeat()
    if way == "fit":
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile(optimizer, loss)
        model.fit(batches, steps_per_epoch=2, verbose=0)
        return

    @tf.function
    def step(batch):
        def on_one(x, y):
            with tf.GradientTape() as tape:
                logits = model(x, training=True)
                losses = keras.losses.sparse_categorical_crossentropy(
                    y, logits, from_logits=True
                )
                loss = tf.reduce_sum(losses) / BATCH  # of the whole batch
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply(gradients, model.trainable_variables)
            return loss

        return strategy.reduce("SUM", strategy.run(on_one, batch), axis=None)

    kept, done = folder / "state.npz", 0
    if kept.is_file():
        done = restore(kept, model, optimizer)
        print(f"worker {index} goes on after step {done}", flush=True)
    shared = strategy.experimental_distribute_dataset(batches.skip(done % 8))
    for number, batch in zip(range(done + 1, STEPS + 1), shared, strict=False):
        loss = float(step(batch))
        if index == 0 and number % KEEP == 0:
            keep(kept, model, optimizer, number)
        if index == 0 and number in (1, ACCIDENT, STEPS):
            print(f"step {number}: loss {loss:.4f}", flush=True)
        if number == end:
            os._exit(9)


def keep(path: Path, model, optimizer, number: int) -> None:
    """Weights, the optimiser's averages and the step; whole or not at all."""
    import keras
    import numpy as np

    variables = (*model.variables, *optimizer.variables)
    values = [keras.ops.convert_to_numpy(v) for v in variables]
    part = path.with_suffix(".part.npz")
    np.savez(part, *values, number=number)
    part.replace(path)


def restore(path: Path, model, optimizer) -> int:
    """Brings them back; returns the step."""
    import numpy as np

    with np.load(path) as state:
        variables = (*model.variables, *optimizer.variables)
        for k, variable in enumerate(variables):
            variable.assign(state[f"arr_{k}"])
        return int(state["number"])


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens at just now."""
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    found = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return found


def start(folder: Path, way: str = "step", end: int = 0) -> list[int]:
    """Two workers until both have ended; their exit codes.

    When one ends with an error the other gets one, too, as a rule; if it
    waits in vain it is ended.
    """
    ports = ",".join(map(str, free_ports(2)))
    command = [sys.executable, __file__, "--ports", ports, "--way", way]
    command += ["--folder", str(folder)]
    environment = os.environ | {"CUDA_VISIBLE_DEVICES": "-1"}
    workers = [
        subprocess.Popen(
            [*command, "--index", str(k), "--end", str(end if k else 0)],
            env=environment,
            stderr=(folder / f"worker{k}.log").open("w"),
        )
        for k in range(2)
    ]
    limit = time.monotonic() + PATIENCE
    while any(one.poll() is None for one in workers):
        if any(one.returncode for one in workers):
            limit = min(limit, time.monotonic() + GRACE)
        if time.monotonic() > limit:
            for one in workers:
                one.kill()
        time.sleep(0.2)
    return [one.wait() for one in workers]


def main() -> None:
    parse = argparse.ArgumentParser(description=__doc__)
    parse.add_argument("--way", choices=("step", "fit"), default="step")
    parse.add_argument("--accident", type=int, default=ACCIDENT)
    parse.add_argument("--index", type=int)
    parse.add_argument("--ports")
    parse.add_argument("--folder", type=Path)
    parse.add_argument("--end", type=int, default=0)
    told = parse.parse_args()
    if told.index is not None:
        ports = [int(port) for port in told.ports.split(",")]
        worker(told.index, ports, told.folder, told.way, told.end)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = told.folder or Path(name)
        if told.way == "fit":
            print("exit codes", start(folder, "fit"))
            lines = (folder / "worker0.log").read_text().splitlines()
            print(next(line for line in reversed(lines) if "type" in line))
            return
        print("with the accident:", start(folder, end=told.accident))
        print("started again:    ", start(folder))


if __name__ == "__main__":
    main()
