"""A recogniser after the labelled crops of slips that it was not trained on."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace

import cv2
import numpy as np
import pytest

from cbs_bench.cli import main
from cbs_bench.dataset import reader, writer
from cbs_bench.errors import InputError
from cbs_bench.interfaces import BuildOptions
from cbs_bench.model_card import NETWORK, identity, write_model_card
from cbs_bench.tokenizer import MultiGranularityTokenizer
from cbs_bench.tokenizer.model_pair import SHIPPED
from cbs_bench.training import adaptation
from cbs_bench.training import lesson as module
from cbs_bench.training.crops import Crop
from cbs_bench.training.exported_prototypes import ExportedPrototypes
from cbs_bench.training.lesson import Lesson, moved
from cbs_bench.vision import Recognizer
from cbs_bench.vision.session import open_model, open_session

SHAPES = ("ring", "cross", "bars")


def drawing(shape, seed):
    """A shape somewhere on a grey ground."""
    generator = np.random.default_rng(seed)
    page = generator.integers(180, 230, (70, 50), np.uint8)
    x, y = (int(place) for place in generator.integers(15, 30, 2))
    if shape == "ring":
        cv2.circle(page, (x, y + 10), 12, 20, 3)
    elif shape == "cross":
        cv2.line(page, (x, y), (x, y + 25), 20, 3)
        cv2.line(page, (x - 12, y + 12), (x + 12, y + 12), 20, 3)
    else:
        for step in (0, 10, 20):
            cv2.line(page, (x - 12, y + step), (x + 12, y + step), 20, 3)
    return page


def crops_of(slips):
    """A crop of each shape on each of the slips, given as ``{slip: shapes}``."""
    return [
        Crop(f"{slip}-{shape}", drawing(shape, seed), shape, slip, "train")
        for seed, (slip, shapes) in enumerate(slips.items())
        for shape in shapes
    ]


def unit(rows):
    return rows / np.linalg.norm(rows, axis=-1, keepdims=True)


def lesson(crops):
    model = open_model(SHIPPED.recognizer, "recognizer")
    return Lesson(model.card, ExportedPrototypes(SHIPPED.recognizer / NETWORK), crops)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A dataset of drawings of three classes that the shipped recogniser does not know."""
    folder = tmp_path_factory.mktemp("drawings")
    for shape in SHAPES:
        (folder / "raw" / shape).mkdir(parents=True)
        for number in range(50):
            path = folder / "raw" / shape / f"{number}.png"
            cv2.imwrite(str(path), drawing(shape, (number, len(shape))))
    out = folder / "data"
    writer.build("glyph_folders", raw=folder / "raw", out=out, options=BuildOptions())
    return out


@pytest.fixture(scope="module")
def adapted(built, tmp_path_factory):
    out = tmp_path_factory.mktemp("models") / "lab"
    assert main(["adapt", "--data", str(built), "--out", str(out)]) == 0
    return out


def card_of(folder):
    return json.loads((folder / "recognizer" / "model.json").read_text(encoding="utf-8"))


def test_graphs_that_were_no_class_are_recognised(adapted):
    recognizer = Recognizer.load(adapted / "recognizer")
    assert recognizer.graphs[-3:] == sorted(SHAPES)
    found = recognizer.predict([drawing(shape, (1000, 1)) for shape in SHAPES])
    assert [read.candidates[0][0] for read in found] == list(SHAPES)


def test_the_folder_is_all_that_reading_takes(adapted):
    tokenizer = MultiGranularityTokenizer.load(adapted)
    assert tokenizer.checksum != MultiGranularityTokenizer.load().checksum
    assert identity(adapted / "detector") == identity(SHIPPED.detector)


def test_test_crops_are_not_learned_from(built, adapted):
    rows = {split: list(reader.rows(built, "glyphs", split)) for split in reader.SPLITS}
    assert all(rows.values())
    learned = len(rows["train"]) + len(rows["validation"])
    card = card_of(adapted)
    assert card["adapted"]["crops"] == learned
    assert sum(card["crops"][-3:]) == learned


def test_the_card_tells_what_it_brought(adapted):
    scores = card_of(adapted)["scores"]["left out in turn"]
    assert scores["before"] == {"top1": 0.0, "top5": 0.0}
    assert scores["after"]["top1"] > 0.9
    assert card_of(adapted)["calibration"]["fitted_on"] == "left out in turn"


