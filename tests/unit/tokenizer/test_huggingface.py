"""The exported tokenizer against the one it was made from."""

from __future__ import annotations

import subprocess
import sys
from collections import defaultdict
from itertools import pairwise

import pytest
import tokenizers
from hypothesis import given, settings
from hypothesis import strategies as st

from cbs_bench.script.components import encoded_graphs
from cbs_bench.script.labels import split_glyphs
from cbs_bench.tokenizer import MultiGranularityTokenizer
from cbs_bench.tokenizer.huggingface import huggingface_tokenizer
from cbs_bench.tokenizer.multigranularity import component_inventory
from cbs_bench.tokenizer.vocabulary import Vocabulary

ODD_GRAPHS = [
    "道",
    "日",
    "上下",
    "{日止頁}",
    "{A日？}",
    "{<0x01>}",
    "日\u0301",
    "a\u0301",
    "{\u0301",
    "鬱\ufe00",
]
ODD_GRAPHS += ["é", "#", "\u200d", "[MASK]", "\x01", "{\x02}", "\ud800", "福"]

TOKENIZERS = {
    "packaged": MultiGranularityTokenizer.load(),
    "odd": MultiGranularityTokenizer(
        Vocabulary(ODD_GRAPHS, [*component_inventory("晏福晶國鬱"), "\ue843", "\U0003fffd", "#"])
    ),
    "empty": MultiGranularityTokenizer(Vocabulary([], [])),
}

TEXTS = st.lists(
    st.one_of(
        st.sampled_from(ODD_GRAPHS[:-2]),
        st.sampled_from(
            "道可名晏福祿禄品叶古{}日止頁安#①\ue843\U0003fffd\u0301\u05b0\ufe00\u200d\x01\x02 \n"
        ),
        st.sampled_from(["{日止}", "{日{止頁}}", "{日止頁}", "##", "<0x01>", "⟨日安⟩", "[MASK]"]),
        st.text(st.characters(min_codepoint=0x3400, max_codepoint=0x9FFF), max_size=2),
        st.text(st.characters(codec="utf-8"), max_size=2),
    ),
    max_size=12,
).map("".join)


@pytest.fixture(scope="module", params=TOKENIZERS)
def plain(request):
    return TOKENIZERS[request.param]


@pytest.fixture(scope="module")
def exported(plain):
    return huggingface_tokenizer(plain)


@settings(max_examples=400, deadline=None)
@given(text=TEXTS)
def test_ids_are_those_of_the_plain_tokenizer(plain, exported, text):
    assert exported.encode(text).ids == plain.encode(text).ids


@settings(max_examples=100, deadline=None)
@given(text=TEXTS)
def test_ids_decode_to_the_exact_text(exported, text):
    assert exported.decode(exported.encode(text).ids) == text


@settings(max_examples=200, deadline=None)
@given(text=TEXTS)
def test_offsets_lie_in_the_glyph_that_each_token_is_of(plain, exported, text):
    offsets = exported.encode(text).offsets
    glyphs = split_glyphs(text)
    ends = [len("".join(glyphs[: i + 1])) for i in range(len(glyphs))]
    starts = [0, *ends]
    for (start, end), (glyph, _) in zip(offsets, plain.encode(text).spans, strict=True):
        assert starts[glyph] <= start < end <= ends[glyph]


def test_every_graph_with_a_spelling_is_spelt_alike(plain, exported):
    graphs = "".join(encoded_graphs())
    assert exported.encode(graphs).ids == plain.encode(graphs).ids
    texts = [graphs[start::200] for start in range(0, 200, 5)]
    ids = [encoding.ids for encoding in exported.encode_batch(texts)]
    assert exported.decode_batch(ids) == texts


def test_offsets_point_at_the_source():
    encoding = huggingface_tokenizer(TOKENIZERS["packaged"]).encode("道{日止}晏")
    assert encoding.tokens == ["道", "{日", "##止", "日", "##安"]
    assert encoding.offsets == [(0, 1), (1, 3), (3, 4), (5, 6), (5, 6)]


def test_a_spelling_that_no_graph_has_reads_as_a_composition():
    plain = TOKENIZERS["packaged"]
    exported = huggingface_tokenizer(plain)
    ids = [exported.token_to_id(token) for token in ("道", "日", "##頁", "##頁", "道")]
    assert exported.decode(ids) == plain.decode(ids) == "道{日頁頁}道"
    assert exported.decode(ids[2:3]) == plain.decode(ids[2:3]) == "{頁}"


def ids_of_any_kind(vocabulary):
    """Any tokens after each other, of which each kind is as likely as the others.

    Left out are special tokens, bytes beyond ASCII, and marks of variants within a spelling.
    """
    kinds = defaultdict(list)
    for index, entry in enumerate(vocabulary.entries):
        if entry.kind != "special" and not (entry.kind == "byte" and entry.number > 127):
            kinds[entry.kind].append((index, entry.kind))
    tokens = [st.sampled_from(of_kind[:12]) for of_kind in kinds.values()]
    tokens += [st.sampled_from(of_kind) for of_kind in kinds.values()]
    return (
        st.lists(st.one_of(tokens), max_size=8)
        .filter(lambda drawn: ("variant", "continuing") not in pairwise(k for _, k in drawn))
        .map(lambda drawn: [index for index, _ in drawn])
    )


@settings(max_examples=500, deadline=None)
@given(data=st.data())
def test_ids_that_nothing_encodes_to_decode_as_by_the_plain_tokenizer(plain, exported, data):
    ids = data.draw(ids_of_any_kind(plain.vocabulary))
    assert exported.decode(ids) == plain.decode(ids)


@pytest.mark.parametrize(
    ("tokens", "text"),
    [
        (["<0x41>", "##日"], "A{日}"),
        (["{日止頁}", "##日"], "{{日止頁}日}"),
        (["日", "##⑳"], "{日}"),
        (["##①", "日"], "日"),
        (["日", "##安", "##①", "##②"], "㫨"),
    ],
)
def test_what_a_model_predicts_is_shown_token_by_token(tokens, text):
    exported = huggingface_tokenizer(TOKENIZERS["odd"])
    assert exported.decode([exported.token_to_id(token) for token in tokens]) == text


def test_saved_it_needs_no_package_of_ours(tmp_path, exported, plain):
    text = "道晏{日止}\x01é"
    exported.save(str(tmp_path / "tokenizer.json"))
    script = (
        "import sys, tokenizers\n"
        "t = tokenizers.Tokenizer.from_file(sys.argv[1])\n"
        "print(t.encode('道晏{日止}\\x01é').ids, 'cbs_bench' in sys.modules)"
    )
    run = [sys.executable, "-c", script, str(tmp_path / "tokenizer.json")]
    printed = subprocess.run(run, capture_output=True, text=True, check=True).stdout
    assert printed == f"{plain.encode(text).ids} False\n"
    assert tokenizers.Tokenizer.from_file(run[-1]).decode(plain.encode(text).ids) == text
