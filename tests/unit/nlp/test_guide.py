from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import spacy
from spacy.cli.train import train
from thinc.api import Config

import baselines
from cbs_bench.dataset import writer
from cbs_bench.errors import InputError, ModelError
from cbs_bench.interfaces import BASELINES, BuildOptions, RunRequest
from cbs_bench.nlp.corpus import Sentence, read_sentences
from cbs_bench.nlp.docs import GUIDE, make_doc
from cbs_bench.nlp.fit import FACTORY, Budget, evaluate, fit_pipeline, predict
from cbs_bench.nlp.guide import NAME, Guide, tag_probabilities
from cbs_bench.nlp.spacy_tagger import train_tagger
from cbs_bench.types import Token, Word

CONFIG = Path(baselines.__file__).parent / "word_tagger.cfg"
SENTENCES = [
    Sentence("a", tuple("聖人不言"), (Word(0, 2, "n"), Word(2, 3, "d"), Word(3, 4, "v"))),
    Sentence("b", ("{日止頁}", "可", "道"), (Word(0, 1, "n"), Word(1, 2, "d"), Word(2, 3, "v"))),
] * 4
GUIDED = [  # the same texts in another tag set
    Sentence(
        s.id,
        s.glyphs,
        tuple(Word(w.start, w.end, "NOUN" if w.tag == "n" else "X") for w in s.words),
    )
    for s in SENTENCES
]
BUDGET = Budget(epochs=8, learning_rate=0.01, batch_glyphs=20, dropout=0.1)


def fitted(name, sentences, guide=None):
    tokenizer = BASELINES.load(name).train(
        [sentence.glyphs for sentence in sentences], vocab_size=300, seed=0
    )
    return fit_pipeline(name, tokenizer, sentences, [], budget=BUDGET, seed=0, guide=guide).nlp


@pytest.fixture(scope="module")
def guide():
    return fitted("character", SENTENCES)


@pytest.mark.parametrize(
    ("labels", "says"),
    [
        (("B-n", "I-n", "B-v"), [[1, 0, 0], [0, 1, 0], [0, 1, 0]]),
        (("B-n", "B-v"), [[1, 0], [1, 0], [1, 0]]),
    ],
)
def test_a_guide_goes_on_with_the_word_where_its_label_is_too_short(labels, says):
    doc = make_doc(spacy.blank("lzh").vocab, "聖人之", [Token("聖人之", 0, 3, "subword")])
    sure = np.eye(len(labels), dtype=np.float32)[:1]
    tagger = SimpleNamespace(labels=labels, probabilities=lambda doc: sure)
    assert tag_probabilities(tagger, doc).tolist() == says


@pytest.mark.parametrize("name", BASELINES.names())
def test_a_guide_says_for_each_glyph_what_it_thinks_likely(name):
    teller = Guide(fitted(name, SENTENCES))
    for sentence in SENTENCES[:2]:
        doc = teller(teller.pipeline.tokenizer.from_glyphs(sentence.glyphs))
        rows = doc.user_data[GUIDE]
        assert rows.shape[0] == len(sentence.glyphs)
        assert np.allclose(rows.sum(axis=1), 1, atol=1e-5)
        labels = [t for t in teller.pipeline.get_pipe(FACTORY).labels if "|" not in t]
        firsts = {word.start: f"B-{word.tag}" for word in sentence.words}
        assert all(labels[rows[glyph].argmax()] == tag for glyph, tag in firsts.items())


@pytest.mark.parametrize("name", ["multigranularity", "bpe"])
def test_a_guided_pipeline_learns_and_travels_whole(name, guide, tmp_path):
    nlp = fitted(name, GUIDED, guide)
    assert evaluate(nlp, GUIDED).f1 > 0.9
    nlp.to_disk(tmp_path / "nlp")
    glyphs = [sentence.glyphs for sentence in GUIDED]
    expected = predict(nlp, glyphs)
    assert predict(spacy.load(tmp_path / "nlp"), glyphs) == expected
    copy = Guide().from_bytes(nlp.get_pipe(NAME).to_bytes())
    nlp.get_pipe(NAME).pipeline = copy.pipeline
    assert predict(nlp, glyphs) == expected


