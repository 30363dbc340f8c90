"""The builders on small raw data of the published form, and on the real data where they are."""

import io
import json
import zipfile

import numpy as np
import pytest
from PIL import Image

from cbs_bench.dataset import reader, writer
from cbs_bench.dataset.audit import audit
from cbs_bench.errors import InputError
from cbs_bench.interfaces import BUILDERS, BuildOptions, Rejection


def records(name, raw, **options):
    return list(BUILDERS.load(name)(BuildOptions(**options)).records(raw))


def png(shade=128):
    buffer = io.BytesIO()
    Image.new("L", (12, 20), shade).save(buffer, "PNG")
    return buffer.getvalue()


def noise(seed):
    buffer = io.BytesIO()
    pixels = np.random.default_rng(seed).integers(0, 256, (20, 12), np.uint8)
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def archive(path, *names):
    with zipfile.ZipFile(path, "w") as file:
        for name in names:
            file.writestr(name, png())
    return path


CHUBS = "glyphs/{日止頁}（夏）/郭店簡_01A-老子甲_10_01A-10-04.png"


def test_chubs_reads_labels_and_places_from_names(tmp_path):
    raw = archive(tmp_path / "g.zip", CHUBS, "glyphs/又（有）/包山簡_1-文書_2_1-002-01.png")
    two, one = (record.row for record in records("chubs", raw))
    assert (one["graph"], one["reading"]) == ("又", "有")
    assert two["components"] == ["日", "止", "頁"]
    assert (two["source"], two["document"], two["slip"], two["position"]) == (
        "郭店簡", "01A-老子甲", "10", 4,
    )  # fmt: skip
    assert (two["encoded"], two["status"]) == (False, "composed")


def test_chubs_folder_and_archive_give_the_same_rows(tmp_path):
    raw = archive(tmp_path / "g.zip", CHUBS)
    with zipfile.ZipFile(raw) as file:
        file.extractall(tmp_path / "folder")
    packed, loose = records("chubs", raw)[0].row, records("chubs", tmp_path / "folder")[0].row
    assert {**packed, "image": None} == {**loose, "image": None}


LINKED = {
    "chubs": (CHUBS, png()),
    "chubs-pos": (
        "pos-tagging-data/train_examples.json",
        json.dumps([{"id": 1, "input": ["天"], "label": ["B-名词"]}]).encode(),
    ),
    "evahan": ("train/zuozhuan_train_utf8.txt", "元妃/n\n".encode()),
    "glyph_folders": ("日/1.png", png()),
    "scans": ("find/1.png", png()),
    "tei": ("texts/a.xml", "<TEI><text><body><p>道</p></body></text></TEI>".encode()),
    "ud": (
        "dev/lzh_kyoto-ud-dev.conllu",
        "# sent_id = a_1\n1\t道\t道\tNOUN\t_\t_\t0\troot\t_\t_\n\n".encode(),
    ),
}


@pytest.mark.parametrize("name", LINKED)
def test_a_linked_folder_is_read_as_a_folder(name, tmp_path):
    file, content = LINKED[name]
    for home in ("real", "elsewhere"):
        (tmp_path / home / file).parent.mkdir(parents=True)
        (tmp_path / home / file).write_bytes(content)
    first, *_ = file.split("/")
    (tmp_path / "linked").mkdir()
    (tmp_path / "linked" / first).symlink_to(tmp_path / "elsewhere" / first)
    real, linked = (records(name.split("-")[0], tmp_path / home) for home in ("real", "linked"))
    assert [(item.where, type(item)) for item in linked] == [
        (item.where, type(item)) for item in real
    ]
    assert any(not isinstance(item, Rejection) for item in real)


@pytest.mark.parametrize("name", ["chinese_poetry", "evahan", "laozi", "scans", "tei", "ud"])
def test_who_reads_no_archive_says_to_unpack_it(name, tmp_path):
    raw = archive(tmp_path / "Mine.ZIP", LINKED.get(name, ("slips.json", b""))[0])
    with pytest.raises(InputError, match=r"Mine\.ZIP: this builder reads no archive; unpack it"):
        records(name, raw)


