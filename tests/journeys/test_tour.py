"""The README's tour is run as it stands there, against a hotline started as it says."""

import os
import re
import subprocess

from tests.journeys.conftest import HOTLINE, ROOT, Running


def tour(readme: str) -> str:
    """The blocks a reader is told to paste."""
    section = readme.split("## A tour", 1)[1].split("\n## ", 1)[0]
    return "\n".join(re.findall(r"```sh\n(.*?)```", section, re.DOTALL))


def test_the_tour_of_the_readme_works_as_written(running: Running) -> None:
    """From intake to rated close through a return, an adjudication, a co-handler, an extension and a rework."""
    script = tour((ROOT / "README.md").read_text(encoding="utf-8"))
    script = script.replace("127.0.0.1:8345", f"127.0.0.1:{running.port}").replace(".venv/bin/hotline", str(HOTLINE))
    done = subprocess.run(
        ["bash", "-eu"],
        input=script,
        env={**os.environ, "HOTLINE_DATA": str(running.data)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=110,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    *steps, refused = [line for line in done.stdout.splitlines() if " → " in line]
    assert len(steps) == 20
    assert [line for line in steps if '"position"' not in line] == []
    assert '"code":"not_now"' in refused
    seen = done.stdout.splitlines()[-1] if '"milestones"' in done.stdout.splitlines()[-1] else done.stdout
    assert '"verdict":{' in seen
    codes = re.findall(r'"code":"(\w+)","zh":"[^"]+","en":"[^"]+","at"', done.stdout)
    assert codes == [
        "received", "dispatched", "redispatched", "signed", "handling", "extended", "replied", "called_back",
        "rework", "handling", "replied", "rated", "closed",
    ]  # fmt: skip
