"""Every tokenizer is a citizen of spaCy: named in a config, saved, pickled, shared by processes."""

from __future__ import annotations

import pickle
import subprocess
import sys

import pytest
import spacy
from spacy.tokens import Doc, DocBin
from spacy.util import load_model_from_config

from cbs_bench import __version__
from cbs_bench.interfaces import BASELINES
from cbs_bench.nlp.corpus import Sentence
from cbs_bench.nlp.fit import Budget, fit_pipeline
from cbs_bench.nlp.tagger import words_of
from cbs_bench.nlp.tokenizers import baseline
from cbs_bench.types import Box, Glyph, Word

SENTENCES = [
    Sentence("a", tuple("聖人不言"), (Word(0, 2, "n"), Word(2, 3, "d"), Word(3, 4, "v"))),
    Sentence("b", ("{日止頁}", "可", "道"), (Word(0, 1, "n"), Word(1, 2, "d"), Word(2, 3, "v"))),
] * 4
TEXTS = ["道可道", "", "聖人鬱言", "{日止頁}可道\ue000", "\U0003fffd"]
READING = [
    Glyph(Box(10, 5, 30, 40), (("聖", 0.75), ("可", 0.25)), ("耳", "口")),
    Glyph(Box(12, 50, 28, 36), (("人", 0.5), ("入", 0.25)), ("丿", "㇏"), sure=False),
    Glyph(Box(11, 95, 30, 38), (("{日止頁}", 0.875),), ("日", "止", "頁")),
]
ATTRIBUTES = ("glyph_span", "granularity", "components", "confidence", "boxes", "candidates")


@pytest.fixture(scope="module", params=BASELINES.names())
def nlp(request):
    texts = [sentence.glyphs for sentence in SENTENCES]
    tokenizer = BASELINES.load(request.param).train(texts, vocab_size=400, seed=0)
    budget = Budget(epochs=1, batch_glyphs=20)
    return fit_pipeline(request.param, tokenizer, SENTENCES, [], budget=budget, seed=0).nlp


def facts(doc):
    """All that a tokenizer and its tagger say of a document."""
    return [
        (token.text, token.norm_, token.tag_, *(getattr(token._, name) for name in ATTRIBUTES))
        for token in doc
    ]


def of_texts(nlp):
    return [facts(nlp(text)) for text in TEXTS]


def test_a_pipeline_comes_back_from_the_disk(nlp, tmp_path):
    nlp.to_disk(tmp_path)
    assert of_texts(spacy.load(tmp_path)) == of_texts(nlp)


def test_a_pipeline_comes_back_from_bytes(nlp):
    restored = load_model_from_config(nlp.config).from_bytes(nlp.to_bytes())
    assert of_texts(restored) == of_texts(nlp)
    assert restored.tokenizer.to_bytes() == nlp.tokenizer.to_bytes()


def test_a_tokenizer_pickles(nlp):
    restored = pickle.loads(pickle.dumps(nlp.tokenizer))
    assert [facts(restored(t)) for t in TEXTS] == [facts(nlp.tokenizer(t)) for t in TEXTS]


@pytest.mark.parametrize("processes", [1, 2])
def test_a_stream_gives_the_same_documents(nlp, processes):
    docs = list(nlp.pipe(TEXTS, n_process=processes, batch_size=2))
    assert [doc.text for doc in docs] == TEXTS
    assert [facts(doc) for doc in docs] == of_texts(nlp)


def test_a_scan_goes_through_the_pipeline(nlp):
    doc = nlp(nlp.tokenizer.from_reading(READING))
    assert doc.text == "聖人{日止頁}"
    assert doc._.boxes == [[10, 5, 30, 40], [12, 50, 28, 36], [11, 95, 30, 38]]
    assert [box for token in doc for box in token._.boxes] == doc._.boxes
    assert [c for token in doc for c in token._.candidates] == doc._.candidates
    assert doc._.candidates[1] == [("人", 0.5), ("入", 0.25)]
    assert all(word.end <= len(READING) for word in words_of(doc))


def test_an_empty_scan_goes_through_the_pipeline(nlp):
    assert len(nlp(nlp.tokenizer.from_reading([]))) == 0


@pytest.mark.parametrize("save", ["bytes", "bin", "pickle", "copy"])
def test_what_is_known_of_a_scan_stays_with_its_document(nlp, save):
    doc = nlp(nlp.tokenizer.from_reading(READING))
    if save == "bytes":
        restored = Doc(nlp.vocab).from_bytes(doc.to_bytes())
    elif save == "bin":
        stored = DocBin(docs=[doc], store_user_data=True).to_bytes()
        restored = next(DocBin().from_bytes(stored).get_docs(nlp.vocab))
    else:
        restored = pickle.loads(pickle.dumps(doc)) if save == "pickle" else doc.copy()
    assert [row[3:] for row in facts(restored)] == [row[3:] for row in facts(doc)]
    assert restored._.candidates == doc._.candidates


def test_a_document_that_lost_its_details_is_tagged_as_before(nlp):
    for text in TEXTS:
        doc = nlp.tokenizer(text)
        (plain,) = DocBin(docs=[doc]).get_docs(nlp.vocab)
        assert not plain.user_data
        assert facts(nlp(plain)) == facts(nlp(doc))


def test_a_config_finds_the_tokenizer_without_an_import():
    program = (
        "import spacy, sys; assert 'cbs_bench' not in sys.modules;"
        "print(spacy.blank('lzh').tokenizer.name)"
    )
    found = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True)
    assert found.stdout.decode().strip() == "multigranularity"


def test_a_packaged_pipeline_requires_this_package(nlp, tmp_path):
    nlp.to_disk(tmp_path / "nlp")
    for pipeline in (spacy.load(tmp_path / "nlp"), spacy.blank("lzh")):
        (requirement,) = pipeline.meta["requirements"]
        assert requirement.startswith(f"cbs-bench>={__version__},<")


def test_a_packaged_pipeline_requires_the_package_of_its_tokenizer(tmp_path, monkeypatch):
    home = tmp_path / "their_package-2.5.1.dist-info"
    home.mkdir()
    (home / "METADATA").write_text("Metadata-Version: 2.1\nName: their-package\nVersion: 2.5.1\n")
    plugin = f"[{BASELINES.group}]\ntheirs = baselines.character:CharacterTokenizer\n"
    (home / "entry_points.txt").write_text(plugin)
    monkeypatch.syspath_prepend(str(tmp_path))
    nlp = spacy.blank("lzh")
    nlp.tokenizer = baseline("theirs")(nlp)
    assert nlp.meta["requirements"][1:] == ["their-package>=2.5.1,<2.6.0"]
