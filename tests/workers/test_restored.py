"""A whole running hotline, backed up at work, restored to then, refused and repaired: real processes, by their commands."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.watching import eventually
from tests.workers.test_up import ROOT, Start, Up, file_a_request
from tests.workers.test_up import start as start

pytestmark = [pytest.mark.slow, pytest.mark.nats, pytest.mark.timeout(300)]


def ends_with_one(up: Up, *words: str) -> str:
    """What a command says that must fail."""
    env = {**up.env, "HOTLINE_DATA": str(up.data)}
    done = subprocess.run(
        [sys.executable, "-m", "workers", *words],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1, done.stdout
    assert "Traceback" not in done.stderr
    return done.stderr


def test_a_restored_hotline_says_what_is_wrong_and_goes_on_after_repair(start: Start, tmp_path: Path) -> None:
    """Backed up while it runs, then a request more; restored, it does not run on over a bus that knows more, names the
    one command, and after it serves the old request, has lost the new one and takes the next."""
    up = start().wait()
    token = up.hotline("token", "issue", "--role", "operator")
    bearer = {"Authorization": f"Bearer {token}"}
    kept = file_a_request(up, token, "key-1")
    assert "Backed up" in up.hotline("backup", str(tmp_path / "copy"))
    lost = file_a_request(up, token, "key-2")
    eventually(lambda: lost["number"] in str(up.get("/api/v1/tickets", **bearer)[1]), what="the board shows it")
    assert "belongs to a hotline that is running" in ends_with_one(up, "restore", "--replace", str(tmp_path / "copy"))
    assert up.stop() == 0

    assert "--replace" in ends_with_one(up, "restore", str(tmp_path / "copy"))
    assert "Restored the backup" in up.hotline("restore", "--replace", str(tmp_path / "copy"))
    refused = start()
    assert refused.process.wait(60) == 1
    assert "hotline repair" in refused.said
    assert "The bus stands at" in refused.said
    assert "Traceback" not in refused.said
    assert "All is mended" in up.hotline("repair")

    again = start().wait()
    assert again.get(f"/api/v1/tickets/{kept['number']}", **bearer)[0] == 200
    assert again.get(f"/api/v1/tickets/{lost['number']}", **bearer)[0] == 404
    new = file_a_request(again, token, "key-3")
    eventually(lambda: new["number"] in str(again.get("/api/v1/tickets", **bearer)[1]), what="the board shows it")
    assert again.stop() == 0
    assert again.hotline("check").startswith("检查通过")
