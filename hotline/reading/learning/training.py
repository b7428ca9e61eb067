"""From training texts to a model file: one deterministic run."""

from collections.abc import Sequence

import sklearn

from hotline.reading.learning.calibrating import calibrated
from hotline.reading.learning.corpus import Example
from hotline.reading.learning.fitting import Fitted, meanings, samples
from hotline.rules.taxonomy import Taxonomy


def train(examples: Sequence[Example], taxonomy: Taxonomy, codes: Sequence[str]) -> str:
    """The text of a model file; the same examples, taxonomy and versions of the libraries give the same text."""
    given, extra = samples(examples, taxonomy), meanings(taxonomy)
    warmth, lines = calibrated(given, extra, codes)
    made = {"texts": len(examples), "taxonomy": taxonomy.version, "scikit-learn": sklearn.__version__}
    return Fitted([*given, *extra], codes).written(warmth, lines, made)
