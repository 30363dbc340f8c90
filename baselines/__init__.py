"""Tokenizer baselines, one a file; the file's stem is its name on the command line."""
