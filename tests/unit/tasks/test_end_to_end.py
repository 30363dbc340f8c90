"""End to end: what each replacement is scored on."""

from __future__ import annotations

import io

from PIL import Image

from cbs_bench.interfaces import RunRequest
from cbs_bench.tasks import end_to_end
from cbs_bench.types import Word
from cbs_bench.vision.images import load_image


class OneWordAGlyph:
    """A tagger whose tag is the graph it was given."""

    def tag_reading(self, glyphs):
        return self.tag([[glyph.graph for glyph in glyphs]])[0]

    def tag(self, texts):
        return [[Word(i, i + 1, graph) for i, graph in enumerate(text)] for text in texts]


def negative(slip):
    buffer = io.BytesIO()
    Image.fromarray(255 - load_image(slip["image"]["bytes"])).save(buffer, "PNG")
    return slip | {"image": {"bytes": buffer.getvalue()}}


def scores(mini, monkeypatch, change):
    task, slips = end_to_end.EndToEndTask(), end_to_end.tagged_slips
    with monkeypatch.context() as patch:
        patch.setattr(end_to_end, "train_tagger", lambda *_: (OneWordAGlyph(), None))
        patch.setattr(end_to_end, "tagged_slips", lambda *a: (change(slip) for slip in slips(*a)))
        (predictions,) = task.predict(RunRequest(mini, "multigranularity", 0, {}))
    return predictions.rows


def test_a_negative_is_read_in_gold_boxes_as_its_positive_is(mini, monkeypatch):
    positives, negatives = (scores(mini, monkeypatch, change) for change in (dict, negative))
    assert len(positives) > 1
    assert [row["gold boxes"] for row in positives] == [row["gold boxes"] for row in negatives]
