"""Datasets: columns, splits, writing, reading and auditing."""
