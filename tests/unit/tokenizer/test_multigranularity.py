from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cbs_bench
from cbs_bench.errors import DataError, ModelError
from cbs_bench.tokenizer import MultiGranularityTokenizer
from cbs_bench.tokenizer.model_pair import SHIPPED
from cbs_bench.tokenizer.multigranularity import component_inventory
from cbs_bench.tokenizer.vocabulary import Vocabulary
from cbs_bench.types import Box, Glyph

TOKENIZER = MultiGranularityTokenizer(
    Vocabulary(
        list("道可非常名之不聖人"), component_inventory([*"福祿禄品晶簡爲國晏鬱", "{日止頁}"])
    )
)


def granularities(text):
    return [token.granularity for token in TOKENIZER.encode(text).tokens]


def test_known_characters_stay_and_others_become_components():
    encoding = TOKENIZER.encode("道晏")
    assert [t.text for t in encoding.tokens] == ["道", "日", "安"]
    assert encoding.spans == [(0, 1), (1, 2), (1, 2)]
    assert [t.part for t in encoding.tokens] == [(0, 1), (0, 2), (1, 2)]
    assert granularities("道晏") == ["character", "component", "component"]


@pytest.mark.parametrize("index", [-1, 10**9])
def test_an_id_of_no_token_is_named(index):
    with pytest.raises(DataError, match=f"no token has the id {index}"):
        TOKENIZER.decode([index])


def test_a_composition_in_running_text_is_one_glyph_and_repeats_are_kept():
    encoding = TOKENIZER.encode("可{日日止}名")
    assert [t.text for t in encoding.tokens] == ["可", "日", "日", "止", "名"]
    assert encoding.spans == [(0, 1), (1, 2), (1, 2), (1, 2), (2, 3)]


def test_components_of_a_graph_are_no_characters_though_they_are_kept_whole_elsewhere():
    tokenizer = MultiGranularityTokenizer(Vocabulary(list("道日"), list("日安")))
    tokens = tokenizer.encode("日晏安").tokens
    assert [t.text for t in tokens] == ["日", "日", "安", "安"]
    assert [t.granularity for t in tokens] == ["character", "component", "component", "component"]


def test_a_composition_of_unknown_parts_is_spelt_piece_by_piece():
    tokens = TOKENIZER.encode("{晏？{日止}}").tokens
    assert [t.text for t in tokens if not t.text.startswith("<0x")] == list("{日安日止}")
    assert {(t.start, t.end) for t in tokens} == {(0, 1)}


def test_a_composition_is_not_the_graph_with_its_components():
    composed, encoded = TOKENIZER.encode("{日安}").ids, TOKENIZER.encode("晏").ids
    assert (len(composed), len(encoded)) == (2, 2)
    assert composed[0] != encoded[0]


def test_a_ligature_that_a_scan_may_show_is_known_but_spelt_as_its_glyphs():
    tokenizer = MultiGranularityTokenizer(Vocabulary(["上下", "上", "下"], []))
    assert [t.granularity for t in tokenizer.tokenize(["上下"])] == ["character"]
    assert [t.text for t in tokenizer.encode("上下").tokens] == ["上", "下"]


def test_every_id_has_a_string_of_its_own():
    tokenizer = MultiGranularityTokenizer.load()
    strings = tokenizer.vocabulary.token_strings()
    assert len(set(strings)) == len(strings) == len(tokenizer.vocabulary)


def test_an_encoding_has_a_nested_form_with_components_and_spans():
    encoding = TOKENIZER.encode("道晏{日止}")
    assert encoding.nested == TOKENIZER.tokenize(["道", "晏", "{日止}"])
    assert [t.components for t in encoding.nested] == [("辶", "首"), ("日", "安"), ("日", "止")]
    assert list(encoding.counts) == [1, 2, 2]


class StillReader:
    """Reads the same glyphs on every scan."""

    def __init__(self, glyphs):
        self.glyphs = glyphs

    def read_any_way_up(self, image):
        return self.glyphs, 0


def test_the_reading_of_a_scan_has_the_ids_and_tokens_of_its_text(monkeypatch):
    box = Box(0, 0, 10, 10)
    glyphs = [
        Glyph(box, (("道", 0.9),), ("辶", "首")),
        Glyph(box, (("名", 0.2),), ("日", "止", "頁"), sure=False),
        Glyph(box, (("上下", 0.8),), ()),
    ]
    tokenizer = MultiGranularityTokenizer(
        Vocabulary(["道", "上下"], component_inventory(["{日止頁}"]))
    )
    monkeypatch.setattr(tokenizer, "_reader", StillReader(glyphs))
    reading = tokenizer.read("slip.png")
    encoding = tokenizer.encode("道{日止頁}上下")
    assert list(reading.ids) == encoding.ids
    assert [t.text for t in reading.tokens] == [t.text for t in encoding.tokens]
    assert [(t.start, t.granularity, t.confidence, t.part) for t in reading.tokens[:4]] == [
        (0, "character", 0.9, (0, 1)),
        (1, "component", 0.2, (0, 3)),
        (1, "component", 0.2, (1, 3)),
        (1, "component", 0.2, (2, 3)),
    ]
    assert {(t.start, t.granularity) for t in reading.tokens[4:]} == {(2, "character")}
    assert reading.nested == tuple(tokenizer.tokenize_reading(glyphs))


def test_nested_tokens_are_one_a_glyph():
    tokens = TOKENIZER.tokenize(["道", "{日止頁}", "\ue000"])
    assert [(t.start, t.end) for t in tokens] == [(0, 1), (1, 2), (2, 3)]
    assert [t.components for t in tokens] == [("辶", "首"), ("日", "止", "頁"), ("\ue000",)]


