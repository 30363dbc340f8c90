from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from cbs_bench.nlp.tagger import SEPARATOR, Transitions

LABELS = ("B-n", "I-n", "B-v", "I-v", "O", "B-n|I-n", "I-n|B-v", "I-v|O", "B-v|I-v|B-n")


def is_valid(path):
    tags = [tag for label in path for tag in label.split(SEPARATOR)]
    return all(
        not tag.startswith("I-") or (before != "O" and before[2:] == tag[2:])
        for before, tag in zip(["O", *tags], tags, strict=False)
    )


@settings(max_examples=50, deadline=None)
@given(
    st.integers(1, 4).flatmap(
        lambda n: st.lists(
            st.lists(st.floats(-5, 5), min_size=len(LABELS), max_size=len(LABELS)),
            min_size=n,
            max_size=n,
        )
    )
)
def test_the_path_is_the_best_valid_one(rows):
    scores = np.array(rows)
    path = Transitions(LABELS).best_path(scores)
    total = scores[np.arange(len(path)), path].sum()
    best = max(
        scores[np.arange(len(rows)), list(choice)].sum()
        for choice in itertools.product(range(len(LABELS)), repeat=len(rows))
        if is_valid([LABELS[i] for i in choice])
    )
    assert is_valid([LABELS[i] for i in path])
    assert abs(total - best) < 1e-6
