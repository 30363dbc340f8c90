"""Dataset builders, tokenizers and benchmarks for ancient-script NLP."""

__version__ = "0.1.0"
