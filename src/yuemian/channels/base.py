"""The port every provider implements: what goes in, what comes out, and nothing about who is calling."""

from __future__ import annotations

import abc
import dataclasses
import math
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar, Final, Protocol

from yuemian.domain.states import Channel

if TYPE_CHECKING:
    from yuemian.channels.http.network import Network


class ChannelError(Exception):
    """Something about a provider is wrong; the message is a sentence with the remedy.

    A sentence with `%(name)s` takes its values by name, so that pages can say it in another language.
    """

    def __init__(self, sentence: str, **values: object) -> None:
        super().__init__(sentence % values if values else sentence)
        self.sentence, self.values = sentence, values


def said(text: str) -> str:
    """Marks a text that pages show, for the catalogue of translations."""
    return text


class BadAddress(ChannelError, ValueError):  # noqa: N818
    """The address can never be reached on this channel."""


class BadConfig(ChannelError, ValueError):  # noqa: N818
    """The account's settings cannot work."""


class BadSignature(ChannelError):  # noqa: N818
    """A callback was not signed as agreed: nothing of it is believed."""


class BadCallback(ChannelError, ValueError):  # noqa: N818
    """A callback is signed as agreed but cannot be read."""


class Outcome(StrEnum):
    """What became of one message; the engine decides from this word alone."""

    ACCEPTED = "accepted"  # the provider has taken responsibility
    RETRY = "retry"  # certainly not taken; try again later
    THROTTLED = "throttled"  # certainly not taken; slow down first
    TOKEN_EXPIRED = "token_expired"  # noqa: S105 - certainly not taken; renew the credential and repeat at once
    BAD_RECIPIENT = "bad_recipient"  # this address will never work
    NO_CONSENT = "no_consent"  # the person blocked us, opted out or does not follow
    CONTENT_REJECTED = "content_rejected"  # this text will never be taken
    CONFIG = "config"  # the account is wrong: stop sending with it and tell the administrator
    AMBIGUOUS = "ambiguous"  # cut off after handing over: it may have arrived, so never repeat it blindly


DEFINITELY_NOT_SENT = frozenset(Outcome) - {Outcome.ACCEPTED, Outcome.AMBIGUOUS}


class Dedup(StrEnum):
    """How a provider lets us find out about an ambiguous message."""

    KEY = "key"  # it refuses a second message with our key
    LOOKUP = "lookup"  # it can be asked by our key
    NONE = "none"  # neither: a receipt or a person must settle it


class Form(Protocol):
    """Turns one message into the bytes or the page of its medium, prepared once per template version.

    `is_wire_ready` promises CRLF line ends and no line that begins with a dot; else each mail is repaired.
    """

    is_wire_ready: bool

    def mail(self, message: Message, now: datetime) -> bytes: ...

    def html(self, message: Message) -> str: ...


# Message and Receipt are not frozen: thousands a second are made of them, and freezing triples what one costs.
@dataclasses.dataclass(slots=True)
class Message:
    """One message to one person, complete: a provider needs nothing else and asks nobody.

    Nobody changes it but the engine `leave_by`, later and later while the worker lives: read it just before the first
    byte that can have an effect, and when it has passed answer `retry` with the code TOO_LATE.
    """

    delivery_id: str
    key: str  # stable over attempts; what a provider with `dedup` gets
    to: str  # already normalised by this provider
    subject: str
    text: str
    locale: str = "zh-hans"
    to_name: str = ""
    sender: str = ""  # visible From address; empty: the account's own
    sender_name: str = ""
    reply_to: str = ""
    reply_to_name: str = ""
    envelope_from: str = ""  # where bounces go; empty: the sender
    message_id: str = ""
    headers: Mapping[str, str] = dataclasses.field(default_factory=dict)
    slots: Mapping[str, str] = dataclasses.field(default_factory=dict)  # what the form's shell shows
    form: Form | None = None
    leave_by: float = math.inf  # by `leaving_clock`; later another worker may have it

    @property
    def is_late(self) -> bool:
        return leaving_clock() > self.leave_by


def leaving_clock() -> float:
    """Seconds of a clock that goes on while the machine sleeps, where there is one."""
    return time.clock_gettime(_CLOCK)


