"""Asking a model over HTTP: patience, memory, and what is given up at once."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from cbs_bench.chat import ATTEMPTS, Chat
from cbs_bench.errors import EndpointError, InputError

QUESTION = [{"role": "user", "content": '["道"]'}]


@pytest.fixture
def waits():
    return []


@pytest.fixture
def chat(endpoint, waits):
    return Chat(endpoint.url, "small", timeout=5, sleep=waits.append)


def test_an_answer_is_kept(chat, endpoint, waits):
    endpoint.replies.append("道")
    assert [chat.ask(QUESTION) for _ in range(3)] == ["道"] * 3
    assert len(endpoint.asked) == 1
    assert waits == []


def test_what_differs_is_asked(chat, endpoint):
    endpoint.replies.extend("abc")
    other = Chat(endpoint.url, "large")
    more = [*QUESTION, {"role": "assistant", "content": "?"}]
    assert [chat.ask(QUESTION), other.ask(QUESTION), chat.ask(more)] == ["a", "b", "c"]


def test_a_damaged_answer_is_asked_again(chat, endpoint):
    chat.ask(QUESTION)
    (kept,) = chat.cache.rglob("*.json")
    for content in ("", "{", "[]", '{"answer": 7}'):
        kept.write_text(content)
        endpoint.replies.append("again")
        assert chat.ask(QUESTION) == "again"


@pytest.mark.parametrize("url", ["{}", "{}/", "{}/chat/completions"])
def test_the_address_may_be_written_out(url, endpoint):
    Chat(url.format(endpoint.url), "small").ask(QUESTION)
    assert endpoint.asked[0][0] == "/v1/chat/completions"


def test_too_many_requests_wait_as_long_as_the_endpoint_says(chat, endpoint, waits):
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=30))
    for headers in ({"Retry-After": "7"}, {"Retry-After": later}, {"Retry-After": "soon"}, {}):
        endpoint.replies.append((429, headers, "slow down"))
    endpoint.replies.append("yes")
    assert chat.ask(QUESTION) == "yes"
    assert waits[0] == 7
    assert 25 < waits[1] <= 30
    assert 3 <= waits[2] <= 5 and 6 <= waits[3] <= 10  # 4 and 8 seconds, more or less


def test_faults_of_the_server_wait_twice_as_long_each_time(chat, endpoint, waits):
    endpoint.replies.extend([(500, {}, ""), (503, {}, ""), (200, {}, "{"), (200, {}, "[]"), "yes"])
    assert chat.ask(QUESTION) == "yes"
    assert [0.75 * 2**n <= wait <= 1.25 * 2**n for n, wait in enumerate(waits)] == [True] * 4


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        ((500, {}, "oh"), "status 500 Internal Server Error oh; start the same command later"),
        (
            (429, {"Retry-After": "0"}, '{"error": "no quota"}'),
            'status 429 .* {"error": "no quota"};',
        ),
        ((200, {}, "<html>"), "no chat completion: <html>; start the same command later"),
        ((200, {}, '{"error": {"message": "overloaded"}}'), "no chat completion: .*overloaded"),
        ((200, {}, 'data: {"choices": [{"delta": {}}]}'), "no chat completion"),
        ((200, {}, '{"choices": []}'), "no chat completion"),
        ((200, {}, '{"choices": [{"message": {"content": [7]}}]}'), "no chat completion"),
        ((200, {}, '{"choices": [{"message": null}]}'), "no chat completion"),
    ],
)
def test_patience_ends(chat, endpoint, waits, reply, message):
    endpoint.replies.extend([reply] * 99)
    with pytest.raises(EndpointError, match=message) as caught:
        chat.ask(QUESTION)
    assert str(caught.value).startswith(f"{endpoint.url}/chat/completions: ")
    assert len(endpoint.asked) == ATTEMPTS == len(waits) + 1
    assert not list(chat.cache.rglob("*.json"))


def test_an_endpoint_that_asks_for_an_hour_is_given_up(chat, endpoint, waits):
    endpoint.replies.append((429, {"Retry-After": "3600"}, ""))
    with pytest.raises(EndpointError, match="asks to wait 3600 s"):
        chat.ask(QUESTION)
    assert waits == []


def test_a_silent_endpoint_is_asked_again(endpoint, waits, monkeypatch):
    reply = endpoint.reply

    def slow(body):
        time.sleep(0.5 if len(endpoint.asked) == 1 else 0)
        return reply(body)

    monkeypatch.setattr(endpoint, "reply", slow)
    assert Chat(endpoint.url, "small", timeout=0.2, sleep=waits.append).ask(QUESTION)
    assert len(waits) == 1


def test_nobody_there_is_one_line(waits, tmp_path):
    chat = Chat("http://127.0.0.1:9/v1", "small", cache=tmp_path, sleep=waits.append)
    with pytest.raises(EndpointError, match=r"no answer \(.*refused.*\); start") as caught:
        chat.ask(QUESTION)
    assert "\n" not in str(caught.value)


def test_each_wait_is_told(chat, endpoint, caplog):
    endpoint.replies.extend([(503, {"Retry-After": "3"}, "busy"), "道"])
    assert chat.ask(QUESTION) == "道"
    assert [record.getMessage() for record in caplog.records] == [
        f"{endpoint.url}/chat/completions: status 503 Service Unavailable busy; asked again in 3 s"
    ]


@pytest.mark.parametrize("status", [401, 403])
def test_without_a_key_it_says_where_to_put_one(chat, endpoint, status):
    endpoint.replies.append((status, {}, "who are you?"))
    with pytest.raises(EndpointError, match="put the key of this endpoint into OPENAI_API_KEY"):
        chat.ask(QUESTION)
    assert "Authorization" not in endpoint.asked[0][1]


def test_the_key_does_not_follow_elsewhere(endpoint, serving, tmp_path):
    with serving(tmp_path / "other") as elsewhere:
        address = f"{elsewhere.url}/chat/completions"
        endpoint.replies.append((307, {"Location": address}, ""))
        with pytest.raises(EndpointError, match="status 307"):
            Chat(endpoint.url, "small", "sk-secret", tmp_path).ask(QUESTION)
        endpoint.replies.append((302, {"Location": address}, ""))
        with pytest.raises(EndpointError, match="status 302"):
            Chat(endpoint.url, "small", "sk-secret", tmp_path).ask(QUESTION)
        assert elsewhere.asked == []


def test_declining_to_answer_is_an_empty_answer(chat, endpoint):
    endpoint.replies.append((200, {}, '{"choices": [{"message": {"content": null}}]}'))
    assert chat.ask(QUESTION) == ""


def completion(message, **more):
    """A page with all that endpoints send besides, most of it null."""
    message = {"role": "assistant", "refusal": None, "tool_calls": None, **message}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop", **more}
    return (200, {}, json.dumps({"id": "x", "choices": [choice], "usage": {"total_tokens": 9}}))


@pytest.mark.parametrize(
    "content",
    [
        '["B-n"]',
        [{"type": "thinking", "thinking": "?"}, {"type": "text", "text": '["B-n"]'}],
        [{"type": "text", "text": '["B'}, {"type": "text", "text": '-n"]'}],
    ],
)
def test_of_all_that_is_sent_the_text_is_the_answer(chat, endpoint, content):
    endpoint.replies.append(completion({"content": content, "reasoning_content": "hm"}))
    assert chat.ask(QUESTION) == '["B-n"]'


def test_calling_a_tool_is_an_empty_answer(chat, endpoint):
    calls = [{"type": "function", "function": {"name": "tag", "arguments": "{}"}}]
    endpoint.replies.append(completion({"content": None, "tool_calls": calls}))
    assert chat.ask(QUESTION) == ""


def test_an_answer_cut_short_is_kept_as_it_is(chat, endpoint):
    endpoint.replies.append(completion({"content": '["B-n", "I'}, finish_reason="length"))
    assert [chat.ask(QUESTION), chat.ask(QUESTION)] == ['["B-n", "I'] * 2


def test_no_secret_is_shown(endpoint):
    assert "sk-secret" not in repr(Chat(endpoint.url, "small", "sk-secret"))
    with pytest.raises(InputError, match="OPENAI_API_KEY holds what no key does") as caught:
        Chat(endpoint.url, "small", "sk-secret\nX-Header: 1")
    assert "sk-secret" not in str(caught.value)
    with pytest.raises(InputError, match="give the key in the environment") as caught:
        Chat("https://me:sk-secret@host/v1", "small")
    assert "sk-secret" not in str(caught.value)


@pytest.mark.parametrize("url", ["host/v1", "file:///etc/passwd", "https://", "ftp://host/v1"])
def test_what_is_no_address_is_named(url):
    with pytest.raises(InputError, match="no address of an endpoint; give one such as"):
        Chat(url, "small")
