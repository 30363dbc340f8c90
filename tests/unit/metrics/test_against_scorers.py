"""Our scores equal those of independent scorers, to 1e-9."""

from __future__ import annotations

import contextlib
import io
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cbs_bench.metrics.detection import COCO_THRESHOLDS, average_precision
from cbs_bench.metrics.spans import Counts, count, words_from_bio
from cbs_bench.predictions import Predictions
from cbs_bench.tasks.pos import PosGold, PosTask, as_rows
from cbs_bench.types import Box, Sentence, Word

TAGS = ["B-n", "I-n", "B-v", "I-v", "O"]


def random_rows(seed, rows=40):
    """Gold tags and a noisy copy of them."""
    generator = np.random.default_rng(seed)
    gold = [list(generator.choice(TAGS, generator.integers(1, 15))) for _ in range(rows)]
    noisy = [
        [str(generator.choice(TAGS)) if generator.random() < 0.3 else str(t) for t in row]
        for row in gold
    ]
    return [[str(tag) for tag in row] for row in gold], noisy


def our_counts(gold, predicted):
    total = Counts()
    for truth, guess in zip(gold, predicted, strict=True):
        total += count(words_from_bio(guess), words_from_bio(truth))
    return total


@pytest.mark.parametrize("seed", range(5))
def test_word_scores_equal_those_of_seqeval(seed):
    pytest.importorskip("seqeval", reason="seqeval is in the extra `dev`")
    from seqeval.metrics import f1_score, precision_score, recall_score

    gold, predicted = random_rows(seed)
    ours = our_counts(gold, predicted)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # seqeval warns of tags it reads as we do
        assert ours.f1 == pytest.approx(f1_score(gold, predicted), abs=1e-9)
        assert ours.precision == pytest.approx(precision_score(gold, predicted), abs=1e-9)
        assert ours.recall == pytest.approx(recall_score(gold, predicted), abs=1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_word_scores_equal_those_of_a_scorer_over_characters(seed):
    """As conll18_ud_eval aligns: by the characters a word covers."""
    gold, predicted = random_rows(seed)
    correct = total_gold = total_predicted = 0
    for truth, guess in zip(gold, predicted, strict=True):
        ours, theirs = naive_words(truth), naive_words(guess)
        correct += sum(word in ours for word in theirs)
        total_gold += len(ours)
        total_predicted += len(theirs)
    precision, recall = correct / total_predicted, correct / total_gold
    expected = 2 * precision * recall / (precision + recall)
    assert our_counts(gold, predicted).f1 == pytest.approx(expected, abs=1e-9)


def naive_words(tags):
    """Words as sets of positions with a tag, found glyph by glyph."""
    words = []
    for position, tag in enumerate(tags):
        if tag == "O":
            continue
        before = tags[position - 1] if position else "O"
        goes_on = tag[0] == "I" and before[2:] == tag[2:] and before != "O"
        if goes_on:
            words[-1] = (tag[2:], (*words[-1][1], position))
        else:
            words.append((tag[2:], (position,)))
    return words


def cut(glyphs, lengths, tags):
    """Words of these lengths and tags, as far as the glyphs reach; the last takes what is left."""
    words, start = [], 0
    for length, tag in zip(lengths, tags, strict=True):
        if start < glyphs:
            words.append(Word(start, min(start + length, glyphs), tag))
            start += length
    return words if start >= glyphs else [*words, Word(start, glyphs, tags[0])]


LENGTHS = st.lists(st.integers(1, 4), min_size=12, max_size=12)
UPOS = st.lists(st.sampled_from(["NOUN", "VERB", "ADV"]), min_size=12, max_size=12)
ROWS = st.lists(
    st.integers(1, 12).flatmap(
        lambda glyphs: st.tuples(
            st.just(glyphs),
            st.builds(cut, st.just(glyphs), LENGTHS, UPOS),
            st.builds(cut, st.just(glyphs), LENGTHS, UPOS),
        )
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=200, deadline=None)
@given(rows=ROWS)
def test_words_and_parts_of_speech_score_as_in_the_conll_2018_shared_task(rows):
    udeval = pytest.importorskip("udtools.udeval", reason="udtools is in the extra `dev`")
    gold = [Sentence(str(n), ("道",) * glyphs, tuple(t)) for n, (glyphs, t, _) in enumerate(rows)]
    said = [{"id": str(n), "words": as_rows(guess)} for n, (_, _, guess) in enumerate(rows)]
    ours = PosTask().score(
        Predictions("transcription", "test", said),
        PosGold(gold, [], {}, frozenset(), frozenset()),
    )
    theirs = udeval.evaluate(
        *(
            udeval.load_conllu(io.StringIO(conllu(words)), "rows", {})
            for words in ([t for _, t, _ in rows], [guess for _, _, guess in rows])
        )
    )
    for name, counts in (("Words", ours["segmentation"]), ("UPOS", ours["slices"]["all"])):
        total = Counts(*(sum(column) for column in zip(*counts, strict=True)))
        assert total.precision == pytest.approx(theirs[name].precision, abs=1e-9)
        assert total.recall == pytest.approx(theirs[name].recall, abs=1e-9)
        assert total.f1 == pytest.approx(theirs[name].f1, abs=1e-9)
    accuracy = theirs["UPOS"].aligned_accuracy or 0.0
    assert ours["extra"]["aligned_accuracy"] == pytest.approx(accuracy, abs=1e-9)


def conllu(rows):
    """Sentences of words in CoNLL-U, each word of as many 道 as it has glyphs."""
    lines = []
    for words in rows:
        for number, word in enumerate(words, 1):
            form, head = "道" * (word.end - word.start), 0 if number == 1 else 1
            relation = "dep" if head else "root"
            lines.append(f"{number}\t{form}\t_\t{word.tag}\t_\t_\t{head}\t{relation}\t_\t_")
        lines.append("")
    return "".join(f"{line}\n" for line in lines)


def random_scans(seed, scans=6):
    """Gold boxes that do not touch, and shifted, missing and added ones of distinct confidence."""
    generator = np.random.default_rng(seed)
    pairs = []
    for _ in range(scans):
        gold = [Box(10.0, 60.0 * i, 40.0, 40.0) for i in range(generator.integers(2, 9))]
        kept = [box for box in gold if generator.random() < 0.85]
        moved = [
            Box(
                b.x + generator.normal(0, 4),
                b.y + generator.normal(0, 4),
                b.width * generator.uniform(0.8, 1.2),
                b.height * generator.uniform(0.8, 1.2),
                float(generator.random()),
            )
            for b in kept
        ]
        moved.append(Box(100.0, 10.0, 40.0, 40.0, float(generator.random())))
        pairs.append((moved, gold))
    return pairs


@pytest.mark.parametrize("seed", range(5))
def test_average_precision_equals_that_of_pycocotools(seed):
    pytest.importorskip("pycocotools", reason="pip install pycocotools to compare")
    scans = random_scans(seed)
    expected = coco_precisions(scans)
    ours = [average_precision(scans, threshold=threshold) for threshold in COCO_THRESHOLDS]
    assert ours[0] == pytest.approx(expected[1], abs=1e-9)
    assert np.mean(ours) == pytest.approx(expected[0], abs=1e-9)


def coco_precisions(scans):
    """AP50:95 and AP50 of pycocotools."""
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    with contextlib.redirect_stdout(io.StringIO()):
        truth = COCO()
        annotations = [
            {"image_id": i, "bbox": list(b.xywh), "area": b.width * b.height}
            for i, (_, gold) in enumerate(scans)
            for b in gold
        ]
        fixed = {"category_id": 1, "iscrowd": 0}
        truth.dataset = {
            "info": {},
            "images": [{"id": i} for i in range(len(scans))],
            "categories": [{"id": 1}],
            "annotations": [row | fixed | {"id": n} for n, row in enumerate(annotations, 1)],
        }
        truth.createIndex()
        found = [
            {"image_id": i, "category_id": 1, "bbox": list(b.xywh), "score": b.confidence}
            for i, (predicted, _) in enumerate(scans)
            for b in predicted
        ]
        scorer = COCOeval(truth, truth.loadRes(found), "bbox")
        scorer.evaluate()
        scorer.accumulate()
        scorer.summarize()
    return float(scorer.stats[0]), float(scorer.stats[1])
