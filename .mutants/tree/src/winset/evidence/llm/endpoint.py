"""The endpoint of a language model: any that speaks OpenAI's chat completions."""

import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlsplit

from winset.errors import WinsetError, shorten
from winset.errors.installing import install_command

KEY, OPENAI_KEY = "WINSET_LLM_KEY", "OPENAI_API_KEY"
MOST_BYTES = 2_000_000  # of an answer
MOST_ERROR_BYTES = 64_000
MOST_TOKENS = 8_000  # of an answer
RETRIES = 2
TIMEOUT = 120.0  # seconds
_SHORTEST_SECRET = 8


class Answers(Protocol):
    """Anything that answers a question with the body of a chat completion."""

    def ask(self, messages: Sequence[Mapping[str, str]]) -> str:
        """Return the body of the answer, as it came.

        Raises:
            WinsetError: when there is none.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelEndpoint:
    """A model at an endpoint. Answers are bounded in size and time, and tries in number.

    Attributes:
        model: as the endpoint calls it.
        url: of the API, such as ``http://localhost:11434/v1``; OpenAI's own, or what
            ``OPENAI_BASE_URL`` says, if empty.
        key: sent with each question; never written anywhere.
        timeout: seconds for a whole answer.
    """

    model: str
    url: str = ""
    key: str = field(default="", repr=False)
    timeout: float = TIMEOUT

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if self.url and (parts.scheme not in ("http", "https") or not parts.hostname):
            raise WinsetError(
                f"endpoint: must be an address such as http://localhost:11434/v1; found "
                f"{shorten(self.url)}"
            )
        if "@" in parts.netloc:
            raise WinsetError(f"endpoint: must be without a password; give the key by {KEY}")
        if not self.url and not self.key:
            raise WinsetError(
                f"a language model: must have a key in the environment, {KEY} or {OPENAI_KEY}, or "
                "an --endpoint that needs none; found neither"
            )

    def ask(self, messages: Sequence[Mapping[str, str]]) -> str:
        """Return the body of the model's answer, unchanged except that the key is blanked out.

        Raises:
            WinsetError: when `openai` is not installed, or no whole answer came.
        """
        openai = _openai()
        begun = time.monotonic()
        try:
            with openai.OpenAI(
                api_key=self.key or "none",
                base_url=self.url or None,
                timeout=self.timeout,
                max_retries=RETRIES,
                http_client=openai.DefaultHttpxClient(
                    timeout=self.timeout, event_hooks={"response": [self._bound]}
                ),
            ) as client:
                body = self._ask(client, messages, openai.BadRequestError)
        except openai.APITimeoutError:
            raise self._error(f"no answer within {self.timeout:g} seconds") from None
        except openai.APIStatusError as error:
            failure = f"HTTP status {error.status_code}: {shorten(error.message, 200)}"
            raise self._error(failure) from None
        except openai.APIConnectionError as error:
            raise self._error(f"no connection ({shorten(error.__cause__ or error)})") from None
        except WinsetError:
            raise
        except Exception as error:  # a broken connection raises errors of its own library
            late = time.monotonic() - begun >= self.timeout
            raise self._error(
                f"no answer within {self.timeout:g} seconds"
                if late
                else f"an answer that broke off ({shorten(error)})"
            ) from None
        return self._without_key(body)

    def _ask(
        self, client: Any, messages: Sequence[Mapping[str, str]], refusal: type[Exception]
    ) -> str:
        """Ask; where the endpoint does not know one of the parameters, ask without it."""
        parameters: dict[str, Any] = {
            "temperature": 0,
            "max_tokens": MOST_TOKENS,
            "response_format": {"type": "json_object"},
        }
        create = client.chat.completions.with_streaming_response.create
        while True:
            try:
                with create(model=self.model, messages=list(messages), **parameters) as response:
                    body = b"".join(_at_most(response.iter_bytes(), MOST_BYTES))
                break
            except refusal as error:
                unknown = next((name for name in parameters if name in str(error)), None)
                if unknown is None:
                    raise
                limit = parameters.pop(unknown)
                if unknown == "max_tokens":
                    parameters["max_completion_tokens"] = limit
        try:
            return body.decode("utf-8")
        except UnicodeDecodeError:
            raise self._error("an answer that is not UTF-8") from None

    def _bound(self, response: Any) -> None:
        """Limit the time of a response, and how much of an error is read."""
        # `openai` brings an HTTP library whose name depends on its version.
        base = sys.modules[type(response).__module__.partition(".")[0]].SyncByteStream
        failed = response.status_code >= 400
        most = MOST_ERROR_BYTES if failed else 2 * MOST_BYTES
        response.stream = _bounded_stream(base)(response.stream, most, self.timeout, failed)

    def _error(self, failure: str) -> WinsetError:
        where = self.url or "OpenAI's endpoint"
        return WinsetError(
            self._without_key(f"{self.model} at {where}: must answer; found {failure}")
        )

    def _without_key(self, text: str) -> str:
        return text.replace(self.key, "[key]") if len(self.key) >= _SHORTEST_SECRET else text


def endpoint(model: str, *, url: str = "", timeout: float = TIMEOUT) -> ModelEndpoint:
    """Return ``model`` at ``url``, with the key that the environment holds.

    ``WINSET_LLM_KEY`` goes to any endpoint, ``OPENAI_API_KEY`` only to OpenAI's own.
    """
    key = os.environ.get(KEY) or ("" if url else os.environ.get(OPENAI_KEY, ""))
    return ModelEndpoint(model=model, url=url, key=key.strip(), timeout=timeout)


def _openai() -> Any:
    try:
        import openai
    except ImportError:
        raise WinsetError(
            f"a language model: needs the package openai; found none; `{install_command('llm')}`"
        ) from None
    return openai


def _at_most(parts: Iterator[bytes], most: int) -> Iterator[bytes]:
    length = 0
    for part in parts:
        length += len(part)
        if length > most:
            raise WinsetError(f"answer: must be at most {most:,} bytes; found more")
        yield part


def _bounded_stream(base: Any) -> Any:
    class Bounded(base):  # type: ignore[misc]
        """A response's bytes, up to a number and a time."""

        def __init__(self, stream: Any, most: int, seconds: float, cut: bool) -> None:
            self.stream, self.most, self.cut = stream, most, cut
            self.end = time.monotonic() + seconds

        def __iter__(self) -> Iterator[bytes]:
            left = self.most
            for part in self.stream:
                if time.monotonic() > self.end:
                    raise TimeoutError("too slow")
                if len(part) > left:
                    if not self.cut:
                        raise WinsetError(
                            f"answer: must be at most {self.most:,} bytes; found more"
                        )
                    yield part[:left]
                    return
                left -= len(part)
                yield part

        def close(self) -> None:
            self.stream.close()

    return Bounded
