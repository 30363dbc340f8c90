"""Boards: what is averaged, what is compared, and what never meets."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest

from cbs_bench.errors import InputError
from cbs_bench.metrics.bootstrap import relative_gain
from cbs_bench.report import read_boards, to_csv, to_markdown
from cbs_bench.report.sentences import caption, gains, headline_remarks


def test_scores_are_averaged_over_seeds(boards):
    (board,) = boards
    ours, theirs = board.main.scores
    assert ours.entry.name == "multigranularity"
    assert ours.entry.seeds == (0, 1)
    f1 = [2 * 5 / (6 + 7), 2 * 6 / (7 + 7)]
    assert ours.means.f1 == pytest.approx(np.mean(f1))
    assert ours.means.precision == pytest.approx((5 / 6 + 6 / 7) / 2)
    assert ours.means.recall == pytest.approx((5 / 7 + 6 / 7) / 2)
    assert ours.spread == pytest.approx(np.std(f1, ddof=1))
    assert theirs.spread is None
    assert board.main.gold == 7
    assert board.main.rows == 2


def test_a_part_without_gold_spans_is_left_out(write, tmp_path):
    parts = {"all": [[3, 4, 4]], "unseen graph": [[0, 0, 0]], "unseen word": [[0, 1, 1]]}
    for name in ("multigranularity", "bpe"):
        write(name, 0, [], track={"slices": parts})
    (board,) = read_boards(tmp_path)
    assert [part.name for part in board.slices] == ["all", "unseen word"]
    assert "unseen graph" not in to_markdown([board])


def test_p_values_are_corrected_for_the_number_of_comparisons(write, tmp_path):
    generator = np.random.default_rng(1)
    names = {"multigranularity": 0.6, "bpe": 0.55, "unigram": 0.57, "character": 0.58}
    for name, share in names.items():
        rows = [[int(c), 5, 5] for c in generator.binomial(5, share, size=60)]
        write(name, 0, rows)
    (board,) = read_boards(tmp_path)
    scores = {score.entry.name: score.counts for score in board.main.scores}
    found = {c.other.name: c.gain for c in board.main.comparisons}
    assert set(found) == set(names) - {"multigranularity"}
    single = {name: relative_gain(scores["multigranularity"], scores[name]) for name in found}
    smallest = min(single, key=lambda name: single[name].p_value)
    assert found[smallest].p_value == pytest.approx(min(1, 3 * single[smallest].p_value))
    assert all(found[name].p_value >= single[name].p_value for name in found)
    assert all(found[name].value == single[name].value for name in found)


def test_the_best_subword_tokenizer_is_the_best_and_a_subword(write, tmp_path):
    for name, correct in {"multigranularity": 9, "character": 8, "bpe": 6, "unigram": 7}.items():
        write(name, 0, [[correct, 10, 10]])
    (board,) = read_boards(tmp_path)
    assert board.main.best_subword.other.name == "unigram"
    assert board.main.best_subword.gain.value == pytest.approx(9 / 7 - 1)


def test_nothing_is_compared_without_the_system(write, tmp_path):
    write("bpe", 0, [[1, 1, 1]])
    write("unigram", 0, [[1, 1, 1]])
    (board,) = read_boards(tmp_path)
    assert board.main.comparisons == ()
    assert board.main.best_subword is None


def test_slices_come_whole_first_then_by_size(write, tmp_path):
    rows = [[1, 1, 1]]
    names = ["11-20", "unseen", "6-10", "all", "1-5"]
    write("bpe", 0, rows, track={"slices": dict.fromkeys(names, rows)})
    (board,) = read_boards(tmp_path)
    assert [s.name for s in board.slices] == ["all", "1-5", "6-10", "11-20", "unseen"]
    assert [s.name for s in board.unseen] == ["unseen"]


def test_other_data_get_a_board_of_their_own_and_a_note(write, tmp_path):
    write("bpe", 0, [[1, 1, 1]])
    write("bpe", 1, [[0, 1, 1]], fingerprint="e" * 64)
    boards = read_boards(tmp_path)
    assert [board.main.scores[0].means.f1 for board in boards] == [0, 1]
    for board in boards:
        (note,) = board.notes
        assert "2 versions of small" in note
        assert "e" * 12 in note
        assert "f" * 12 in note


def test_other_settings_and_missing_seeds_are_noted(write, tmp_path):
    write("bpe", 0, [[1, 1, 1]], settings={"model": "a"})
    write("bpe", 1, [[1, 1, 1]], settings={"model": "b"})
    write("unigram", 0, [[1, 1, 1]])
    (board,) = read_boards(tmp_path)
    assert board.notes == (
        "The seeds of bpe ran with different settings.",
        "Not every entry has the seeds 0/1: unigram 0.",
    )


def test_vocabularies_of_another_size_are_entries_of_their_own(write, tmp_path):
    write("bpe", 0, [[1, 1, 1]])
    write("bpe", 0, [[0, 1, 1]], settings={"vocab_size": 800})
    (board,) = read_boards(tmp_path)
    assert [score.entry.name for score in board.main.scores] == ["bpe", "bpe@vocab_size=800"]


def test_settings_that_all_share_go_unsaid(write, tmp_path):
    for name in ("multigranularity", "bpe"):
        write(name, 0, [[1, 1, 1]], settings={"budget": {"epochs": 1}})
    (board,) = read_boards(tmp_path)
    assert [entry.name for entry in board.entries] == ["bpe", "multigranularity"]
    assert len(board.main.comparisons) == 1
    write("unigram", 0, [[1, 1, 1]])
    (board,) = read_boards(tmp_path)
    assert [entry.name for entry in board.entries][:2] == [
        "bpe@epochs=1",
        "multigranularity@epochs=1",
    ]


def test_only_what_was_set_up_alike_is_compared(write, tmp_path):
    guided = {"guide": "evahan", "budget": {"members": 5}}
    write("multigranularity", 0, [[2, 4, 4]])
    write("bpe", 0, [[1, 4, 4]])
    write("bpe", 0, [[2, 4, 4]], settings={"vocab_size": 16000})
    write("multigranularity", 0, [[4, 4, 4]], settings=guided)
    (board,) = read_boards(tmp_path)
    assert board.entries[0].name == "multigranularity@guide=evahan@members=5"
    assert [c.other.name for c in board.main.comparisons] == ["bpe@vocab_size=16000", "bpe"]
    assert list(headline_remarks(board))[-1].startswith("Entries with another guide or budget")


def test_the_same_run_twice_is_refused(write, tmp_path):
    write("bpe", 0, [[1, 1, 1]])
    second = write("bpe", 0, [[0, 1, 1]])
    with pytest.raises(InputError, match=r"seed 0 of 'bpe' is in .*; keep one") as caught:
        read_boards(tmp_path)
    assert caught.value.path == second


def test_rows_that_do_not_match_are_refused(write, tmp_path):
    write("bpe", 0, [[1, 1, 1]])
    write("unigram", 0, [[1, 1, 1], [1, 1, 1]])
    with pytest.raises(InputError, match="2 rows in the slice 'all', but 1 in"):
        read_boards(tmp_path)


@pytest.mark.parametrize("other", [("bpe", 1), ("unigram", 0)], ids=["seed", "tokenizer"])
def test_another_gold_standard_of_a_row_is_refused(other, write, tmp_path):
    first = write("bpe", 0, [[1, 1, 1], [2, 2, 2]])
    second = write(*other, [[1, 1, 1], [2, 2, 3]])
    with pytest.raises(InputError) as caught:
        read_boards(tmp_path)
    assert str(caught.value) == (
        f"{second}: row 2: 3 gold spans in the slice 'all', but 2 in {first}; "
        "run the task again for both, or check them with `cbs-bench submit`"
    )


def test_a_folder_without_results_is_named(tmp_path):
    with pytest.raises(InputError, match="no results; run `cbs-bench run` first"):
        read_boards(tmp_path)


def test_a_file_that_is_no_result_is_named(tmp_path):
    (tmp_path / "odd.json").write_text("[]")
    with pytest.raises(InputError, match=r"odd\.json: not a result"):
        read_boards(tmp_path)


def test_the_reference_may_be_another_entry(tmp_path, write):
    for name in ("pairs", "character", "bpe"):
        write(name, 0, [[3, 4, 4], [2, 2, 3]])
    (board,) = read_boards(tmp_path)
    assert board.main.comparisons == ()
    (board,) = read_boards(tmp_path, "pairs")
    assert {c.other.name for c in board.main.comparisons} == {"character", "bpe"}
    assert "pairs gains +0.00 %" in to_markdown([board])
    with pytest.raises(InputError, match=r"no result of 'trios'; one of: bpe, character, pairs"):
        read_boards(tmp_path, "trios")


def test_a_result_of_another_budget_takes_no_comparison_away(tmp_path, write):
    short = {"settings": {"budget": {"epochs": 1}}}
    for name in ("multigranularity", "character", "bpe"):
        write(name, 0, [[3, 4, 4], [2, 2, 3]], **short)
    write("character", 0, [[3, 4, 4], [2, 2, 3]], settings={"budget": {"epochs": 2}})
    (board,) = read_boards(tmp_path)
    compared = {c.other.name for c in board.main.comparisons}
    assert compared == {"character@epochs=1", "bpe@epochs=1"}


def test_a_peer_is_named_beside_its_tokenizer_and_left_out_of_the_comparison(tmp_path, write):
    write("multigranularity", 0, [[3, 4, 4]])
    write("bpe", 0, [[2, 4, 4]])
    write("bpe", 0, [[4, 4, 4]], tagger="crf")
    (board,) = read_boards(tmp_path)
    assert [(e.name, e.is_peer) for e in board.entries] == [
        ("crf·bpe", True),
        ("multigranularity", False),
        ("bpe", False),
    ]
    assert [c.other.name for c in board.main.comparisons] == ["bpe"]


@pytest.mark.parametrize(
    "told", [{"models": {"recognizer": "0" * 64}}, {"settings": {"recognizer_sha256": "0" * 64}}]
)
def test_a_given_model_is_no_system_of_others(told, tmp_path, write):
    write("multigranularity", 0, [[3, 4, 4]], models={"recognizer": "1" * 64})
    write("none", 0, [[2, 4, 4]], recognizer="mine", **told)
    (board,) = read_boards(tmp_path)
    assert [(e.name, e.is_peer, e.is_given, e.is_compared) for e in board.entries] == [
        ("multigranularity", False, False, True),
        ("mine", False, True, False),
    ]
    assert board.main.comparisons == ()


def test_who_ran_beside_a_peer_is_a_peer(tmp_path, write):
    models = {"detector": "0" * 64}
    told = {"task": "end_to_end", "detector": "mine", "recognizer": "rapidocr", "models": models}
    write("bpe", 0, [[2, 4, 4]], **told)
    write("multigranularity", 0, [[2, 4, 4]], task="end_to_end", models=models)
    shown = to_markdown(read_boards(tmp_path))
    assert "| detector=mine·recognizer=rapidocr·bpe (peer) |" in shown
    assert "given model" not in shown


def test_a_detector_and_a_recogniser_of_one_name_are_two_entries(tmp_path, write):
    for role in ("detector", "recognizer"):
        write("bpe", 0, [[2, 4, 4]], task="end_to_end", **{role: "mine"})
    (board,) = read_boards(tmp_path)
    names = {entry.name for entry in board.entries}
    assert names == {"detector=mine·bpe", "recognizer=mine·bpe"}


def test_where_nothing_is_to_be_found_nothing_is_gained(tmp_path, write):
    for name in ("multigranularity", "bpe", "character"):
        write(name, 0, [[0, 1, 0], [0, 0, 0]])
    (board,) = read_boards(tmp_path)
    assert board.main.comparisons == ()
    shown = to_markdown([board])
    assert "gain" not in shown.replace("| gain | p |", "")
    assert "0.00" not in shown
    assert "| bpe | – | – | – | – |" in shown
    for row in csv.DictReader(io.StringIO(to_csv([board]))):
        empty = {name for name, value in row.items() if value == ""}
        assert empty >= {"precision", "recall", "f1", "f1_low", "f1_high", "gain", "gain_p"}
        assert row["gold"] == "0"


def test_of_several_setups_the_commonest_is_the_reference(tmp_path, write):
    long, short = ({"settings": {"budget": {"epochs": epochs}}} for epochs in (9, 1))
    write("multigranularity", 0, [[4, 4, 4]], **long)
    write("multigranularity", 0, [[3, 4, 4]], **short)
    for name in ("bpe", "character"):
        write(name, 0, [[2, 4, 4]], **short)
    (board,) = read_boards(tmp_path)
    assert board.main.scores[0].entry.setup == "@epochs=9"
    assert board.main.system.entry.setup == "@epochs=1"
    assert {c.other.tokenizer for c in board.main.comparisons} == {"bpe", "character"}


def test_the_reference_is_not_chosen_by_its_scores(tmp_path, write):
    """Of variants that are alike in setup it is the same one on every slice."""
    for size, right in ((300, 1), (500, 4)):
        settings = {"vocab_size": size}
        write("multigranularity", 0, [[right, 4, 4]], settings=settings)
        write("bpe", 0, [[2, 4, 4]], settings=settings)
    (board,) = read_boards(tmp_path)
    assert board.main.scores[0].entry.name == "multigranularity@vocab_size=500"
    assert board.main.system.entry.name == "multigranularity@vocab_size=300"


@pytest.mark.parametrize(("rows", "said"), [
    (1, "1 row is too few"), (19, "19 rows are too few"), (20, None),
])  # fmt: skip
def test_fewer_than_twenty_rows_are_too_few(rows, said, tmp_path, write):
    write("bpe", 0, [[1, 1, 1]] * rows)
    (board,) = read_boards(tmp_path)
    found = [line for line in headline_remarks(board) if "too few" in line]
    assert [line.partition(" for a bootstrap")[0] for line in found] == ([said] if said else [])


def test_a_single_seed_is_not_drawn_from(tmp_path, write):
    for name in ("multigranularity", "bpe"):
        write(name, 0, [[1, 1, 1]])
    (board,) = read_boards(tmp_path)
    assert caption(board).startswith("1 gold span in 1 row; data ")
    assert "one seed (0); 95 % intervals of a bootstrap over rows (1,000" in caption(board)
    assert "over rows, the same for both; p is corrected" in next(gains(board))
    write("bpe", 1, [[1, 1, 1]])
    (board,) = read_boards(tmp_path)
    assert "of a bootstrap over rows and seeds (1,000" in caption(board)
    assert "the same for both, and over the seeds of each; p is" in next(gains(board))


def test_peers_need_not_have_the_seeds_of_the_others(tmp_path, write):
    for seed in (0, 1):
        write("bpe", seed, [[2, 4, 4]])
    write("bpe", 0, [[4, 4, 4]], tagger="crf")
    (board,) = read_boards(tmp_path)
    assert board.notes == ()


def test_confusions_of_tags_add_up_over_seeds(tmp_path, write):
    write("bpe", 0, [[2, 4, 4]], track={"confusion": {"n": {"v": 2, "n": 5}}})
    write("bpe", 1, [[2, 4, 4]], track={"confusion": {"n": {"v": 1}}})
    (board,) = read_boards(tmp_path)
    assert board.entries[0].confusion == {("n", "v"): 3, ("n", "n"): 5}
    shown = to_markdown([board])
    assert "| n → v | 1.5 |" in shown
    assert "n → n" not in shown


def test_the_words_without_their_tags_are_a_slice(tmp_path, write):
    write("bpe", 0, [[2, 4, 4]], track={"segmentation": [[3, 4, 4]]})
    (board,) = read_boards(tmp_path)
    (words,) = board.parts
    assert words.name == "segmentation"
    assert words.scores[0].means.f1 == pytest.approx(0.75)
