"""What models read and nobody corrected is neither learned from nor scored on."""

from __future__ import annotations

import pytest

from cbs_bench.cli import main
from cbs_bench.dataset import fewshot, reader
from cbs_bench.errors import InputError
from cbs_bench.interfaces import TASKS, RunRequest
from cbs_bench.tasks.detection import DetectionTask
from cbs_bench.tasks.recognition import RecognitionTask
from cbs_bench.training.crops import left_out, read_crops
from cbs_bench.training.raw_texts import raw_texts
from cbs_bench.training.settings import VectorSettings
from cbs_bench.training.slips import read_slips

CORRECTED, READ = 12, 16


@pytest.fixture(scope="module")
def mixed(laboratory, tmp_path_factory):
    """A dataset of corrected and predicted scans, each kind in every split."""
    data = laboratory(tmp_path_factory.mktemp("mixed"), CORRECTED, READ)
    for split in reader.SPLITS:
        assert set(reader.column(data, "slips", split, "source")) == {"scans", "predicted"}
    return data


@pytest.fixture(scope="module")
def guessed(laboratory, tmp_path_factory):
    """A dataset that nobody corrected, with rows in every split."""
    return laboratory(tmp_path_factory.mktemp("guessed"), 0, CORRECTED + READ)


def of_people(data, config, split):
    """Their ids; those of predicted rows begin otherwise."""
    names = reader.column(data, config, split, "id")
    return [name for name in names if name.startswith("scans_")]


def test_training_learns_from_the_corrected_scans_alone(mixed, tmp_path):
    crops = read_crops([mixed])
    for split in reader.SPLITS:
        assert [c.id for c in crops if c.split == split] == of_people(mixed, "glyphs", split)
    assert sorted({crop.graph for crop in crops}) == ["天", "明"]
    assert len(read_slips([mixed])) == CORRECTED
    texts = list(raw_texts(VectorSettings([mixed], tmp_path), print))
    assert texts == [(("天", "明"), ("天", "明"))] * len(of_people(mixed, "texts", "train"))


def test_predicted_crops_are_counted_among_those_left_out(mixed):
    kept = {split: len(of_people(mixed, "glyphs", split)) for split in reader.SPLITS}
    counted = f"{2 * READ} predicted, {kept['validation']} of validation, {kept['test']} of test"
    assert sorted(left_out([mixed]).split(", ")) == sorted(counted.split(", "))


def test_tasks_score_the_corrected_scans_alone(mixed):
    assert [slip.id for slip in DetectionTask().gold(mixed)] == of_people(mixed, "slips", "test")
    gold = RecognitionTask().gold(mixed)
    assert [crop.id for crop in gold.crops] == of_people(mixed, "glyphs", "test")
    learned = len(of_people(mixed, "slips", "train"))
    assert gold.sizes == {"天": learned, "明": learned}


@pytest.mark.parametrize("task", ["detection", "recognition", "components"])
def test_predictions_are_of_the_rows_that_are_scored(task, mixed):
    (track,) = TASKS.load(task)().run(RunRequest(mixed, "none", 0, {}))
    config = "slips" if task == "detection" else "glyphs"
    assert len(track["slices"]["all"]) == len(of_people(mixed, config, "test"))


@pytest.mark.parametrize("task", ["detection", "recognition", "components"])
def test_a_task_refuses_a_dataset_that_nobody_corrected(task, guessed, tmp_path, capsys):
    command = ["run", task, "--data", str(guessed), "--out", str(tmp_path), "--workers", "1"]
    assert main(command) == 2
    (line,) = capsys.readouterr().err.splitlines()
    rows = len(list(reader.column(guessed, "slips", "test", "id")))
    found = f"row in its test split but {rows} slips"
    if task != "detection":
        found = f"class in its test split but {2 * rows} glyphs"
    assert f"{guessed}: the " in line
    assert f"config has no {found} that models read and nobody corrected" in line
    assert line.endswith("; correct what models read, as in PAGE or ALTO, and build again")


def test_texts_and_views_of_a_dataset_that_nobody_corrected_are_refused(guessed, tmp_path):
    told = "that models read and nobody corrected; correct what models read"
    with pytest.raises(InputError, match=rf"no text in the training split but \d+ texts {told}"):
        list(raw_texts(VectorSettings([guessed], tmp_path), print))
    with pytest.raises(InputError, match=f"an image but {2 * (CORRECTED + READ)} glyphs {told}"):
        fewshot.view(guessed, 3)


def test_the_card_says_so(guessed):
    card = " ".join((guessed / "README.md").read_text(encoding="utf-8").split())
    assert "neither learns from them nor scores on them until somebody corrects them" in card