def test_a_lesson_learned_well_is_no_reason_to_trust_more(adapted):
    shipped = json.loads((SHIPPED.recognizer / "model.json").read_text(encoding="utf-8"))
    assert card_of(adapted)["scores"]["left out in turn"]["after"]["top1"] > 0.9
    assert card_of(adapted)["calibration"]["threshold"] >= shipped["calibration"]["threshold"]


def test_a_lesson_that_helps_nothing_says_so(built, tmp_path, monkeypatch, capsys):
    told = iter([{"top1": 0.5, "top5": 0.9}, {"top1": 0.4, "top5": 0.9}])
    monkeypatch.setattr(adaptation, "accuracies", lambda *_: next(told))
    adaptation.adapt([built], tmp_path, None, report=print)
    assert "no better than before: see that the labels are right" in capsys.readouterr().out


def test_few_crops_leave_the_thresholds_as_they_were(built, tmp_path, monkeypatch):
    monkeypatch.setattr(adaptation, "ENOUGH_TO_CALIBRATE", 1000)
    adaptation.adapt([built], tmp_path, None, report=print)
    shipped = json.loads((SHIPPED.recognizer / "model.json").read_text(encoding="utf-8"))
    assert card_of(tmp_path)["calibration"] == shipped["calibration"]


def test_an_adapted_recogniser_can_be_adapted_again(built, adapted, tmp_path, capsys):
    main(["adapt", "--data", str(built), "--models", str(adapted), "--out", str(tmp_path)])
    shown = capsys.readouterr().out
    assert "3 graphs, 0 of them new to the recogniser" in shown
    assert "the models were adapted before" in shown
    assert card_of(tmp_path)["adapted"]["from"] == identity(adapted / "recognizer")
    found = Recognizer.load(tmp_path / "recognizer").predict([drawing("ring", 7)])
    assert found[0].candidates[0][0] == "ring"


def test_a_crop_is_tried_on_what_other_slips_teach():
    crops = crops_of({"1": ["ring"], "2": ["cross"], "3": ["cross"], "4": ["cross"]})
    told = lesson(crops).left_out_in_turn()
    best = [lesson(crops).card["vocabulary"][i] for i in told.graphs.argmax(axis=1)]
    assert told.names == ["ring", "cross", "cross", "cross"]
    assert best[1:] == ["cross"] * 3
    assert best[0] != "ring"


def test_crops_of_one_slip_are_left_out_one_by_one():
    apart = crops_of({"1": ["ring"], "2": ["cross"], "3": ["cross"], "4": ["cross"]})
    told = lesson([replace(crop, slip="1") for crop in apart])
    best = told.left_out_in_turn().graphs.argmax(axis=1)
    assert [told.card["vocabulary"][i] for i in best[1:]] == ["cross"] * 3
    assert told.card["vocabulary"][best[0]] != "ring"


def test_of_many_crops_some_drawn_evenly_are_tried(monkeypatch):
    crops = crops_of({str(slip): SHAPES for slip in range(4)})
    monkeypatch.setattr(module, "MOST_TRIED", 3)
    taught = lesson(crops)
    assert taught.tried == [crops[0], crops[5], crops[11]]
    assert taught.left_out_in_turn().names == [crop.graph for crop in taught.tried]


def test_few_crops_hardly_move_the_others():
    taught = lesson(crops_of({"1": SHAPES, "2": SHAPES}))
    pixels = np.random.default_rng(0).normal(size=(4, 1, 80, 80)).astype(np.float32)
    before = open_model(SHIPPED.recognizer, "recognizer").run(pixels)
    after = open_session(taught.network()).run(None, {"x": pixels})
    assert after[0].shape[1] == before[0].shape[1] + len(SHAPES)
    # The products of the shipped network are rounded to eight bits.
    np.testing.assert_allclose(after[0][:, : before[0].shape[1]], before[0], atol=0.1)
    np.testing.assert_array_equal(after[1], before[1])


@pytest.mark.parametrize("seed", range(5))
def test_what_all_crops_have_in_common_tells_no_graph(seed):
    generator = np.random.default_rng(seed)
    own, common = np.eye(6, 8), 3 * generator.normal(size=8)
    labels = np.repeat(np.arange(6), 5)
    sights = unit(own[labels] + common + 0.05 * generator.normal(size=(30, 8)))
    unlearned = np.zeros((6, 8))
    assert ((sights @ moved(unlearned, sights, labels).T).argmax(axis=1) == labels).all()


