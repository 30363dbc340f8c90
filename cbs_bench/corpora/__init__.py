"""Corpora shipped inside the package."""