@pytest.mark.parametrize("name", ["../x.png", "/etc/x.png", "a\\..\\x.png", "c:/x.png"])
def test_an_archive_whose_names_climb_is_refused(tmp_path, name):
    with pytest.raises(InputError, match="leaves the archive"):
        records("chubs", archive(tmp_path / "g.zip", CHUBS, name))


def test_chubs_leaves_out_names_it_cannot_read(tmp_path):
    raw = archive(tmp_path / "g.zip", CHUBS, "glyphs/又/nothing.png", "__MACOSX/._x.txt")
    assert [type(r) for r in records("chubs", raw)].count(Rejection) == 1


def test_chubs_keeps_fragments_that_share_a_slip_number_in_one_split(tmp_path):
    names = [
        f"glyphs/又/包山簡_1-文書_{slip}_{fragment}-{slip}-01.png"
        for slip in range(12)
        for fragment in ("1A", "1B")
    ]
    raw = tmp_path / "g.zip"
    with zipfile.ZipFile(raw, "w") as file:
        for name in names:
            file.writestr(name, noise(len(file.namelist())))
    report = writer.build("chubs", raw=raw, out=tmp_path / "out", options=BuildOptions())
    assert not report.rejected
    assert audit(report.out).faults == []


def test_laozi_reads_a_glyph_without_a_reading_as_its_graph(tmp_path):
    glyphs = [
        {"position": 1, "graph": "也", "reading": None, "box": [1, 1, 9, 9], "crop": "1.png"},
        {"position": 2, "graph": "又", "reading": "有", "box": [1, 10, 9, 9], "crop": "2.png"},
    ]
    slips = [{"slip": 3, "file": "3.png", "glyphs": glyphs}]
    (tmp_path / "slips.json").write_text(json.dumps(slips), encoding="utf-8")
    scan, text, one, two = (record.row for record in records("laozi", tmp_path))
    assert scan["objects"]["reading"] == text["readings"] == ["也", "有"]
    assert (one["reading"], two["reading"]) == ("也", "有")


CONLLU = """# newdoc id = D
# sent_id = D_par1_1-2
# text = 仁， 聖人。
1-2\t仁聖人\t_\t_\t_\t_\t_\t_\t_\t_
1\t仁\t仁\tNOUN\t_\t_\t0\troot\t_\t_
2\t聖人\t聖人\tPROPN\t_\t_\t1\tconj\t_\t_

1\tbroken

"""


def test_ud_spans_count_glyphs_and_dev_is_divided(tmp_path):
    (tmp_path / "x-ud-dev.conllu").write_text(CONLLU, encoding="utf-8-sig")
    (tmp_path / "x-ud-test.conllu").write_text(CONLLU)
    found = records("ud", tmp_path)
    row = found[0].row
    assert row["tokens"] == ["仁", "聖", "人"]
    assert row["tags"] == ["B-NOUN", "B-PROPN", "I-PROPN"]
    assert found[0].split in ("train", "validation")
    assert found[2].split == "test"
    assert isinstance(found[1], Rejection)
    assert found[1].where == "x-ud-dev.conllu line 8"


def test_ud_keeps_the_splits_of_a_source_that_has_train(tmp_path):
    for part in ("train", "dev", "test"):
        (tmp_path / f"x-ud-{part}.conllu").write_text(CONLLU)
    splits = [r.split for r in records("ud", tmp_path) if not isinstance(r, Rejection)]
    assert splits == ["validation", "test", "train"]


def test_names_of_treebanks_may_be_in_capitals(tmp_path):
    (tmp_path / "A-UD-TEST.CONLLU").write_text(CONLLU)
    (tmp_path / "b-ud-test.conllu").write_text(CONLLU)
    found = [item for item in records("ud", tmp_path) if not isinstance(item, Rejection)]
    assert {item.where.split()[0] for item in found} == {"A-UD-TEST.CONLLU", "b-ud-test.conllu"}
    assert {item.split for item in found} == {"test"}


def test_sentences_of_a_treebank_that_names_no_document_are_in_all_splits(tmp_path):
    row = "1\t人\t_\tNOUN\t_\t_\t0\troot\t_\t_\n\n"
    (tmp_path / "my.conllu").write_text("".join(f"# sent_id = s{n}\n{row}" for n in range(50)))
    report = writer.build("ud", raw=tmp_path, out=tmp_path / "out", options=BuildOptions())
    counts = report.counts["pos"]
    assert sum(counts.values()) == 50
    assert counts["train"] > counts["test"] > 0


