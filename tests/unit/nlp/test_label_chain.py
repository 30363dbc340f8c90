from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cbs_bench.nlp.label_chain import SEPARATOR, LabelChain

LABELS = ("B-n", "I-n", "B-v", "I-v", "O", "B-n|I-n", "I-n|B-v", "I-v|O", "B-v|I-v|B-n")
CHAIN = LabelChain(LABELS)
START = len(CHAIN.tags)


def is_valid(path):
    tags = [tag for label in path for tag in label.split(SEPARATOR)]
    return all(
        not tag.startswith("I-") or (before != "O" and before[2:] == tag[2:])
        for before, tag in zip(["O", *tags], tags, strict=False)
    )


def moves_of(path):
    """Row and column of each move in the table."""
    edges = [(label.split(SEPARATOR)[0], label.split(SEPARATOR)[-1]) for label in path]
    place = CHAIN.tags.index
    starts = [(START, place(edges[0][0]))]
    return starts + [(place(a[1]), place(b[0])) for a, b in itertools.pairwise(edges)]


def weight(scores, moves, choice):
    path = [LABELS[i] for i in choice]
    made = sum(moves[row, column] for row, column in moves_of(path))
    return scores[np.arange(len(choice)), list(choice)].sum() + made


def valid_paths(tokens):
    for choice in itertools.product(range(len(LABELS)), repeat=tokens):
        if is_valid([LABELS[i] for i in choice]):
            yield choice


def drawn(seed, *shapes):
    generator = np.random.default_rng(seed)
    return [3 * generator.normal(size=shape) for shape in shapes]


seeds = st.integers(0, 2**32 - 1)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 4), seeds)
def test_the_path_is_the_best_valid_one(tokens, seed):
    scores, moves = drawn(seed, (tokens, len(LABELS)), CHAIN.no_preference().shape)
    path = CHAIN.best_path(scores, moves)
    assert is_valid([LABELS[i] for i in path])
    best = max(weight(scores, moves, choice) for choice in valid_paths(tokens))
    assert weight(scores, moves, path) == pytest.approx(best)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(1, 3), min_size=1, max_size=3), seeds)
def test_what_is_expected_is_the_mean_over_all_valid_paths(lengths, seed):
    moves, *scores = drawn(
        seed, CHAIN.no_preference().shape, *((tokens, len(LABELS)) for tokens in lengths)
    )
    expected = CHAIN.expected(scores, moves)
    made = np.zeros_like(moves)
    for place, rows in enumerate(scores):
        paths = list(valid_paths(len(rows)))
        odds = np.exp([weight(rows, moves, choice) for choice in paths])
        labels = np.zeros((max(lengths), len(LABELS)))
        for choice, share in zip(paths, odds / odds.sum(), strict=True):
            labels[np.arange(len(choice)), list(choice)] += share
            for row, column in moves_of([LABELS[i] for i in choice]):
                made[row, column] += share
        assert expected.log_weight[place] == pytest.approx(np.log(odds.sum()))
        assert np.allclose(expected.labels[place], labels)
    assert np.allclose(expected.moves, made)


@settings(max_examples=20, deadline=None)
@given(seeds)
def test_the_gradient_of_the_loss_is_its_slope(seed):
    moves, *scores = drawn(seed, CHAIN.no_preference().shape, (3, len(LABELS)), (1, len(LABELS)))
    paths = [np.array([LABELS.index(label) for label in path])
             for path in (("B-n", "I-n|B-v", "O"), ("B-v|I-v|B-n",))]  # fmt: skip
    loss = CHAIN.loss(scores, paths, moves)
    assert loss.value > 0
    direction, *turns = drawn(seed + 1, moves.shape, *(rows.shape for rows in scores))
    small = 1e-5
    ahead = CHAIN.loss(
        [rows + small * turn for rows, turn in zip(scores, turns, strict=True)],
        paths,
        moves + small * direction,
    )
    slope = (loss.of_moves * direction).sum() + sum(
        (gradient * turn).sum() for gradient, turn in zip(loss.of_scores, turns, strict=True)
    )
    assert (ahead.value - loss.value) / small == pytest.approx(slope, rel=1e-2, abs=1e-2)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(1, 5), min_size=1, max_size=6), seeds)
def test_labels_fit_their_tokens_or_are_shorter_where_none_does(lengths, seed):
    (scores,) = drawn(seed, (len(lengths), len(LABELS)))
    path = CHAIN.best_path(CHAIN.fitting(scores, lengths), CHAIN.no_preference())
    chosen = [LABELS[label].count(SEPARATOR) + 1 for label in path]
    assert all(label <= token for label, token in zip(chosen, lengths, strict=True))
    assert all(
        label == token
        for label, token in zip(chosen, lengths, strict=True)
        if token == 1  # of two and three glyphs every label may continue another word
    )


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(1, 5), min_size=1, max_size=6), seeds)
def test_labels_of_tokens_too_long_for_any_are_likely_by_their_scores(lengths, seed):
    scores, moves = drawn(seed, (len(lengths), len(LABELS)), CHAIN.no_preference().shape)
    likely = CHAIN.expected([CHAIN.fitting(scores, lengths)], moves).labels[0]
    assert np.allclose(likely.sum(axis=1), 1)
    assert not likely[:, [label.count(SEPARATOR) + 1 > max(lengths) for label in LABELS]].any()


def test_of_labels_that_are_all_too_short_the_likeliest_wins():
    chain = LabelChain(["B-n", "B-v", "O"])
    scores = np.array([[-2.0, -1.99, -3.0]], dtype=np.float32)
    assert chain.best_path(chain.fitting(scores, [4]), chain.no_preference()).tolist() == [1]


def test_labels_too_short_are_likely_where_those_that_fit_cannot_follow():
    chain = LabelChain(["B-n", "B-v", "I-n", "I-v", "B-n|I-n", "I-v|I-v|B-v"])
    scores = chain.fitting(np.zeros((2, 6)), [2, 3])  # for three glyphs only the last, after a v
    likely = chain.expected([scores], chain.no_preference()).labels[0]
    assert np.allclose(likely.sum(axis=1), 1)
    # B-n, B-v, I-n and B-n|I-n can follow it; or the first token is B-v: one too short in each.
    assert likely[0, 4] == pytest.approx(4 / 5)
    assert likely[1, 5] == pytest.approx(1 / 5)
