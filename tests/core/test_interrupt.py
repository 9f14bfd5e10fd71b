"""Stopping a cell in a notebook: a few lines, and how to go on."""

import re
import time

import pytest
from jupyter_client.manager import start_new_kernel

from coursekit import session

TRAINING = """
import time
def fit():
    print("running", flush=True)
    time.sleep(60)
fit()
"""


@pytest.fixture(scope="module")
def kernel():
    manager, client = start_new_kernel(kernel_name="python3")
    yield manager, client
    client.stop_channels()
    manager.shutdown_kernel(now=True)


@pytest.fixture(scope="module")
def interrupted(kernel):
    """Messages and replies of a cell that was stopped and one after it."""
    manager, client = kernel
    setup = "from coursekit.session import explain_interrupts as explain"
    client.execute_interactive(f"{setup}\nexplain()", timeout=60)
    asked = [client.execute(TRAINING), client.execute("print('next')")]
    messages = []
    for _ in range(100):
        message = client.get_iopub_msg(timeout=20)
        messages.append(message)
        content = message["content"]
        if content.get("text") == "running\n":
            time.sleep(0.2)
            manager.interrupt_kernel()
        if content.get("execution_state") == "idle" and (
            message["parent_header"].get("msg_id") == asked[1]
        ):
            break
    replies = [client.get_shell_msg(timeout=20) for _ in asked]
    by_cell = {m["parent_header"]["msg_id"]: m["content"] for m in replies}
    return messages, [by_cell[cell] for cell in asked]


def test_an_interrupted_cell_shows_a_few_lines_and_the_way_on(interrupted):
    messages, _ = interrupted
    (error,) = [m["content"] for m in messages if m["msg_type"] == "error"]
    assert error["ename"] == "KeyboardInterrupt"
    assert "\n".join(error["traceback"]) == session.INTERRUPTED
    assert len(session.INTERRUPTED.splitlines()) <= 3


def test_an_interrupted_cell_fails_and_the_cells_after_it_do_not_run(
    interrupted,
):
    _, (stopped, after) = interrupted
    assert stopped["status"] == "error"
    assert after["status"] in ("aborted", "error")
    text = str([m["content"].get("text") for m in interrupted[0]])
    assert "next" not in text


def test_other_errors_keep_their_traceback(kernel, interrupted):
    _, client = kernel
    shown = []
    client.execute_interactive(
        "def f():\n    1 / 0\nf()",
        output_hook=lambda message: shown.append(message["content"]),
        timeout=60,
    )
    (error,) = [content for content in shown if "traceback" in content]
    plain = re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(error["traceback"]))
    assert "1 / 0" in plain and "in f()" in plain


@pytest.mark.parametrize("name", ["exit", "quit"])
def test_an_answer_that_leaves_ends_no_kernel(kernel, name):
    manager, client = kernel
    printed = []

    def run(code):
        client.execute_interactive(
            code,
            output_hook=lambda message: printed.append(message["content"]),
            timeout=60,
        )

    run(
        "from coursekit import exercises\n"
        "from coursekit.exercises.engine import judge\n"
        f"print(judge(exercises.load('00')[0], lambda x: {name}()).message)"
    )
    time.sleep(0.3)  # when the kernel would end
    run("print('still here', 'ask_exit' in vars(get_ipython()))")
    text = "".join(content.get("text", "") for content in printed)
    assert "your code raised SystemExit" in text
    assert "still here False" in text
    assert manager.is_alive()


@pytest.mark.parametrize("replay", ["0", "1"])
def test_start_explains_interrupts_to_people_only(monkeypatch, replay):
    called = []
    monkeypatch.setenv("COURSEKIT_REPLAY", replay)
    monkeypatch.setattr(
        session, "explain_interrupts", lambda: called.append(1)
    )
    session.start("00")
    assert called == ([] if replay == "1" else [1])
