"""Slips drawn by the program: fonts, brush, bamboo, damage; deterministic by seed."""
