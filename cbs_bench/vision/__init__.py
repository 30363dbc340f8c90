"""Eyes: find characters on a scan and name them, with small ONNX models on the CPU."""

from cbs_bench.types import Recognition
from cbs_bench.vision.detector import Detector
from cbs_bench.vision.recognizer import Recognizer

__all__ = ["Detector", "Recognition", "Recognizer"]