@pytest.mark.parametrize("seed", range(5))
def test_graphs_without_a_crop_gain_by_how_the_hand_differs(seed):
    generator = np.random.default_rng(seed)
    directions = unit(generator.normal(size=(60, 16)))
    hand = np.eye(16) + 0.2 * generator.normal(size=(16, 16))
    sights, labels = unit(directions @ hand), np.repeat(np.arange(40), 10)

    def lead(prototypes):
        """Of the right graph over the next one, where no crop showed the graph."""
        likeness = sights[40:] @ prototypes[40:].T
        others = likeness - 9 * np.eye(20)
        return (likeness.diagonal() - others.max(axis=1)).mean()

    taught = moved(directions, sights[labels], labels)
    np.testing.assert_allclose(np.linalg.norm(taught, axis=1), 1, atol=1e-6)
    assert lead(taught) > lead(directions)


def test_a_new_graph_is_as_frequent_in_the_corpus_as_among_the_crops():
    card = open_model(SHIPPED.recognizer, "recognizer").card
    card = {**card, "frequencies": [400, *[0] * (len(card["vocabulary"]) - 1)]}
    prototypes = ExportedPrototypes(SHIPPED.recognizer / NETWORK)
    extended = Lesson(card, prototypes, crops_of({"1": SHAPES, "2": ["ring"]})).card
    assert extended["frequencies"] == card["frequencies"] + [100, 100, 200]
    assert extended["vocabulary"][-3:] == ["bars", "cross", "ring"]


def test_what_was_learned_counts_as_one_sight():
    directions = np.array([[1.0, 0, 0], [0, 1, 0], [0, 0, 1]])
    # Two sights where the graphs were learned, so that nothing is to be brought back.
    taught = moved(directions, directions[[0, 1]], np.array([0, 1]))
    apart = unit(np.array([1.0, -1, 0]))
    np.testing.assert_allclose(taught[0], unit(directions[0] + apart), atol=1e-6)
    np.testing.assert_allclose(taught[1], unit(directions[1] - apart), atol=1e-6)
    np.testing.assert_allclose(taught[2], directions[2], atol=1e-6)


@pytest.mark.parametrize(
    ("labels", "problem"),
    [
        ({"ring": 2}, r"data: 2 crops to learn from, where 20 are needed; label or correct more"),
        ({"ring": 2, "○": 3}, r"2 crops to learn from \(left out: 3 unencoded\), where 20 are"),
    ],
)
def test_too_few_crops_are_refused(labels, problem, tmp_path, capsys):
    for label, number in labels.items():
        (tmp_path / "raw" / label).mkdir(parents=True)
        for index in range(number):
            path = tmp_path / "raw" / label / f"{index}.png"
            cv2.imwrite(str(path), drawing("ring", index))
    data = tmp_path / "data"
    writer.build("glyph_folders", raw=tmp_path / "raw", out=data, options=BuildOptions())
    assert main(["adapt", "--data", str(data), "--out", str(tmp_path / "out")]) == 2
    told = capsys.readouterr().err
    assert Counter(told)["\n"] == 1
    with pytest.raises(InputError, match=problem):
        adaptation.adapt([data], tmp_path / "out", None, report=print)
    assert not (tmp_path / "out").exists()


def test_a_model_is_not_overwritten(built, tmp_path, capsys):
    (tmp_path / "model.json").write_text("{}", encoding="utf-8")
    assert main(["adapt", "--data", str(built), "--out", str(tmp_path)]) == 2
    assert "is a model itself; give another --out" in capsys.readouterr().err


def test_a_network_without_prototypes_is_named(built, tmp_path, capsys):
    (tmp_path / NETWORK).write_bytes((SHIPPED.detector / NETWORK).read_bytes())
    shipped = json.loads((SHIPPED.recognizer / "model.json").read_text(encoding="utf-8"))
    write_model_card(tmp_path, "recognizer", NETWORK, shipped)
    command = ["adapt", "--data", str(built), "--models", str(tmp_path)]
    assert main([*command, "--out", str(tmp_path / "out")]) == 2
    assert "model.onnx: the network does not end in prototypes" in capsys.readouterr().err
