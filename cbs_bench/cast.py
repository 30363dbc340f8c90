"""Who takes part in a run of a task: tokenizers, models and taggers, ours and those of others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cbs_bench.errors import InputError
from cbs_bench.interfaces import NO_TOKENIZER, PEERS, TAGGERS, TaskInfo
from cbs_bench.model_card import identity
from cbs_bench.report.board import SYSTEM
from cbs_bench.vision.choice import SHIPPED, model_folder, model_name

VECTORS = "vectors"
"""The role of the glyph vectors that our tagger sees."""

NO_PEER_TAGS = ("end_to_end",)
"""Tasks that train our tagger, though no peer may tag in its place.

They are named here because another field of ``TaskInfo`` would be another source of every task, so
that all results had to be run again.
"""


@dataclass(frozen=True, slots=True)
class Cast:
    """Ours, and the peers that play a role in place of one of ours.

    Attributes:
        task: Name of the task.
        info: What it says of itself.
        peers: Role to the registry name of whoever plays it; for a detector or recogniser also the
            folder of a model.
    """

    task: str
    info: TaskInfo
    peers: Mapping[str, str]

    def shown(self, settings: Mapping[str, Any]) -> dict[str, str]:
        """What a result calls its peers and the models given by their folders.

        Raises:
            InputError: If the task has no such role, or there is no such peer.
        """
        shown: dict[str, str] = {}
        for role, name in self.peers.items():
            if role not in self.info.takes:
                raise InputError(
                    f"task {self.task!r} takes no {role}", remedy=f"leave out --{role}"
                )
            if role == "tagger":
                shown[role] = TAGGERS.load(name).label(name, settings)
                continue
            folder = model_folder(name, PEERS[role])
            if folder is None:
                PEERS[role].load(name)
            shown[role] = name if folder is None else model_name(folder)
        return shown

    def refuse_unused(self, settings: Mapping[str, Any], guide: Path | None) -> None:
        """Refuse what a run would pass over: entries are named by it.

        Args:
            settings: As of a run; ``tokenizers`` among them where they were chosen.
            guide: As of a run.

        Raises:
            InputError: Naming the first option, and who takes none.
        """
        peer = self.peers.get("tagger")
        unused: list[str] = []
        if not self._trains_tokenizers:
            unused.extend(name for name in ("tokenizers", "vocab_size") if name in settings)
        if not self._trains_ours:
            unused.extend(settings.get("budget", {}))
        if guide is not None and ("tagger" not in self.info.takes or peer is not None):
            unused.append("guide")
        if unused:
            who = f"task {self.task!r}" if peer is None else f"tagger {peer!r}"
            option = unused[0].replace("_", "-")
            raise InputError(f"{who} takes no --{option}", remedy="leave it out")

    def models(self, configs: Sequence[str]) -> dict[str, str]:
        """The identity of each model of ours that takes part, by role.

        Args:
            configs: Of the dataset.

        Raises:
            ModelError: If a folder holds no model.
        """
        reads_slips = self.info.reads_slips and "slips" in configs
        found: dict[str, str] = {}
        for role, shipped in SHIPPED.items():
            name = self.peers.get(role)
            folder = shipped if name is None else model_folder(name, PEERS[role])
            if folder is not None and (role in self.info.takes or reads_slips):
                found[role] = identity(folder)
        if self._trains_ours:
            from cbs_bench.nlp import glyph_vectors

            found[VECTORS] = identity(glyph_vectors.SHIPPED)
        return found

    def distinct(self, tokenizers: Sequence[str], seeds: int) -> tuple[Sequence[str], int]:
        """The tokenizers and the number of seeds whose runs differ in more than their names."""
        if self._trains_tokenizers:
            return tokenizers, seeds
        runs_ours = self.info.takes and not self.peers
        return [SYSTEM if runs_ours else NO_TOKENIZER], 1

    @property
    def _trains_tokenizers(self) -> bool:
        """Whether the tokenizers of the request learn and cut."""
        peer = self.peers.get("tagger")
        takes_tokens = peer is None or TAGGERS.load(peer).takes_tokens
        return self.info.compares_tokenizers and takes_tokens

    @property
    def _trains_ours(self) -> bool:
        """Whether our tagger learns and tags."""
        return self.task in NO_PEER_TAGS or (
            "tagger" in self.info.takes and "tagger" not in self.peers
        )
