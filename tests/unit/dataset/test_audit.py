"""Auditing: a sound dataset passes, and each kind of damage is named."""

import io
import json
import shutil
from dataclasses import replace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from given_rows import glyph, scan, sentence
from PIL import Image, ImageOps

from cbs_bench.dataset import reader, shards
from cbs_bench.dataset.audit import audit
from cbs_bench.errors import InputError


@pytest.fixture
def sound(build):
    return build([*(glyph(n) for n in range(200)), *(sentence(n) for n in range(60))]).out


def edit(folder, name, change):
    """Rewrite one file through ``change`` and make every checksum right again."""
    path = folder / name
    table = pq.read_table(path)
    rows = change(table.to_pylist())
    pq.write_table(pa.Table.from_pylist(rows, schema=table.schema), path)
    manifest = reader.manifest(folder)
    old = manifest["fingerprint"]
    manifest["files"][name] = shards.file_digest(path)
    manifest["fingerprint"] = shards.overall_digest(manifest["files"])
    config, split = name.split("/")[0], name.split("/")[1].split("-")[0]
    manifest["counts"][config][split] = len(rows)
    (folder / reader.MANIFEST).write_text(json.dumps(manifest))
    card = folder / "README.md"
    card.write_text(card.read_text().replace(old, manifest["fingerprint"]))


def shard(folder, config, split):
    return f"{config}/{reader.shards(folder, config, split)[0].name}"


def test_a_sound_dataset_has_no_fault(sound):
    report = audit(sound)
    assert report.faults == []
    assert report.measures["glyphs"]["graphs"] == 1
    assert report.measures["glyphs"]["ceiling of label accuracy from the written form alone"] == 1
    assert str(report).endswith("no fault")


def test_changed_missing_and_foreign_files(sound):
    test, train = shard(sound, "glyphs", "test"), shard(sound, "glyphs", "train")
    shutil.copy(sound / train, sound / "glyphs" / "train-00007-of-00008.parquet")
    (sound / test).write_bytes((sound / test).read_bytes()[:-9])
    (sound / shard(sound, "pos", "train")).unlink()
    found = "\n".join(audit(sound).faults)
    assert f"{test}: checksum differs" in found
    assert "pos/train-00000-of-00001.parquet: missing" in found
    assert "train-00007-of-00008.parquet: not part of the dataset" in found
    assert "cannot read the shard" in found


def test_every_fault_is_named(sound):
    edit(sound, shard(sound, "pos", "train"), lambda rows: [row | {"id": ""} for row in rows])
    report = audit(sound)
    faulty = len(list(reader.rows(sound, "pos", "train")))
    assert len(report.faults) == 2 * faulty - 1  # no id, and all but the first have it twice
    assert all(f"pos/train row {number} ()" in str(report) for number in range(faulty))
    assert str(report).endswith(f"{2 * faulty - 1} faults")


def test_a_stale_card(sound):
    (sound / "README.md").write_text("# mine")
    assert any("README.md" in fault for fault in audit(sound).faults)


@pytest.mark.parametrize(
    ("old", "new", "faults"),
    [
        (
            '"config_name": "pos"',
            '"config_name": "tags"',
            [
                "tells a config 'tags', which the dataset does not have",
                "does not tell the config 'pos'; load_dataset would not find it",
            ],
        ),
        (
            "pos/train-*",
            "glyphs/train-*",
            ["the files of the config 'pos' are not those of the dataset"],
        ),
        ("configs:", "others:", ["tells no configs; load_dataset would guess them"]),
        ("pretty_name: ", "pretty_name: [", ["tells no configs; load_dataset would guess them"]),
    ],
)
def test_a_card_of_other_configs(sound, old, new, faults):
    card = sound / "README.md"
    text = card.read_text(encoding="utf-8")
    assert text.count(old) == 1
    card.write_text(text.replace(old, new), encoding="utf-8")
    assert audit(sound).faults == [f"README.md: {fault}" for fault in faults]


def test_a_card_written_in_another_form_is_no_fault(sound):
    card = sound / "README.md"
    head, _, page = card.read_text(encoding="utf-8").removeprefix("---\n").partition("\n---\n")
    values = yaml.safe_load(head)
    values["configs"][0]["default"] = True
    card.write_text(f"---\n{yaml.safe_dump(values)}---\n{page}", encoding="utf-8")
    assert audit(sound).faults == []


def test_leakage_by_slip_and_by_id(sound):
    first = next(reader.rows(sound, "glyphs", "train"))
    edit(sound, shard(sound, "glyphs", "test"), lambda rows: [*rows, first])
    found = "\n".join(audit(sound).faults)
    assert f"slip S D {first['slip']} is in test and train" in found
    assert "id occurs twice" in found


def encoded(image, form, **options) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