def test_a_text_is_respelled_as_on_slips(tmp_path):
    (tmp_path / "x-ud-test.conllu").write_text(CONLLU)
    counts = tmp_path / "counts.json"
    counts.write_text(json.dumps({"{身心}（仁）": 5}))
    row = records("ud", tmp_path, orthography=counts)[0].row
    assert row["tokens"] == ["{身心}", "聖", "人"]


def test_evahan_mends_what_it_can(tmp_path):
    lines = "\ufeff惠公/nr 元妃/n 。\r\n禰.r 有/b ，/w\r\n\r\n無標\r\n"
    (tmp_path / "zuozhuan_train_utf8.txt").write_bytes(lines.encode())
    (tmp_path / "EvaHan_testa_gold.txt").write_text("春秋/n\n")
    gold, first, second, broken = records("evahan", tmp_path)
    assert (gold.split, gold.row["text"]) == ("test", "春秋")
    assert first.row["tags"] == ["B-nr", "I-nr", "B-n", "I-n", "B-w"]
    assert [word["tag"] for word in second.row["words"]] == ["r", "v", "w"]
    assert first.split == second.split
    assert broken == Rejection("zuozhuan_train_utf8.txt line 4", "word without a tag: 無標")


def test_evahan_knows_its_files_in_any_case(tmp_path):
    (tmp_path / "Zuozhuan_Train_utf8.TXT").write_text("元妃/n\n")
    (tmp_path / "EVAHAN_TESTA_GOLD.TXT").write_text("春秋/n\n")
    gold, learned = records("evahan", tmp_path)
    assert (gold.split, gold.row["text"]) == ("test", "春秋")
    assert (learned.split, learned.row["text"]) == ("train", "元妃")


def test_evahan_says_that_it_leaves_test_b_out(tmp_path):
    (tmp_path / "EvaHan_testa_gold.txt").write_text("春秋/n\n", encoding="utf-8")
    (tmp_path / "EvaHan_testb_gold.txt").write_text("史記/n\n", encoding="utf-8")
    (tmp_path / "EvaHan_testb_raw.txt").write_text("史記\n", encoding="utf-8")
    told, gold = records("evahan", tmp_path)
    reason = "test B is not read: it is not of the Zuozhuan; take it away"
    assert told == Rejection("EvaHan_testb_gold.txt", reason)
    assert gold.row["text"] == "春秋"


def test_mini_agrees_with_itself(tmp_path):
    report = writer.build("mini", raw=None, out=tmp_path / "mini", options=BuildOptions())
    assert not report.rejected
    assert audit(report.out).faults == []
    assert report.counts["slips"] == {"train": 31, "validation": 4, "test": 4}
    for split in reader.SPLITS:
        slips = {row["id"]: row for row in reader.rows(report.out, "slips", split)}
        assert slips.keys() == {row["id"] for row in reader.rows(report.out, "texts", split)}
        for row in reader.rows(report.out, "pos", split):
            slip, _, start = row["id"].rpartition(":")
            written = slips[slip]["objects"]["graph"]
            assert written[int(start) : int(start) + len(row["tokens"])] == row["tokens"]


@pytest.mark.real
@pytest.mark.parametrize(
    ("name", "raw", "rows"),
    [
        ("chubs", "chubs-sample-glyphs.zip", {"glyphs": 712}),
        ("laozi", "guodian-laozi-a", {"slips": 26, "glyphs": 736, "texts": 26}),
        ("ud", "ud-kyoto", {"pos": 11630}),
        ("evahan", "evahan2022", {"pos": 10292}),
    ],
)
def test_real_data_are_read_whole(real_data, tmp_path, name, raw, rows):
    options = BuildOptions()
    report = writer.build(name, raw=real_data / raw, out=tmp_path / name, options=options)
    assert {config: sum(n.values()) for config, n in report.counts.items()} == rows
    assert not report.rejected
    assert audit(report.out).faults == []
