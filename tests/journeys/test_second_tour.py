"""The README's second tour: a question for an expert, and a matter to 110 and another back, as it stands there."""

import os
import re
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.journeys.conftest import HOTLINE, ROOT, STARTS_WITHIN, ready
from tests.support.watching import eventually

SECTION = (ROOT / "README.md").read_text(encoding="utf-8").split("## An expert, and 110", 1)[1].split("\n## ", 1)[0]


@pytest.fixture
def here(tmp_path: Path, free_port: Callable[[], int]) -> Callable[[str], str]:
    """The README's text with this test's ports and directory in place of its own."""
    ports = {"8345": str(free_port()), "8346": str(free_port())}

    def put(text: str) -> str:
        for told, ours in ports.items():
            text = text.replace(told, ours)
        return text.replace(".venv/bin/hotline", str(HOTLINE)).replace("${HOTLINE_DATA:-var}", str(tmp_path / "var"))

    return put


@pytest.fixture
def started(here: Callable[[str], str], tmp_path: Path) -> Iterator[None]:
    """Stand-in and hotline, started with the README's own lines; both are told to end afterwards."""
    script = "\n".join(re.findall(r"```sh start\n(.*?)```", SECTION, re.DOTALL))
    with (tmp_path / "log").open("wb") as log:
        shell = subprocess.Popen(["bash", "-eu"], stdin=subprocess.PIPE, stdout=log, stderr=log, cwd=ROOT,
                                 env={**os.environ}, start_new_session=True)  # fmt: skip
        assert shell.stdin is not None
        shell.stdin.write(here(script).encode())
        shell.stdin.close()
    try:
        eventually(lambda: ready(int(here("8345"))), within=STARTS_WITHIN)
        yield
    finally:
        os.killpg(shell.pid, signal.SIGTERM)
        shell.wait(timeout=30)


@pytest.mark.usefixtures("started")
def test_an_expert_answers_and_matters_go_to_110_and_come_back(here: Callable[[str], str]) -> None:
    """Given stand-in and hotline as the README starts them, then each of its steps works, and both logs name the holders;
    pasted once more over what is there by then, it does the same for a matter of its own."""
    script = here("\n".join(re.findall(r"```sh\n(.*?)```", SECTION, re.DOTALL)))
    parcels = set()
    for _ in range(2):
        done = subprocess.run(
            ["bash", "-eu"], input=script + '\necho; echo "$parcel"', capture_output=True, text=True, timeout=110,
            cwd=ROOT, env={**os.environ},
        )  # fmt: skip
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
        assert '"urn:hotline:problem' not in done.stdout
        milestones = re.findall(r'"code":"(\w+)","zh":"[^"]+","en":"[^"]+","at"', done.stdout)
        assert milestones == ["received", "handed_off", "hand_off_shared", "hand_off_result"]
        assert "民警已到场处置" in done.stdout
        log, parcel = done.stdout.splitlines()[-2:]
        assert '"holder": "12345-chengdu"' in log
        parcels.add(parcel)
    assert len(parcels) == 2