@pytest.fixture
def first(sound):
    """The picture of the first row for training."""
    return Image.open(io.BytesIO(next(reader.rows(sound, "glyphs", "train"))["image"]["bytes"]))


def faults_of_a_test_image(sound, data):
    edit(
        sound,
        shard(sound, "glyphs", "test"),
        lambda rows: [rows[0] | {"image": {"bytes": data, "path": "copy"}}, *rows[1:]],
    )
    return audit(sound).faults


def test_a_near_duplicate_in_another_split(sound, first):
    (fault,) = faults_of_a_test_image(sound, encoded(first, "JPEG", quality=70))
    assert f"train/{next(reader.rows(sound, 'glyphs', 'train'))['id']}" in fault
    assert "show the same image" in fault


def test_a_near_duplicate_drawn_on_nothing(sound, first):
    """Where a picture is transparent, its colours are of no account."""
    drawn = Image.new("RGBA", first.size, "black")
    drawn.putalpha(ImageOps.invert(first.convert("L")))
    (fault,) = faults_of_a_test_image(sound, encoded(drawn, "PNG"))
    assert "show the same image" in fault


def pages() -> bytes:
    page = Image.new("L", (8, 8), 200)
    return encoded(page, "TIFF", save_all=True, append_images=[page])


@pytest.mark.parametrize(
    ("config", "change", "fault"),
    [
        ("glyphs", {"image": {"bytes": b"gone", "path": "x.png"}}, "unreadable image"),
        ("glyphs", {"image": {"bytes": pages(), "path": "x.tif"}}, "image: it has 2 pages"),
        ("glyphs", {"image": None}, "no image"),
        ("pos", {"tags": [0]}, "1 tags for 2 tokens"),
        ("pos", {"tags": [1, 1]}, "tags are not those of the words: B-n B-n for B-n I-n"),
        ("pos", {"tags": [1, 9]}, "tags are not those of the words: B-n 9 for B-n I-n"),
        ("pos", {"words": None}, "no words"),
        ("pos", {"id": ""}, "no id"),
        ("pos", {"tokens": ["{日", "}"], "text": "{日}"}, "tokens are not the glyphs of the text"),
    ],
)
def test_broken_rows(sound, config, change, fault):
    edit(sound, shard(sound, config, "train"), lambda rows: [rows[0] | change, *rows[1:]])
    (found,) = audit(sound).faults
    assert fault in found


def test_boxes_of_scans(build):
    out = build([scan(1, [0, 0, 5, 5])]).out
    split = next(s for s in reader.SPLITS if reader.shards(out, "slips", s))
    objects = next(reader.rows(out, "slips", split))["objects"] | {"bbox": [[0, 0, 50, 5]]}
    edit(out, shard(out, "slips", split), lambda rows: [rows[0] | {"objects": objects}])
    report = audit(out)
    (found,) = report.faults
    assert "outside the image" in found
    assert str(report).endswith("\n1 fault")


def test_columns_that_a_source_lacks_are_no_fault(build):
    record = scan(1, [0, 0, 5, 5])
    objects = {name: values for name, values in record.row["objects"].items() if name != "reading"}
    assert audit(build([replace(record, row=record.row | {"objects": objects})]).out).faults == []


def test_one_graph_under_two_labels_lowers_the_ceiling(build):
    out = build([glyph(n, label="又" if n % 4 == 0 else "又（有）") for n in range(40)]).out
    measures = audit(out).measures["glyphs"]
    assert measures["ceiling of label accuracy from the written form alone"] == 0.75


def test_sentences_in_train_and_test_are_counted_and_no_fault(build):
    long, short = list("知之為知之"), ["子", "曰"]
    shown = [(long, "train"), (short, "train"), (["天"], "validation")]
    asked = [(long, "test"), (short, "test"), (short, "test"), (["天"], "test")]
    records = [
        replace(
            sentence(n, tokens=tokens, text="".join(tokens), tags=["O"] * len(tokens), words=[]),
            split=split,
        )
        for n, (tokens, split) in enumerate([*asked, *shown])
    ]
    out = build(records).out
    report = audit(out)
    assert report.faults == []
    assert report.measures["pos"]["test sentences that are in train as well"] == 3
    assert report.measures["pos"]["of these with 5 glyphs or more"] == 1
    told = "Of the 4 sentences of `test`, 3 are in `train` as well, 1 of them of 5 glyphs or more."
    assert f"- {told}\n" in (out / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("column", ["text", "tokens"])
def test_other_columns_are_a_fault(sound, column):
    path = sound / shard(sound, "pos", "test")
    pq.write_table(pq.read_table(path).drop_columns([column]), path)
    assert any("columns are not those" in fault for fault in audit(sound).faults)


def test_no_dataset(tmp_path):
    with pytest.raises(InputError, match="no dataset here"):
        audit(tmp_path)
