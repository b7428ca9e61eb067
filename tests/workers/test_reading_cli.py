"""`hotline reading` on the command line."""

import json
from pathlib import Path

from typer.testing import CliRunner

from hotline.reading.weights import shipped
from tests.workers.test_shadow import WORDS
from workers.cli import app

PROMISED = {
    "level1_top1", "level1_top3", "level2_top3", "type", "owner", "emergency_recall", "emergency_false_alarms", "pairs_f1", "p99_ms",
}  # fmt: skip
LINE = {
    "id": "r1", "text": WORDS, "type": "投诉", "category": {"l1": "生态环境", "l2": "大气异味与油烟"}, "channel_owner": "12345",
    "urgency": "normal",
}  # fmt: skip


def _file(folder: Path, *lines: object) -> str:
    path = folder / "requests.jsonl"
    path.write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines), encoding="utf-8")
    return str(path)


def test_evaluate_prints_the_promised_figures(tmp_path: Path) -> None:
    """Given a file of labelled requests, when it is evaluated with --json, then exactly the promised figures come out."""
    result = CliRunner().invoke(app, ["reading", "evaluate", _file(tmp_path, LINE), "--json"])
    assert result.exit_code == 0, result.output
    figures = json.loads(result.stdout)
    assert set(figures) == PROMISED
    assert figures["level1_top3"] == 1.0
    assert figures["pairs_f1"] is None
    assert figures["emergency_recall"] is None


def test_evaluate_tells_the_worst_with_reasons(tmp_path: Path) -> None:
    """Given a request whose label is another than what is read, when it is evaluated, then it is told with what is wrong
    and the words that weighed."""
    wrong = LINE | {"category": {"l1": "教育", "l2": "入学与学区"}}
    result = CliRunner().invoke(app, ["reading", "evaluate", _file(tmp_path, wrong)])
    assert result.exit_code == 0, result.output
    assert "r1: " in result.stdout
    assert "油烟" in result.stdout


def test_a_file_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    """Given a line without its labels, when it is evaluated, then the command says which line and ends with 1."""
    result = CliRunner().invoke(app, ["reading", "evaluate", _file(tmp_path, LINE, {"text": "x"})])
    assert result.exit_code == 1
    assert "line 2" in result.stdout


def test_training_texts_with_mistakes_are_told(tmp_path: Path) -> None:
    """Given a folder with a text before its group, when it is checked, then file and line are told and the command ends
    with 1."""
    (tmp_path / "market.txt").write_text("## market.prices\n没有分组\n", encoding="utf-8")
    result = CliRunner().invoke(app, ["reading", "check-texts", str(tmp_path)])
    assert result.exit_code == 1
    assert "market.txt:2" in result.stdout


def test_a_model_that_is_none_is_named(tmp_path: Path) -> None:
    """Given a file that is no model, when history is to be read with it, then the command says so and ends with 1."""
    path = tmp_path / "model.txt"
    path.write_text("nonsense\n", encoding="utf-8")
    result = CliRunner().invoke(app, ["reading", "shadow", str(path)])
    assert result.exit_code == 1
    assert "model.txt" in result.stdout


def test_the_shipped_model_is_a_file() -> None:
    """Given the package, when its model is looked for, then it is there and small enough to be read by people."""
    assert shipped().is_file()
    assert len(shipped().read_bytes()) < 9_000_000
