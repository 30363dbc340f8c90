"""Scores: exact word spans, detection, calibration, alignment, paired bootstrap."""
