"""One IMAP connection: opened with care, read within bounds, every failure a sentence with its remedy."""

from __future__ import annotations

import imaplib
import io
import re
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from types import TracebackType
from typing import Any, Final, Self

from imap_tools import BaseMailBox
from imap_tools.errors import ImapToolsError, MailboxLoginError

from yuemian.channels.base import ChannelError, said
from yuemian.channels.http.network import Network

from .config import IMAPConfig

#: A mail up to this size is read whole; of a larger one only its begin, where people write.
WHOLE: Final = 3_000_000
BEGIN: Final = 400_000
#: A server that sends more in one piece than we asked for is not to be trusted with our memory.
_LITERAL_CAP: Final = WHOLE + 100_000
#: Mails asked for at once when looking for new ones.
_MOST_UIDS: Final = 5_000
#: How soon a request to stop is noticed while waiting.
_HEARTBEAT: Final = 0.5

imaplib.Commands.setdefault("ID", ("NONAUTH", "AUTH", "SELECTED"))
#: As IMAP spells them, whatever the machine's language.
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SIZE: Final = re.compile(rb"RFC822\.SIZE (\d{1,12})")
_NUMBERS: Final = re.compile(rb"\b(UIDVALIDITY|UIDNEXT)\D{1,3}(\d{1,10})")


_PLAIN: Final[Mapping[type[Exception], str]] = {
    socket.gaierror: said("The server's name is unknown; check its spelling."),
    TimeoutError: said("The server does not answer in time; check name, port and firewall."),
    ConnectionRefusedError: said("Nothing answers at this port; check it."),
}


class MailboxTrouble(ChannelError):  # noqa: N818
    """The mailbox cannot be read; `is_settled` means that only a person can mend it.

    `is_refusal`: the server said no to one thing, and the connection goes on.
    """

    def __init__(
        self, sentence: str, *, is_settled: bool = False, is_refusal: bool = False, **values: object
    ) -> None:
        super().__init__(sentence, **values)
        self.is_settled, self.is_refusal = is_settled, is_refusal


@dataclass(frozen=True, slots=True)
class Raw:
    """A mail's bytes; `is_cut` when only its begin was read."""

    uid: int
    data: bytes
    is_cut: bool = False


class _Client(imaplib.IMAP4):
    """Connects to the address that was checked, and takes no piece larger than it asked for."""

    def __init__(self, config: IMAPConfig, address: str) -> None:
        self._address = address
        self._context = config.tls_context() if config.tls == "implicit" else None
        super().__init__(config.host, config.port, config.timeout)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        link = socket.create_connection((self._address, self.port), timeout)
        # A connection that died unseen would leave mail unread until the next renewal.
        link.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        return self._context.wrap_socket(link, server_hostname=self.host) if self._context else link

    def read(self, size: int) -> bytes:
        if size > _LITERAL_CAP:
            raise self.abort("the server sent more than was asked for")
        return super().read(size)

    def has_words(self) -> bool:
        """Whether more was read along with the last line: the socket tells nothing of it any more."""
        before = self.sock.gettimeout()
        self.sock.settimeout(0)
        try:
            return isinstance(self.file, io.BufferedReader) and bool(self.file.peek(1))
        except OSError:
            return False  # nothing has come yet
        finally:
            self.sock.settimeout(before)


class _MailBox(BaseMailBox):
    """imap-tools over our own client."""

    client: _Client

    def __init__(self, client: _Client) -> None:
        self._made = client
        super().__init__()

    def _get_mailbox_client(self) -> _Client:
        return self._made


