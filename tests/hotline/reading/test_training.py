"""Learning anew: deterministic, and the reader scores as it was fitted."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from hotline.reading import outside, splitting
from hotline.reading.features import words
from hotline.reading.learning import calibrating, corpus, fitting, training
from hotline.reading.plain import plain
from hotline.reading.reader import Reader, reader_for
from hotline.reading.weights import Weights
from hotline.rules import load

RULES = load("sichuan-2025")
CODES = list(outside.named(RULES).values())
FOLDER = Path(corpus.__file__).parent.parent / "training"
SOME = ["utilities.water", "utilities.power", "environment.air_fumes", "safety.fire_explosion"]


@pytest.fixture(scope="module")
def examples() -> list[corpus.Example]:
    """A few texts of four categories, all of which teach everything."""
    whole = [e for e in corpus.read_folder(FOLDER, frozenset(CODES)) if fitting.OF_DANGER not in e.where]
    return [each for code in SOME for each in [e for e in whole if e.category == code and not e.parts][:20]]


@pytest.fixture(scope="module")
def written(examples: list[corpus.Example]) -> str:
    """What learning from them gives."""
    return training.train(examples, reader_for(RULES).taxonomy, CODES)


@pytest.mark.slow
def test_the_same_texts_give_the_same_file(examples: list[corpus.Example], written: str) -> None:
    """Given the same texts, when they are learned from twice, then the files are the same to the letter."""
    assert training.train(examples, reader_for(RULES).taxonomy, CODES) == written


@pytest.mark.slow
def test_what_was_learned_is_read(examples: list[corpus.Example], written: str) -> None:
    """Given a model of a few texts, when these are read with it, then most are given their category."""
    shipped = reader_for(RULES)
    reader = Reader(Weights.parse(written.encode()), shipped.taxonomy, shipped.emergencies)
    right = sum(reader.read(each.text).category[-1] == each.category for each in examples)
    assert right >= 0.8 * len(examples)


@pytest.mark.slow
def test_the_reader_scores_as_it_was_fitted(examples: list[corpus.Example]) -> None:
    """Given fitted weights, when a text is scored with the file made of them, then the scores are those of the fit but for
    what rounding and leaving out faint weights takes."""
    taxonomy = reader_for(RULES).taxonomy
    given = fitting.samples(examples, taxonomy)
    fitted = fitting.Fitted(given, CODES)
    weights = Weights.parse(fitted.written(dict.fromkeys(fitted.labels, 1.0), {}, {}).encode())
    reader = Reader(weights, taxonomy, reader_for(RULES).emergencies)
    for example, sample in zip(examples[:10], given, strict=False):
        text = plain(example.text).text
        found = words(text, reader.lexicon)
        scores = weights.summed(reader.look(text, splitting.pieces(text), found)).whole[0]
        begin, end = weights.spans["categories"]
        wanted = fitted.scores([sample], "categories")[0]
        assert np.abs(scores[begin:end] - wanted).max() < 0.25
        assert np.argmax(scores[begin:end]) == np.argmax(wanted)


@pytest.mark.parametrize("text", ["", "{}\n", '{"outputs": {}}\n', "停水 1 2\n"])
def test_what_is_no_model_is_refused(text: str) -> None:
    """Given a file that is none of ours, when it is opened as a model, then it is refused as such."""
    with pytest.raises(ValueError, match=r"no model file|JSON|Expecting|Extra"):
        Weights.parse(text.encode())


def test_a_torn_row_is_refused(written: str) -> None:
    """Given a model file whose last row lost a number, when it is opened, then it is refused."""
    with pytest.raises(ValueError, match="row"):
        Weights.parse((written.rstrip().rsplit(" ", 1)[0] + "\n").encode())


def test_the_line_for_emergencies_is_drawn_by_what_may_be_raised() -> None:
    """Given a hundred everyday texts, two of which a rule raises already, when the line is drawn, then the weights raise no
    more beside them than make six of a hundred."""
    texts = [fitting.Sample(Counter(), Counter(), {}, alarmed=n < 2, everyday=True) for n in range(100)]
    probability = 0.9 * np.arange(100) / 100
    line = calibrating.emergency_line(probability, np.zeros(100, bool), texts)
    assert (probability >= line).sum() == 4
