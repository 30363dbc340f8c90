"""What each kind of plugin promises, one kind a file, and the registry of each."""

from typing import Any

from cbs_bench.interfaces.corpus import (
    BUILDERS,
    BuildOptions,
    CorpusBuilder,
    CorpusInfo,
    ImageRef,
    Record,
    Rejection,
)
from cbs_bench.interfaces.eyes import (
    DETECTORS,
    RECOGNIZERS,
    GlyphDetector,
    GlyphRecognizer,
)
from cbs_bench.interfaces.tagger import (
    NO_TAG,
    TAGGERS,
    WordTagger,
)
from cbs_bench.interfaces.task import (
    NO_TOKENIZER,
    TASKS,
    PredictingTask,
    RunRequest,
    Task,
    TaskInfo,
)
from cbs_bench.interfaces.tokenizer import (
    BASELINES,
    SlipTokenizer,
)
from cbs_bench.registry import Registry

PEERS: dict[str, Registry[Any]] = {
    "detector": DETECTORS,
    "recognizer": RECOGNIZERS,
    "tagger": TAGGERS,
}
"""The roles that a peer may play, and who can."""

__all__ = [
    "BASELINES",
    "BUILDERS",
    "DETECTORS",
    "NO_TAG",
    "NO_TOKENIZER",
    "PEERS",
    "RECOGNIZERS",
    "TAGGERS",
    "TASKS",
    "BuildOptions",
    "CorpusBuilder",
    "CorpusInfo",
    "GlyphDetector",
    "GlyphRecognizer",
    "ImageRef",
    "PredictingTask",
    "Record",
    "Rejection",
    "RunRequest",
    "SlipTokenizer",
    "Task",
    "TaskInfo",
    "WordTagger",
]
