"""Letters as numbers: the same runs and words as read one by one."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hotline.reading.features import grams
from hotline.reading.letters import ByPair, keys, runs

TEXT = st.text(st.sampled_from("停水了，着火 a1。!\ud800😀鿿"), max_size=40)


@given(TEXT)
def test_runs_are_those_of_the_features(text: str) -> None:
    """Given any text, when its runs are taken as numbers, then they are the runs the weights are learned from, each where it
    stands in the text."""
    numbers, begins, lengths = runs(text)
    named = [text[begin : begin + length] for begin, length in zip(begins, lengths, strict=True)]
    counted = grams(text)
    assert sorted(named) == sorted(counted.elements())
    if named:
        assert np.array_equal(keys(named), numbers)


@given(TEXT)
def test_words_are_found_where_they_begin(text: str) -> None:
    """Given words by two letters, when a text is searched, then each place where such a pair stands is told, in order."""
    known = {"停水": "a", "着火": "b", "火 ": "c", "😀鿿": "d"}
    found = list(ByPair(known).find(text))
    assert found == [(n, known[text[n : n + 2]]) for n in range(len(text)) if text[n : n + 2] in known]
