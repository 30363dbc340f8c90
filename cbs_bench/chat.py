"""A language model behind an OpenAI-compatible endpoint, asked over HTTP.

The protocol is that of https://platform.openai.com/docs/api-reference/chat, of which vLLM,
llama.cpp, Ollama and others speak the part used here. Every answer is kept on disk under the
digest of its request, so that a run that was stopped goes on and a second one asks nothing.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from cbs_bench import atomic
from cbs_bench.errors import EndpointError, InputError

KEY = "OPENAI_API_KEY"
"""The environment variable with the key; an endpoint of one's own often needs none."""

ATTEMPTS = 8
TIMEOUT = 120.0
LONGEST_WAIT = 600.0
"""Seconds; an endpoint that asks for more is given up."""

_LOGGER = logging.getLogger(__name__)
_PATH = "/chat/completions"
_REFUSED = (401, 403)
_BUSY = (408, 409, 425, 429)
_JITTER = random.Random()
_SHOWN = 300
"""Bytes of what an endpoint says instead of an answer."""


def cache_folder() -> Path:
    """Where answers are kept: ``cbs_bench/chat`` in the user's folder of caches."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "cbs_bench" / "chat"


@dataclass(frozen=True)
class Chat:
    """One model at one endpoint, at temperature 0.

    Attributes:
        url: The endpoint up to its version, such as ``https://api.openai.com/v1``.
        model: The model's name there.
        key: Sent as bearer token; in no message, no cache and no result.
        cache: Folder of the answers.
        timeout: Seconds until a silent endpoint counts as failed.
        sleep: Waits for a number of seconds.
    """

    url: str
    model: str
    key: str | None = field(default=None, repr=False)
    cache: Path = field(default_factory=cache_folder)
    timeout: float = TIMEOUT
    sleep: Callable[[float], None] = time.sleep

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise InputError(
                f"{self.url!r} is no address of an endpoint",
                remedy="give one such as https://api.openai.com/v1",
            )
        if parts.username or parts.password or parts.query or parts.fragment:
            raise InputError(
                "the address of the endpoint carries more than host, port and path",
                remedy=f"give the key in the environment, as {KEY}",
            )
        if self.key and not (self.key.isascii() and self.key.isprintable()):
            raise InputError(f"{KEY} holds what no key does", remedy="set it to the key alone")

    def ask(self, messages: Sequence[Mapping[str, str]]) -> str:
        """The model's answer, from the cache where it has been given before.

        Args:
            messages: ``role`` and ``content`` of each message so far.

        Returns:
            The text of the answer; empty where the model declines to say anything.

        Raises:
            EndpointError: If the endpoint refuses, or fails until patience ends.
        """
        body = {"model": self.model, "messages": list(messages), "temperature": 0}
        content = json.dumps(body, ensure_ascii=False).encode("utf-8")
        address = self.url.rstrip("/").removesuffix(_PATH) + _PATH
        digest = hashlib.sha256(address.encode("utf-8") + b"\n" + content).hexdigest()
        path = self.cache / digest[:2] / f"{digest}.json"
        answer = _cached(path)
        if answer is None:
            answer = self._fetch(address, content)
            path.parent.mkdir(parents=True, exist_ok=True)
            kept = json.dumps({"answer": answer}, ensure_ascii=False)
            atomic.write_bytes(path, kept.encode("utf-8"))
        return answer

    def _fetch(self, address: str, content: bytes) -> str:
        """Ask until an answer comes; wait twice as long each time, or what the endpoint says."""
        problem = ""
        for attempt in range(ATTEMPTS):
            try:
                return self._post(address, content)
            except _PassingError as error:
                problem, wait = error.problem, error.wait
            if wait is None:
                wait = 2**attempt * _JITTER.uniform(0.75, 1.25)
            if wait > LONGEST_WAIT:
                problem = f"{problem}, and asks to wait {wait:.0f} s"
                break
            if attempt + 1 < ATTEMPTS:
                said = self._without_key(problem)
                _LOGGER.warning("%s: %s; asked again in %.0f s", address, said, wait)
                self.sleep(wait)
        raise EndpointError(
            self._without_key(problem),
            path=address,
            remedy="start the same command later: answers so far are kept",
        )

    def _post(self, address: str, content: bytes) -> str:
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self.key:
            headers["Authorization"] = f"Bearer {self.key}"
        request = Request(address, data=content, headers=headers)  # noqa: S310 - http(s) alone
        try:
            with build_opener(_NoRedirects).open(request, timeout=self.timeout) as response:
                return _answer_in(response.read())
        except HTTPError as error:
            with error:
                raise self._refusal(address, error) from error
        except (OSError, HTTPException) as error:
            raise _PassingError(f"no answer ({getattr(error, 'reason', error)})") from error

    def _refusal(self, address: str, error: HTTPError) -> Exception:
        """What a status other than 2xx means."""
        status = f"status {error.code} {error.reason}"
        if error.code in _REFUSED:
            remedy = f"put the key of this endpoint into {KEY}"
            return EndpointError(f"it refuses the key ({status})", path=address, remedy=remedy)
        said = f"{status} {_beginning_of(error)}".strip()
        if error.code in _BUSY or error.code >= 500:
            return _PassingError(said, _retry_after(error.headers))
        return EndpointError(
            self._without_key(said),
            path=address,
            remedy="check the address and the name of the model",
        )

    def _without_key(self, text: str) -> str:
        """An endpoint may repeat what it was sent."""
        return text.replace(self.key, "…") if self.key else text


class _PassingError(Exception):
    """A failure that may pass; ``wait`` is how long the endpoint asks to wait, in seconds."""

    def __init__(self, problem: str, wait: float | None = None) -> None:
        super().__init__(problem)
        self.problem = problem
        self.wait = wait


class _NoRedirects(HTTPRedirectHandler):
    """Follows nothing: the key is for the host that was named."""

    def redirect_request(self, *_: Any) -> None:
        return None


def _cached(path: Path) -> str | None:
    """An answer kept before; ``None`` where there is none, or one that was damaged."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    answer = kept.get("answer") if isinstance(kept, dict) else None
    return answer if isinstance(answer, str) else None


def _answer_in(content: bytes) -> str:
    """The text of a chat completion; of one in parts, those that are text."""
    try:
        answer = json.loads(content)["choices"][0]["message"].get("content") or ""
        if isinstance(answer, str):
            return answer
        return "".join(part["text"] for part in answer if part["type"] == "text")
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        said = content[:_SHOWN].decode("utf-8", "replace")
        raise _PassingError(f"what it sends is no chat completion: {said}") from error


def _beginning_of(error: HTTPError) -> str:
    """The first words of the page that comes with a status."""
    try:
        return error.read(_SHOWN).decode("utf-8", "replace")
    except (OSError, HTTPException):
        return ""


def _retry_after(headers: Message) -> float | None:
    """Seconds by the header ``Retry-After`` (RFC 9110, 10.2.3): a number or a date."""
    value = headers.get("Retry-After", "").strip()
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())