_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
#: The code of what was not written because `leave_by` had passed; it says nothing about the provider.
TOO_LATE: Final = "too_late"
STOOD_STILL: Final = "This process stood still for too long; another one may have it."


@dataclasses.dataclass(slots=True)
class Receipt:
    """The provider's answer to one message; `detail` never holds a secret and is safe to log."""

    kind: Outcome
    provider_id: str = ""
    retry_after: float | None = None  # seconds
    code: str = ""
    detail: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Limits:
    """`per_second` 0 means the provider names none; `batch` is the most messages one `send` takes."""

    batch: int = 1
    per_second: float = 0.0
    concurrency: int = 1


@dataclasses.dataclass(frozen=True, slots=True)
class Inbound:
    """One callback of a provider exactly as it arrived: signatures are checked on these bytes."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


class EventKind(StrEnum):
    """What a provider reports later, in our words; engagement is an event and never a state."""

    SENT = "sent"
    DELIVERED = "delivered"
    DEFERRED = "deferred"
    BOUNCED = "bounced"
    REJECTED = "rejected"
    OPENED = "opened"
    CLICKED = "clicked"
    COMPLAINED = "complained"
    UNSUBSCRIBED = "unsubscribed"
    REPLIED = "replied"
    UNKNOWN = "unknown"  # kept with its raw form, never dropped


@dataclasses.dataclass(frozen=True, slots=True)
class Event:
    """One receipt or reply; `event_id` makes a repeated callback harmless."""

    kind: EventKind
    event_id: str
    provider_id: str = ""
    delivery_id: str = ""
    recipient: str = ""
    at: datetime | None = None
    code: str = ""
    text: str = ""
    raw: Mapping[str, Any] = dataclasses.field(default_factory=dict)


def setting(
    label: str,
    *,
    help_text: str = "",
    secret: bool = False,
    default: Any = dataclasses.MISSING,
    choices: Sequence[str] = (),
    group: str = "",
    lines: bool = False,
    internal: bool = False,
) -> Any:
    """A field of a provider's Config: it draws the settings form, the documentation and the masking.

    `lines` asks for a field of several lines; `internal` ones are set by us and not shown.
    """
    metadata = {
        "label": label,
        "help": help_text,
        "secret": secret,
        "choices": tuple(choices),
        "group": group,
        "lines": lines,
        "internal": internal,
    }
    if default is dataclasses.MISSING:
        return dataclasses.field(metadata=metadata, repr=not secret)
    return dataclasses.field(metadata=metadata, default=default, repr=not secret)


class Provider(abc.ABC):
    """One way of carrying one channel; an instance belongs to one account and one event loop.

    `dedup` and `limits` may differ between the accounts of a provider: read them from the instance.
    """

    name: ClassVar[str]
    channel: ClassVar[Channel]
    Config: ClassVar[type[Any]]
    dedup: Dedup = Dedup.NONE
    limits: Limits = Limits()
    #: Whether a setting `callback_url` of Config is filled with the address that `events` answers for.
    has_callbacks: ClassVar[bool] = False

    def __init__(self, config: Any, *, network: Network | None = None) -> None:  # noqa: ARG002
        """Raises BadConfig. With `network`, connections go only to addresses that it admits."""
        self.config = config

    @abc.abstractmethod
    async def send(self, messages: Sequence[Message]) -> list[Receipt]:
        """One receipt per message, in order. Never raises for what a provider or network did."""

    @classmethod
    @abc.abstractmethod
    def normalise(cls, address: str) -> str:
        """The one spelling of an address; raises BadAddress with a sentence."""

    def events(self, inbound: Inbound) -> list[Event]:  # noqa: ARG002
        """The events in a callback, after its signature was verified on the raw bytes."""
        raise BadConfig(
            "The provider “%(name)s” has no callbacks; remove the address at the vendor.", name=self.name
        )

    def acknowledgement(self) -> tuple[str, bytes]:
        """Content type and body of the answer that the vendor expects to a callback."""
        return "text/plain", b""

    async def lookup(self, message: Message) -> Receipt | None:  # noqa: ARG002
        """What became of an ambiguous message, or None when the provider cannot say."""
        return None

    async def close(self) -> None:  # noqa: B027 - most providers hold nothing open
        """Give back connections; the instance is not used afterwards."""
