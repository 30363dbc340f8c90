"""The text side as a `tokenizers.Tokenizer`, which needs none of this package to run.

Its ids are those of :meth:`MultiGranularityTokenizer.encode` for every text without lone
surrogates, which the library cannot hold. Each of its parts is one of the library's own:

1. The *normaliser* writes the spelling of every encoded graph that has one between two marks:
   晏 becomes ``⟨日安⟩``. A mark that stands in the text itself becomes its byte token.
2. The *pre-tokeniser* cuts out spellings, compositions, graphs of several code points, and
   else single code points; it drops the marks and the last brace of a composition.
3. The *model* is a BPE that hardly merges: what it does not know as a whole is its first code
   point and what continues it (日 ``##安``), or bytes. Its only merges put the brace of a
   composition to the first component (``{日 ##止 ##頁``).
4. The *decoder* turns that back, and looks up each spelling in a dictionary.

⟨ and ⟩ stand here for the control characters U+0001 and U+0002.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import pairwise

from tokenizers import Regex, Tokenizer, decoders, normalizers, pre_tokenizers
from tokenizers.models import BPE

from cbs_bench.tokenizer.charsmap import compile_charsmap
from cbs_bench.tokenizer.dictionary import OPENING, lookup
from cbs_bench.tokenizer.multigranularity import MultiGranularityTokenizer
from cbs_bench.tokenizer.vocabulary import (
    CONTINUATION_MARK,
    OPENING_MARK,
    SPECIAL_TOKENS,
    SPELLING_END,
    SPELLING_START,
    VARIANT_MARKS,
    Vocabulary,
)

START, END = SPELLING_START, SPELLING_END
HEAD_END = f"{START}6"
ANY = "(?m:.)"


def huggingface_tokenizer(tokenizer: MultiGranularityTokenizer) -> Tokenizer:
    """The same tokenizer as an object of the `tokenizers` library, without special tokens.

    Ids that nothing encodes to, as a model may predict them, decode as by
    :meth:`MultiGranularityTokenizer.decode`, but for three things the library's decoders cannot do:
    special tokens are shown where they are not skipped, bytes that are no UTF-8 spoil all bytes
    beside them, and the mark of a variant counts at the end of its spelling alone.
    """
    spellings = {
        graph: "".join(parts) + (VARIANT_MARKS[rank - 1] if rank else "")
        for graph, (parts, rank) in tokenizer.codebook.spellings.items()
    }
    exported = Tokenizer(_model(tokenizer.vocabulary))
    exported.normalizer = _normalizer(spellings)
    exported.pre_tokenizer = _pre_tokenizer(tokenizer.vocabulary)
    exported.decoder = _decoder(spellings)
    return exported


def _normalizer(spellings: Mapping[str, str]) -> normalizers.Normalizer:
    """Escape the marks, then spell.

    The library looks up a character together with a combining one after it where the two have
    less than six bytes, and would lose the second; an empty spelling keeps them apart.
    """
    escapes = {START: f"{START}<0x01>{END}", END: f"{START}<0x02>{END}"}
    written = {graph: f"{START}{spelling}{END}" for graph, spelling in spellings.items()}
    joint = f"(?<=[{_ranges(spellings)}])(?=[\x80-\u07ff])" if spellings else "(?!)"
    return normalizers.Sequence(
        [
            normalizers.Precompiled(compile_charsmap(escapes)),
            normalizers.Replace(Regex(joint), START + END),
            normalizers.Precompiled(compile_charsmap(written)),
        ]
    )


def _pre_tokenizer(vocabulary: Vocabulary) -> pre_tokenizers.PreTokenizer:
    """Cut, then drop what the model shall not see."""
    compounds = "|".join(re.escape(text) for text in vocabulary.compounds) or "(?!)"
    pieces = f"{vocabulary.compound_pattern}|{START}[^{END}]*{END}|{ANY}"
    last_brace = rf"\A(?!(?:{compounds})\z)\{{.+\K\}}\z"
    return pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(pieces), "isolated"),
            pre_tokenizers.Split(Regex(f"[{START}{END}]|{last_brace}"), "removed"),
        ]
    )


def _model(vocabulary: Vocabulary) -> BPE:
    return BPE(
        vocab={token: index for index, token in enumerate(vocabulary.token_strings())},
        merges=[(OPENING_MARK, CONTINUATION_MARK + part) for part in vocabulary.components],
        continuing_subword_prefix=CONTINUATION_MARK,
        byte_fallback=True,
        ignore_merges=True,
    )


def _decoder(spellings: Mapping[str, str]) -> decoders.Decoder:
    """Back to the text: first token by token, then in the text they make.

    日 ``##安`` becomes ``⟨5日⟨6⟨安⟩``, and ``{日 ##止 ##頁`` becomes ``{日⟩⟨止⟩⟨頁⟩``. Where ⟩
    meets ⟨ both go. The marks around a head, ``⟨5`` and ``⟨6``, go where nothing continues it, and
    what continues no head gets ``⟨5``. What then reads ``⟨5日⟨安⟩`` is looked up; what the
    dictionary lacks, and a model may well predict, is a composition, without marks of variants.
    The marks themselves are meanwhile ``⟨1`` and ``⟨2``.
    """
    joint = f"{START}(?![1-6])"
    special = "|".join(map(re.escape, SPECIAL_TOKENS))
    head = rf"\A(?!{START}|<0x[0-9A-F]{{2}}>\z|(?:{special})\z|[^{END}]+{END}\z)(?={ANY})"
    variant = f"[{VARIANT_MARKS}]"
    inside = f"(?=[^{START}{END}{OPENING_MARK}]*{END})"
    return decoders.Sequence(
        [
            decoders.Replace(Regex(rf"\A{CONTINUATION_MARK}(?=.)"), START),
            decoders.Replace(Regex(rf"\A[{OPENING_MARK}{START}][^\p{{M}}\u200d]\K\z"), END),
            decoders.Replace(Regex(head), OPENING),
            decoders.Replace(Regex(rf"\A{OPENING}(?m:.+)\K\z"), HEAD_END),
            decoders.Replace(Regex(r"\A<0x01>\z"), f"{START}1"),
            decoders.Replace(Regex(r"\A<0x02>\z"), f"{START}2"),
            decoders.ByteFallback(),
            decoders.Fuse(),
            decoders.Replace(Regex(END + joint), ""),
            decoders.Replace(Regex(f"{OPENING}(?=[^{START}]+{HEAD_END}(?!{joint}))"), ""),
            decoders.Replace(Regex(f"(?<!{HEAD_END})(?={joint})"), OPENING),
            decoders.Replace(HEAD_END, ""),
            decoders.Replace(Regex(f"{variant}\\K{variant}+{inside}"), ""),
            *lookup(spellings),
            decoders.Replace(Regex(f"{variant}{inside}"), ""),
            decoders.Replace(OPENING + START + END, ""),
            decoders.Replace(OPENING, "{"),
            decoders.Replace(Regex(joint), ""),
            decoders.Replace(END, "}"),
            decoders.Replace(f"{START}2", END),
            decoders.Replace(f"{START}1", START),
        ]
    )


def _ranges(characters: Iterable[str]) -> str:
    """The inside of a regular expression's class; listed singly they would be too many for it."""
    points = sorted(map(ord, characters))
    gaps = [place for place, (a, b) in enumerate(pairwise(points), 1) if b > a + 1]
    bounds = pairwise([0, *gaps, len(points)])
    return "".join(f"{chr(points[start])}-{chr(points[end - 1])}" for start, end in bounds)
