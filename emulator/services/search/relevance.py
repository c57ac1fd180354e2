"""How relevant a document is to a question, from 0 to 1, comparable from question to question.

Azure's model says so in absolute terms, and its scores are compared with thresholds. Here two signs
are taken together. One is how far the document stands out among those that are nearest to the
question: e5's similarities lie close together, and where they do differs from one question to the
next, but where something answers, it stands out (so too the predictors of query performance of
Shtok et al., "Predicting Query Performance by Query-Drift Estimation", 2012). The other is how many
of the question's words it has.
"""

import numpy as np

from emulator.services.search.keyword_index import Scores

NEIGHBOURS = 50
# What neighbours a small index lacks are taken to be as far away as they usually are.
USUAL_SIMILARITY = 0.83
USUAL_SPREAD = 0.0125
# In standard deviations of the neighbours' similarities: what does not stand out, and what fully.
STANDS_OUT_FROM = 1.0
STANDS_OUT_FULLY = 6.0
# Words alone: all of them may be in a document that says something else of them.
WORDS_COUNT = 0.5


def closeness(similarities: Scores, nearest: Scores) -> Scores:
    """How far each document stands out, 0 to 1, by the similarities of the nearest neighbours."""
    missing = max(NEIGHBOURS - len(nearest), 0)
    count = len(nearest) + missing
    mean = (nearest.sum() + missing * USUAL_SIMILARITY) / count
    variance = (np.square(nearest - mean).sum() + missing * USUAL_SPREAD**2) / count
    deviations = (similarities - mean) / max(float(np.sqrt(variance)), 1e-6)
    return np.clip((deviations - STANDS_OUT_FROM) / (STANDS_OUT_FULLY - STANDS_OUT_FROM), 0.0, 1.0)


def relevance(close: Scores, coverage: Scores) -> Scores:
    """Either sign is enough, both say more: the chance that one of two independent ones is right.

    `coverage` is the share, 0 to 1, of the question's words that are in the document.
    """
    found: Scores = 1 - (1 - close) * (1 - WORDS_COUNT * coverage)
    return found
