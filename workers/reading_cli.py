"""`hotline reading`: how well requests are read, the training texts, the weights, and another model over history."""

import json
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from hotline.reading import evaluating, outside, weights
from hotline.reading.evaluating import Judged, Labelled
from hotline.reading.learning import corpus
from hotline.reading.reader import Reader, reader_for
from hotline.rules import Rules, load
from hotline.texts import LANGUAGES, say
from workers.corrections_cli import corrections

app = typer.Typer(name="reading", help="读诉求：评估与训练 / reading requests: measure and train", no_args_is_help=True)
app.command("corrections")(corrections)
out = Console(soft_wrap=True, highlight=False)

Profile = Annotated[str, typer.Option(envvar="HOTLINE_PROFILE", help="规则名称 / the profile")]
Model = Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="另一个模型文件 / another model file")]
READING = Path(weights.__file__).parent
SHIPPED_TEXTS, SHIPPED_MODEL = READING / "training", READING / "model.txt"


@app.command("evaluate")
def evaluate(
    requests: Annotated[
        Path, typer.Argument(exists=True, help="JSONL，或训练格式的文件夹 / JSON lines, or a folder of texts")
    ],
    pairs: Annotated[Path | None, typer.Option(exists=True, help="重复对（尚未使用）/ pairs (not used yet)")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="只输出 JSON / JSON alone")] = False,
    model: Model = None,
    profile: Profile = "sichuan-2025",
) -> None:
    """对照标注评估读得多准 / how well labelled requests are read."""
    rules = load(profile)
    reader = _reader(rules, model)
    try:
        wanted = wanted_of(requests, rules)
    except ValueError as error:
        out.print(_both("bad_file", name=requests.name, problem=str(error)), markup=False)
        raise typer.Exit(1) from None
    reader.read("热一下身")  # the first reading makes tables; it is not what a request costs
    judged = evaluating.judge(wanted, reader.read, perf_counter)
    if as_json:
        print(json.dumps(evaluating.figures(judged), indent=2))
        return
    _tell(judged)


@app.command("check-texts")
def check_texts(
    folder: Annotated[
        Path, typer.Argument(exists=True, file_okay=False, help="训练文本 / training texts")
    ] = SHIPPED_TEXTS,
    profile: Profile = "sichuan-2025",
) -> None:
    """检查训练文本；有问题时列出并以 1 退出 / check training texts; with findings the exit code is 1."""
    codes = codes_of(load(profile))
    try:
        examples = corpus.read_folder(folder, codes)
    except corpus.CorpusError as error:
        out.print("\n".join(error.mistakes), markup=False)
        raise typer.Exit(1) from None
    found = corpus.doubts(examples, codes)
    if found:
        out.print("\n".join(found), markup=False)
        raise typer.Exit(1)
    labels = len({example.category for example in examples})
    out.print(_both("good_texts", texts=len(examples), labels=labels), markup=False)


@app.command("shadow")
def shadow(
    model: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="另一个模型文件 / another model file")],
    profile: Profile = "sichuan-2025",
) -> None:
    """让另一个模型重读历史，与人工分类和现用模型比较 / read history with another model, beside the one in use."""
    from workers.opening import opened
    from workers.shadow import decided

    rules = load(profile)
    try:
        other = _reader(rules, model)
    except ValueError as error:
        out.print(_both("bad_file", name=model.name, problem=str(error)), markup=False)
        raise typer.Exit(1) from None
    with opened() as house:
        wanted = list(decided(house))
    if not wanted:
        out.print(_both("shadow_nothing"), markup=False)
        return
    ours, theirs = (
        evaluating.figures(judged) | evaluating.details(judged)
        for judged in (evaluating.judge(wanted, reader.read, perf_counter) for reader in (_reader(rules, None), other))
    )
    out.print(_both("shadow", count=len(wanted)), markup=False)
    for name in ours.keys() - {"pairs_f1", "owner", "requests"}:
        out.print(_both("shadow_row", what=_both(name), ours=ours[name], theirs=theirs[name]), markup=False)


@app.command("train")
def train(
    to: Annotated[Path, typer.Option("--to", dir_okay=False, help="写到 / where to write")] = SHIPPED_MODEL,
    folder: Annotated[
        Path, typer.Option("--texts", exists=True, file_okay=False, help="训练文本 / texts")
    ] = SHIPPED_TEXTS,
    profile: Profile = "sichuan-2025",
) -> None:
    """由训练文本重新训练；同样的文本得到同样的文件 / learn anew; the same texts give the same file."""
    try:
        from hotline.reading.learning import training
    except ImportError:
        out.print(_both("no_ml"), markup=False)
        raise typer.Exit(1) from None
    rules = load(profile)
    codes = list(outside.named(rules).values())
    examples = corpus.read_folder(folder, frozenset(codes))
    text = training.train(examples, reader_for(rules).taxonomy, codes)
    to.write_text(text, encoding="utf-8")
    size, version = f"{len(text.encode()) / 1e6:.1f}", weights.Weights.parse(text.encode()).version
    out.print(_both("trained", name=to.name, texts=len(examples), size=size, version=version), markup=False)


def codes_of(rules: Rules) -> frozenset[str]:
    """The categories of level 2."""
    return frozenset(outside.named(rules).values())


def wanted_of(path: Path, rules: Rules) -> list[Labelled]:
    """Labelled requests: lines of JSON, or a folder of texts in the training form. Raises ValueError with what is wrong."""
    if path.is_dir():
        return list(outside.from_examples(corpus.read_folder(path, codes_of(rules))))
    with path.open(encoding="utf-8") as lines:
        return list(outside.labelled(lines, rules))


def _reader(rules: Rules, model: Path | None) -> Reader:
    reader = reader_for(rules)
    if model is None:
        return reader
    other = weights.Weights.parse(model.read_bytes())
    return Reader(other, reader.taxonomy, reader.emergencies)


def _tell(judged: Sequence[Judged]) -> None:
    figures = Table(show_header=False)
    for name, value in (evaluating.figures(judged) | evaluating.details(judged)).items():
        figures.add_row(_both(name), "-" if value is None else f"{value:.4g}")
    out.print(figures)
    out.print(_both("calibration"), markup=False)
    for band in evaluating.calibration(judged):
        out.print(f"  {band.probability:.2f}  {band.right:.2f}  {band.count}", markup=False)
    out.print(_both("owners"), markup=False)
    for (right, read), count in sorted(evaluating.owners(judged).items()):
        out.print(f"  {right} → {read}  {count}", markup=False)
    worst = evaluating.worst(judged)
    out.print(_both("worst", count=len(worst)), markup=False)
    for each in worst:
        _tell_one(each)


def _tell_one(each: Judged) -> None:
    reading, wanted = each.reading, each.wanted
    said = " / ".join("、".join(say(f"mistake.{m}", language) for m in each.mistakes) for language in LANGUAGES)
    out.print(f"{wanted.id}: {said}", style="bold", markup=False)
    guesses = "  ".join(f"{guess.category[-1]} {guess.probability:.2f}" for guess in reading.categories)
    right = f"{wanted.category} {'/'.join(wanted.types)} {wanted.urgency} {wanted.owner}"
    out.print(f"  = {right}\n  ? {guesses} {reading.type} {reading.urgency} {reading.owner}", markup=False)
    words = [f"{wanted.text[e.start : e.end]} ({e.rule} {e.weight:g})" for e in reading.evidence]
    out.print(f"  {'  '.join(words)}", markup=False)


def _both(key: str, **slots: object) -> str:
    return " / ".join(say(f"reading.{key}", language, **slots) for language in LANGUAGES)