def test_the_tagger_listens_to_its_guide(guide):
    nlp = fitted("character", GUIDED, guide)
    doc = nlp(nlp.tokenizer.from_glyphs(SENTENCES[0].glyphs))
    model = nlp.get_pipe(FACTORY).model
    told = model.predict([doc])[0]
    doc.user_data[GUIDE] = doc.user_data[GUIDE][:, ::-1]
    assert not np.allclose(told, model.predict([doc])[0], atol=1e-2)


def test_a_guided_pipeline_guides_another(guide):
    nlp = fitted("character", SENTENCES, fitted("character", GUIDED, guide))
    assert evaluate(nlp, SENTENCES).f1 > 0.9


def test_a_document_that_no_guide_has_seen_is_refused(guide):
    nlp = fitted("character", GUIDED, guide)
    with pytest.raises(ModelError, match="has not been through the guide"):
        nlp.get_pipe(FACTORY)(nlp.tokenizer("聖人"))
    part = nlp("聖人不言")[1:3].as_doc(copy_user_data=True)
    with pytest.raises(ModelError, match="has not been through the guide"):
        nlp.get_pipe(FACTORY)(part)


def test_a_guide_without_a_pipeline_says_where_one_goes():
    nlp = spacy.blank("lzh")
    nlp.add_pipe(NAME)
    with pytest.raises(ModelError, match=f"{NAME} has no pipeline; set initialize"):
        nlp.initialize()


def test_a_guide_that_was_never_given_a_pipeline_says_so_in_use(tmp_path):
    nlp = spacy.blank("lzh")
    nlp.add_pipe(NAME)
    for use in (lambda: nlp("聖人"), lambda: nlp.to_disk(tmp_path), nlp.to_bytes):
        with pytest.raises(ModelError, match=f"{NAME} has no pipeline; set initialize"):
            use()


def test_a_guide_that_is_no_tagger_of_ours_is_refused(tmp_path):
    spacy.blank("zh").to_disk(tmp_path / "other")
    nlp = spacy.blank("lzh")
    nlp.add_pipe(NAME)
    nlp.config["initialize"]["components"][NAME] = {"path": str(tmp_path / "other")}
    with pytest.raises(ModelError, match="a guide needs a pipeline with our tokenizer"):
        nlp.initialize()


def test_a_corpus_of_nothing_but_scored_sentences_makes_no_guide(mini, tmp_path):
    scored = next(s for s in read_sentences(mini, "test") if len(s.glyphs) > 6)
    lines = [f"{n}\t{g}\t{g}\tX\t_\t_\t0\troot\t_\t_" for n, g in enumerate(scored.glyphs, 1)]
    sentences = ("\n".join([f"# sent_id = a_{n}", *lines, "", ""]) for n in range(20))
    raw = tmp_path / "raw"
    raw.mkdir()
    (raw / "lzh_kyoto-ud-dev.conllu").write_text("".join(sentences), encoding="utf-8")
    writer.build("ud", raw=raw, out=tmp_path / "same", options=BuildOptions())
    request = RunRequest(mini, "character", 0, {}, guide=tmp_path / "same")
    with pytest.raises(InputError, match="same: no sentence is left to train a guide on; give"):
        train_tagger(request, SENTENCES, [])


def test_spacy_train_takes_a_guide(mini, guide, tmp_path):
    guide.to_disk(tmp_path / "guide")
    config = Config().from_disk(CONFIG, interpolate=False)
    config["nlp"]["pipeline"] = [NAME, *config["nlp"]["pipeline"]]
    config["components"][NAME] = {"factory": NAME}
    config["initialize"]["components"] = {NAME: {"path": str(tmp_path / "guide")}}
    config["training"]["annotating_components"] = [NAME]
    config.to_disk(tmp_path / "guided.cfg")
    overrides = {"paths.data": str(mini), "training.max_steps": 2, "training.eval_frequency": 1}
    train(tmp_path / "guided.cfg", tmp_path / "model", overrides=overrides)
    loaded = spacy.load(tmp_path / "model" / "model-best")
    assert loaded("道可道")[0].tag_