class Box:
    """Use as a context manager. Raises MailboxTrouble, also from all its methods."""

    def __init__(self, config: IMAPConfig, network: Network) -> None:
        self._config, self._network = config, network
        self._box: _MailBox
        self.uid_validity = 0
        self.uid_next = 1

    def __enter__(self) -> Self:
        with _understood():
            self._box = _MailBox(_Client(self._config, self._admitted()))
            try:
                self._sign_in()
                self._choose_inbox()
            except BaseException:
                self.close()
                raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        try:
            self._box.logout()
        except (ImapToolsError, imaplib.IMAP4.error, OSError):
            pass
        finally:
            self._shut()

    def _shut(self) -> None:
        with suppress(OSError):
            self._box.client.shutdown()

    # --- opening

    def _admitted(self) -> str:
        """The address that was checked is the one connected to: a name could answer otherwise a second time."""
        config = self._config
        for each in socket.getaddrinfo(config.host, config.port, type=socket.SOCK_STREAM):
            if self._network.admits(str(each[4][0])):
                return str(each[4][0])
        raise MailboxTrouble(
            said(
                "The server's name leads into a private network; name it in YUEMIAN_PRIVATE_NETWORKS if this is meant."
            ),
            is_settled=True,
        )

    def _sign_in(self) -> None:
        config, client = self._config, self._box.client
        if config.tls == "starttls":
            if "STARTTLS" not in client.capabilities:
                raise MailboxTrouble(
                    said("The server offers no STARTTLS; use implicit TLS, mostly on port 993."),
                    is_settled=True,
                )
            client.starttls(config.tls_context())
        is_plain = (config.user + config.password).isascii()
        sign_in = self._box.login if is_plain else self._box.login_utf8
        sign_in(config.user, config.password, initial_folder=None)
        # What the server can do may differ once it knows who asks; NetEase lets nobody in who does not say a name.
        client._get_capabilities()  # noqa: SLF001 - imaplib asks but once
        if "ID" in client.capabilities:
            client.xatom("ID", '("name" "yuemian" "vendor" "yuemian")')

    def _choose_inbox(self) -> None:
        kind, answer = self._box.client.select("INBOX")
        if kind != "OK":
            raise MailboxTrouble(
                said("The server does not open the inbox: %(words)s"), words=_words(answer), is_settled=True
            )
        responses = self._box.client.untagged_responses
        self.uid_validity = _number(responses.get("UIDVALIDITY"))
        self.uid_next = _number(responses.get("UIDNEXT"))
        if not self.uid_validity or not self.uid_next:
            self._ask_numbers()

    def _ask_numbers(self) -> None:
        _, answer = self._box.client.status("INBOX", "(UIDVALIDITY UIDNEXT)")
        found = dict(_NUMBERS.findall(answer[0] if answer and isinstance(answer[0], bytes) else b""))
        self.uid_validity = int(found.get(b"UIDVALIDITY", 0)) or self.uid_validity
        self.uid_next = int(found.get(b"UIDNEXT", 0)) or self.uid_next

    # --- reading

    def uids(self, first: int, since: date | None = None) -> list[int]:
        """What lies in the inbox from this number and day on, the oldest first; not what only waits to be expunged."""
        day = f" SINCE {since.day}-{_MONTHS[since.month - 1]}-{since.year}" if since else ""
        with _understood():
            kind, answer = self._box.client.uid("SEARCH", f"UID {first}:* UNDELETED{day}")
            self._check(kind, answer)
            found = sorted({int(each) for each in (answer[0] or b"").split()}) if answer else []
            # “n:*” names the newest mail even where its number is smaller.
            return [uid for uid in found if uid >= first][:_MOST_UIDS]

    def read(self, uid: int) -> Raw | None:
        """None when somebody else has taken it away meanwhile. The mail stays unread for other programs."""
        with _understood():
            size = self._size(uid)
            if size is None:
                return None
            is_cut = size > WHOLE
            wanted = f"BODY.PEEK[]<0.{BEGIN}>" if is_cut else f"BODY.PEEK[]<0.{_LITERAL_CAP - 1000}>"
            kind, answer = self._box.client.uid("FETCH", str(uid), f"(UID {wanted})")
            self._check(kind, answer)
            data = next((each[1] for each in answer if isinstance(each, tuple)), None)
            return None if data is None else Raw(uid, bytes(data), is_cut)

    def _size(self, uid: int) -> int | None:
        kind, answer = self._box.client.uid("FETCH", str(uid), "(UID RFC822.SIZE)")
        self._check(kind, answer)
        for each in answer:
            match = _SIZE.search(each if isinstance(each, bytes) else b"")
            if match:
                return int(match[1])
        return None

    def move(self, uid: int, folder: str) -> None:
        """Into a folder, which is made when it is not there. Nothing else is expunged on the way."""
        with _understood():
            self._have_folder(folder)
            client = self._box.client
            if "MOVE" in client.capabilities:
                self._box.move(str(uid), folder)
                return
            self._box.copy(str(uid), folder)
            self._check(*client.uid("STORE", str(uid), "+FLAGS.SILENT", r"(\Deleted)"))
            if "UIDPLUS" in client.capabilities:
                self._check(*client.uid("EXPUNGE", str(uid)))

    def _have_folder(self, folder: str) -> None:
        if not self._box.folder.exists(folder):
            self._box.folder.create(folder)

    def check_folders(self) -> None:
        """That both can be used, by making those that are missing."""
        with _understood():
            for folder in (self._config.processed, self._config.unsorted):
                self._have_folder(folder)

    # --- waiting

    def wait(self, seconds: float, poll: float, is_over: Callable[[], bool]) -> None:
        """Until something happened in the inbox, somebody wants to stop, or the time is over.

        By IDLE for as long as `seconds`; a server without it is asked again after `poll`.
        """
        if "IDLE" not in self._box.client.capabilities:
            self._sleep(poll, is_over)
            with _understood():
                self._box.client.noop()
            return
        with _understood():
            self._box.idle.start()  # type: ignore[no-untyped-call]
            end = time.monotonic() + seconds
            # What came in just before may be told in the same breath in which the server agrees to tell.
            is_told = self._box.client.has_words()
            while not is_told and not is_over() and time.monotonic() < end:
                begin = time.monotonic()
                if self._box.idle.poll(timeout=_HEARTBEAT) or time.monotonic() - begin < _HEARTBEAT / 2:
                    break  # an early end without a word is a connection that has closed: `stop` will say so
            self._box.idle.stop()  # type: ignore[no-untyped-call]

    @staticmethod
    def _sleep(seconds: float, is_over: Callable[[], bool]) -> None:
        end = time.monotonic() + seconds
        while not is_over() and time.monotonic() < end:
            time.sleep(min(_HEARTBEAT, seconds))

    @staticmethod
    def _check(kind: str, answer: Any) -> None:
        if kind != "OK":
            raise MailboxTrouble(said("The server refuses: %(words)s"), words=_words(answer), is_refusal=True)


