"""Trains the detector and the recogniser; needs the extra ``train`` (torch)."""