@settings(max_examples=300, deadline=None)
@given(
    st.text(
        st.one_of(
            st.sampled_from("道可名晏福祿禄品{}日止頁\ue843\U0003fffd\ufe00 "),
            st.characters(),
        ),
        max_size=20,
    )
)
def test_ids_decode_to_the_exact_text(text):
    encoding = TOKENIZER.encode(text)
    assert TOKENIZER.decode(encoding.ids) == text
    assert "[UNK]" not in [token.text for token in encoding.tokens]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.text("道可名晏福{日止}", max_size=8), max_size=5))
def test_a_batch_is_its_texts_one_by_one(texts):
    batch = TOKENIZER.encode_batch(texts)
    assert [e.ids for e in batch] == [TOKENIZER.encode(text).ids for text in texts]
    assert [e.spans for e in batch] == [TOKENIZER.encode(text).spans for text in texts]


def test_graphs_with_the_same_components_keep_their_identity():
    pair = [g for g in "叶古杏呆另加" if TOKENIZER.decode(TOKENIZER.encode(g).ids) != g]
    assert pair == []


def test_saved_and_loaded_it_encodes_as_before(tmp_path):
    TOKENIZER.save(tmp_path)
    loaded = MultiGranularityTokenizer.load(tmp_path)
    assert loaded.encode("道晏{日止}").ids == TOKENIZER.encode("道晏{日止}").ids


def test_a_folder_without_a_tokenizer_is_named(tmp_path):
    with pytest.raises(ModelError, match="no tokenizer here; give a folder"):
        MultiGranularityTokenizer.load(tmp_path)


@pytest.mark.parametrize("kind", ["detector", "recognizer"])
@pytest.mark.parametrize("place", ["", "{kind}"])
def test_the_shipped_model_stands_in_for_the_half_that_a_folder_lacks(tmp_path, kind, place):
    folder = tmp_path / place.format(kind=kind)
    shutil.copytree(getattr(SHIPPED, kind), folder, dirs_exist_ok=True)
    loaded = MultiGranularityTokenizer.load(tmp_path)
    assert loaded.models == replace(SHIPPED, **{kind: folder})
    slip = Path(cbs_bench.__file__).parent / "corpora" / "mini" / "slips" / "01.webp"
    assert loaded.read(slip) == MultiGranularityTokenizer.load().read(slip)


def test_a_model_of_another_kind_reads_no_scan(tmp_path):
    (tmp_path / "model.json").write_text('{"kind": "vectors"}')
    with pytest.raises(ModelError, match="no tokenizer here; give a folder"):
        MultiGranularityTokenizer.load(tmp_path)


@pytest.mark.parametrize(
    ("damage", "fault"),
    [
        (lambda models: (models / "detector" / "model.onnx").unlink(), "detector.*weights are"),
        (lambda models: (models / "recognizer" / "model.onnx").write_bytes(b"0"), "weights are"),
        (lambda models: exchange(models / "detector", models / "recognizer"), "kind is"),
        (lambda models: forget(models / "recognizer", "components"), "no components in it"),
    ],
)
def test_models_that_do_not_fit_are_refused_when_loaded(tmp_path, damage, fault):
    models = shutil.copytree(SHIPPED.detector.parent, tmp_path / "models")
    damage(models)
    with pytest.raises(ModelError, match=fault):
        MultiGranularityTokenizer.load(models)


def exchange(one, other):
    one.rename(one.parent / "kept")
    other.rename(one)
    (one.parent / "kept").rename(other)


def forget(model, field):
    card = json.loads((model / "model.json").read_text(encoding="utf-8"))
    del card[field]
    (model / "model.json").write_text(json.dumps(card), encoding="utf-8")


def test_the_checksum_tells_models_and_vocabularies_apart(tmp_path):
    plain = MultiGranularityTokenizer.load()
    shutil.copytree(SHIPPED.recognizer, tmp_path / "same")
    assert MultiGranularityTokenizer.load(tmp_path / "same").checksum == plain.checksum
    card = json.loads((SHIPPED.recognizer / "model.json").read_text("utf-8"))
    card["calibration"]["threshold"] = 0.5
    shutil.copytree(SHIPPED.recognizer, tmp_path / "other")
    (tmp_path / "other" / "model.json").write_text(json.dumps(card), "utf-8")
    assert MultiGranularityTokenizer.load(tmp_path / "other").checksum != plain.checksum
    assert TOKENIZER.models == plain.models
    assert TOKENIZER.checksum != plain.checksum


def test_another_format_is_refused(tmp_path):
    (tmp_path / "tokenizer.json").write_text('{"format": 9, "graphs": [], "components": []}')
    with pytest.raises(ModelError, match="tokenizer format 9, expected 2"):
        MultiGranularityTokenizer.load(tmp_path)


def test_an_unsure_glyph_of_a_scan_falls_back_to_the_components_seen():
    box = Box(0, 0, 10, 10)
    sure = Glyph(box, (("道", 0.9),), ("辶", "首"), sure=True)
    unsure = Glyph(box, (("名", 0.2),), ("日", "止"), sure=False)
    tokens = TOKENIZER.tokenize_reading([sure, unsure])
    assert [(t.text, t.granularity, t.confidence) for t in tokens] == [
        ("道", "character", 0.9),
        ("{日止}", "component", 0.2),
    ]
    assert tokens[1].components == ("日", "止")
