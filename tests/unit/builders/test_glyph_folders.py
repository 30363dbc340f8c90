from collections import Counter

from builders.glyph_folders import GlyphFolders
from cbs_bench.interfaces import BuildOptions


def splits_by_class(raw, seed=0):
    builder = GlyphFolders(BuildOptions(seed=seed))
    return Counter((r.row["label"], r.split) for r in builder.records(raw))


def test_every_class_of_three_is_tested_and_none_is_only_tested(tmp_path):
    for size in (1, 2, 3, 4, 30):
        folder = tmp_path / f"class{size}"
        folder.mkdir()
        for number in range(size):
            (folder / f"{number}.png").write_bytes(b"")
    found = splits_by_class(tmp_path)
    sizes = {
        size: tuple(found[f"class{size}", s] for s in ("train", "validation", "test"))
        for size in (1, 2, 3, 4, 30)
    }
    assert sizes == {1: (1, 0, 0), 2: (2, 0, 0), 3: (2, 0, 1), 4: (2, 1, 1), 30: (24, 3, 3)}
