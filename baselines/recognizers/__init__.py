"""Recognisers to measure ours against; one a file, which `cbs-bench run --recognizer` names."""
