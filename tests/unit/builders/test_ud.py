"""Treebanks: what is one sentence, and what is none."""

import pytest

from builders.ud import UniversalDependencies
from cbs_bench.dataset.writer import build
from cbs_bench.interfaces import BuildOptions


def records(raw):
    return list(UniversalDependencies().records(raw))


def conllu(*forms, first=1):
    lines = (f"{n}\t{form}\t_\tNOUN" + "\t_" * 6 for n, form in enumerate(forms, first))
    return "".join(f"{line}\n" for line in lines)


MULTIWORD = "1-2\t諸" + "\t_" * 8 + "\n"


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        (conllu("人", "之") + conllu("道"), "(no blank line between sentences?): 1 where 3 is due"),
        (conllu("人").replace("\t_\n", "\n"), "not ten columns: 1\t人\t_\tNOUN"),
        (conllu("人", first=2), "(no blank line between sentences?): 2 where 1 is due"),
        (conllu("人") + "x" + "\t_" * 9 + "\n", "x where 2 is due"),
        ("# sent_id = b\n" + conllu("人"), "(no blank line between?): a and b"),
        (MULTIWORD + conllu("之", "乎", "人"), "is not spelled by its words: 諸, 之乎"),
        ("# text = 諸人\n" + conllu("之", "乎", "人"), "do not spell `# text`: 之乎人 for 諸人"),
        ("# text = 人道\n" + conllu("人"), "do not spell `# text`: nothing for 道"),
    ],
)
def test_it_leaves_out_what_is_not_one_sentence_of_its_text(tmp_path, sentence, reason):
    file = tmp_path / "x-ud-test.conllu"
    file.write_text(f"# sent_id = a\n{sentence}\n{conllu('道')}\n", encoding="utf-8")
    bad, good = records(file)
    line = 2 + sentence.startswith("#")
    assert bad.where == f"x-ud-test.conllu line {line}"
    assert reason in bad.reason
    assert good.row["text"] == "道"


def test_it_takes_a_name_however_it_is_spaced_and_for_its_own_sentence_alone(tmp_path):
    file = tmp_path / "x-ud-test.conllu"
    file.write_text(f"# sent_id = lost\n\n{conllu('人')}\n#sent_id=a_1\n{conllu('道')}\n")
    assert [record.row["id"] for record in records(file)] == ["x-ud-test-3", "a_1"]


def test_a_document_holds_until_the_next_one(tmp_path):
    file = tmp_path / "x-ud-test.conllu"
    sentences = (conllu(form) for form in "人道可")
    first, second, third = sentences
    text = f"# newdoc id = 甲\n{first}\n{second}\n# newdoc id = 乙\n{third}\n"
    file.write_text(text, encoding="utf-8")
    assert [record.document for record in records(file)] == ["甲", "甲", "乙"]


@pytest.mark.parametrize("comment", ["# newdoc", "#newdoc", "# newdoc id =", "# newdoc of = x"])
def test_a_document_without_an_id_is_one_of_its_own(tmp_path, comment):
    file = tmp_path / "x-ud-test.conllu"
    first, second, third = (conllu(form) for form in "人道可")
    text = f"# newdoc id = 甲\n{first}\n{comment}\n{second}\n{third}\n"
    file.write_text(text, encoding="utf-8")
    named, *others = records(file)
    assert named.document == "甲"
    assert [record.document for record in others] == ["x-ud-test-4"] * 2
    assert [record.group for record in others] == ["x-ud-test-4"] * 2


def test_sentences_of_one_id_in_several_files_are_all_kept(tmp_path):
    for name in ("a/x-ud-test", "a/x-ud-train", "b/x-ud-test"):
        file = tmp_path / f"{name}.conllu"
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"# sent_id = s1\n{conllu('道')}\n{conllu('人')}\n", encoding="utf-8")
    found = [(record.row["id"], record.split, record.where) for record in records(tmp_path)]
    assert found == [
        ("s1", "test", "a/x-ud-test.conllu line 2"),
        ("x-ud-test-4", "test", "a/x-ud-test.conllu line 4"),
        ("a_x-ud-train_s1", "train", "a/x-ud-train.conllu line 2"),
        ("x-ud-train-4", "train", "a/x-ud-train.conllu line 4"),
        ("b_x-ud-test_s1", "test", "b/x-ud-test.conllu line 2"),
        ("b_x-ud-test_x-ud-test-4", "test", "b/x-ud-test.conllu line 4"),
    ]


def test_two_sentences_of_one_id_in_a_file_are_told(tmp_path):
    raw = tmp_path / "x-ud-test.conllu"
    raw.write_text(f"# sent_id = s1\n{conllu('道')}\n" * 2, encoding="utf-8")
    report = build("ud", raw=raw, out=tmp_path / "out", options=BuildOptions())
    assert report.counts["pos"]["test"] == 1
    assert dict(report.rejected) == {"id occurs twice": 1}


def test_it_ends_a_line_where_a_text_editor_does(tmp_path):
    file = tmp_path / "x-ud-test.conllu"
    text = conllu("道\u2028可", "道\x85") + "\n"
    file.write_bytes(text.replace("\n", "\r\n").encode())
    [record] = records(file)
    assert record.row["tokens"] == ["道", "可", "道"]
