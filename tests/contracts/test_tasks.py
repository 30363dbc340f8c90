"""Every task keeps the same promises: a form of results, and one line where it cannot run."""

from __future__ import annotations

import io
import json

import numpy as np
import pytest
from PIL import Image

from cbs_bench.dataset import reader, writer
from cbs_bench.errors import InputError
from cbs_bench.interfaces import (
    BUILDERS,
    TASKS,
    BuildOptions,
    CorpusBuilder,
    CorpusInfo,
    Record,
    RunRequest,
)
from cbs_bench.report import FORMATS, read_boards
from cbs_bench.report.comma_separated import CSV_COLUMNS
from cbs_bench.runner import run
from cbs_bench.tasks.end_to_end import KnownBoxes
from cbs_bench.tokenizer import MultiGranularityTokenizer
from cbs_bench.tokenizer.reading import SlipReader
from cbs_bench.tokenizer.vocabulary import Vocabulary
from cbs_bench.types import Box, Recognition
from cbs_bench.vision import Detector, Recognizer

SETTINGS = {"budget": {"epochs": 1}, "vocab_size": 400}
BOXES = [[4.0, 4.0, 24.0, 24.0], [4.0, 36.0, 24.0, 24.0]]
GRAPHS = [["好", "明"], ["明", "好"]]
SLIPS = {"train": 6, "validation": 2, "test": 3}


class StandInRecognizer:
    """Reads every crop as 好, and is not sure."""

    threshold = 0.95

    def predict(self, crops):
        return [Recognition([("好", 0.9), ("明", 0.1)], ["女", "子"]) for _ in crops]


def picture(seed, width, height):
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width), np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def rows(config, number):
    """The rows of one slip in one config."""
    graphs = GRAPHS[number % 2]
    parts = {"好": ["女", "子"], "明": ["日", "月"]}
    place = {"source": "S", "document": "D", "slip": str(number)}
    if config == "slips":
        objects = {
            "bbox": BOXES, "graph": graphs, "reading": graphs,
            "components": [parts[graph] for graph in graphs], "order": [0, 1],
        }  # fmt: skip
        yield {"id": f"S_{number}", "image": picture(number, 32, 64), **place, "objects": objects}
    elif config == "glyphs":
        for position, graph in enumerate(graphs):
            yield {
                "id": f"S_{number}_{position}", "image": picture((number, position), 24, 24),
                "label": graph, "graph": graph, "reading": graph, "components": parts[graph],
                "encoded": True, "status": "encoded", **place, "position": position,
            }  # fmt: skip
    else:
        words = [{"start": 0, "end": 1, "tag": "n"}, {"start": 1, "end": 2, "tag": "v"}]
        yield {
            "id": f"S_{number}:0", "tokens": graphs, "tags": ["B-n", "B-v"],
            "words": words, "text": "".join(graphs),
        }  # fmt: skip


def build(folder, configs):
    splits = [split for split, count in SLIPS.items() for _ in range(count)]

    class Tiny(CorpusBuilder):
        info = CorpusInfo("Tiny", "Rows.", "MIT", "nobody", "nowhere", ("small",))
        tags = ("n", "v")

        def records(self, raw):
            for number, split in enumerate(splits):
                for config in configs:
                    for row in rows(config, number):
                        yield Record(config, row, f"row {number}", str(number), "D", split)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BUILDERS, "load", lambda name: Tiny)
        writer.build("tiny", raw=None, out=folder, options=BuildOptions())
    return folder


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return build(tmp_path_factory.mktemp("data") / "tiny", ("slips", "glyphs", "pos"))


@pytest.fixture(autouse=True)
def stand_ins(monkeypatch):
    """Models that answer at once: a detector that finds the boxes, a recogniser of one graph."""
    detector = KnownBoxes([Box(*box) for box in BOXES])
    monkeypatch.setattr(Detector, "load", lambda *_: detector)
    monkeypatch.setattr(Recognizer, "load", lambda *_: StandInRecognizer())
    monkeypatch.setattr(SlipReader, "load", lambda *_: SlipReader(detector, StandInRecognizer()))
    tokenizer = MultiGranularityTokenizer(Vocabulary(["好"], []))
    monkeypatch.setattr(MultiGranularityTokenizer, "load", lambda *_: tokenizer)


@pytest.fixture(scope="module", params=TASKS.names())
def name(request):
    return request.param


def test_the_agreed_tasks_are_there():
    agreed = {"detection", "recognition", "components", "tokenization", "pos", "end_to_end"}
    assert agreed <= set(TASKS.names())


def test_a_task_says_what_it_is(name):
    info = TASKS.load(name).info
    assert info.summary and info.metric and info.needs
    assert set(info.needs) <= {"slips", "glyphs", "texts", "pos"}


def test_results_have_the_agreed_form(name, tiny):
    request = RunRequest(tiny, "multigranularity", 0, SETTINGS)
    tracks = list(TASKS.load(name)().run(request))
    assert tracks
    for track in tracks:
        assert track["track"] in ("scan", "transcription")
        assert track["split"] == "test"
        assert track["slices"] and isinstance(track["extra"], dict)
        for counts in track["slices"].values():
            assert counts and all(0 <= correct <= min(p, gold) for correct, p, gold in counts)
        assert json.loads(json.dumps(track)) == track


def test_a_missing_config_is_one_line(name, tiny, tmp_path):
    needs = TASKS.load(name).info.needs
    others = [config for config in reader.configs(tiny) if config not in needs]
    folder = build(tmp_path / "short", others)
    with pytest.raises(InputError, match="needs the config") as caught:
        run(name, data=folder, tokenizers=["character"], seeds=1, out=tmp_path / "out")
    assert "\n" not in str(caught.value)


def test_what_a_task_gives_can_be_reported(name, tiny, tmp_path):
    settings = SETTINGS if name in ("pos", "end_to_end") else {}
    options = {"seeds": 1, "settings": settings, "workers": 1}
    run(name, data=tiny, tokenizers=["character"], out=tmp_path, **options)
    boards = read_boards(tmp_path)
    assert {board.key.task for board in boards} == {name}
    for render in FORMATS.values():
        assert name in render(boards).replace("\\_", "_")  # as LaTeX writes it
    assert FORMATS["csv"](boards).splitlines()[0] == ",".join(CSV_COLUMNS)