@contextmanager
def _understood() -> Iterator[None]:
    """What went wrong, as a sentence."""
    try:
        yield
    except MailboxTrouble:
        raise
    except ImapToolsError as error:
        raise _refused(error) from None
    except (imaplib.IMAP4.error, OSError) as error:
        raise _broken(error) from None


def _refused(error: ImapToolsError) -> MailboxTrouble:
    words = _words(getattr(error, "command_result", ("", []))[1])
    if isinstance(error, MailboxLoginError):
        return MailboxTrouble(
            said(
                "The server does not let us in; check user and password (many services want an app password): %(words)s"
            ),
            words=words,
            is_settled=True,
        )
    return MailboxTrouble(said("The server refuses: %(words)s"), words=words, is_refusal=True)


def _broken(error: Exception) -> MailboxTrouble:
    if isinstance(error, ssl.SSLCertVerificationError):
        sentence = said("The certificate is not trusted (%(problem)s); check the server's name.")
        return MailboxTrouble(sentence, problem=error.verify_message, is_settled=True)
    if isinstance(error, ssl.SSLError):
        sentence = said(
            "No encrypted connection comes about (%(problem)s); check port and kind of encryption."
        )
        return MailboxTrouble(sentence, problem=error.reason or "TLS")
    for kind, known in _PLAIN.items():
        if isinstance(error, kind):
            return MailboxTrouble(known)
    if isinstance(error, imaplib.IMAP4.error) and not isinstance(error, imaplib.IMAP4.abort):
        return MailboxTrouble(said("The server refuses: %(words)s"), words=str(error)[:160])
    problem = type(error).__name__ if isinstance(error, OSError) else str(error)[:120]
    return MailboxTrouble(said("The connection broke: %(problem)s"), problem=problem)


def _words(answer: Any) -> str:
    """A server's own words, short and printable; addresses are cut out."""
    first = answer[0] if isinstance(answer, list) and answer else answer
    text = first.decode("utf-8", "replace") if isinstance(first, bytes) else str(first or "")
    text = "".join(letter if letter.isprintable() else " " for letter in text)
    return re.sub(r"[^\s<>@]+@[^\s<>@]+", "<address>", " ".join(text.split()))[:160]


def _number(values: Any) -> int:
    found = values[0] if isinstance(values, list) and values else None
    return int(found) if isinstance(found, bytes) and found.isdigit() else 0
