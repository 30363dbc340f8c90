"""The multi-granularity tokenizer: characters where they are known, components where not."""

from cbs_bench.tokenizer.multigranularity import MultiGranularityTokenizer

__all__ = ["MultiGranularityTokenizer"]
