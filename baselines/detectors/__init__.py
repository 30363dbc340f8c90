"""Detectors to measure ours against; one a file, which `cbs-bench run --detector` names."""
