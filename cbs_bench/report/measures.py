"""What the measures are called that a task stores beside its counts.

A measure that is not named here is shown under the name that its task gave it.
"""

from __future__ import annotations

from dataclasses import dataclass

PAPER = "Chen et al. (COLING 2025)"


@dataclass(frozen=True, slots=True)
class Measure:
    """How to show one measure.

    Attributes:
        heading: The head of its column.
        is_share: Whether it is a share of one, shown in percent.
        as_in_paper: How the paper computes it, where that is the paper's own metric.
    """

    heading: str
    is_share: bool = True
    as_in_paper: str = ""

    def show(self, value: float) -> str:
        """The value as a table prints it."""
        return f"{100 * value:.2f}" if self.is_share else f"{value:,.3f}"


MEASURES = {
    "paper_f1": Measure("paper F1", as_in_paper="matches words by their first occurrence"),
    "aligned_accuracy": Measure("aligned accuracy"),
    "macro_f1": Measure("paper F1", as_in_paper="averages the F1 of each image"),
    "exact_match": Measure("exact sequences"),
    "edit_distance": Measure("edits a component", is_share=False),
    "ap50": Measure("AP50"),
    "ap50_95": Measure("AP50:95"),
    "top3": Measure("top-3"),
    "top5": Measure("top-5"),
    "macro_accuracy": Measure("macro accuracy"),
    "label_ceiling": Measure("label ceiling"),
    "calibration_error": Measure("calibration error"),
    "tokens_per_glyph": Measure("tokens a glyph", is_share=False),
    "unknown_rate": Measure("unknown"),
    "fertility": Measure("fertility", is_share=False),
    "sequence_length": Measure("tokens a sentence", is_share=False),
    "vocabulary_use": Measure("vocabulary used"),
    "untrained_rate": Measure("untrained tokens"),
    "reversibility": Measure("sentences restored"),
    "unseen_coverage": Measure("unseen graphs kept"),
    "loss_of_f1 detector": Measure("F1 lost by detector"),
    "loss_of_f1 recogniser": Measure("F1 lost by recogniser"),
    "loss_of_f1 segmentation": Measure("F1 lost by segmentation"),
    "loss_of_f1 tagger": Measure("F1 lost by tagger"),
}


def measure(name: str) -> Measure:
    """The measure of a name that a task gave; shown as a plain number where it is not known."""
    return MEASURES.get(name) or Measure(name.replace("_", " "), is_share=False)
