"""Reads one mailbox for as long as it is the only one to: takes what comes, moves it away, waits for more."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import structlog
from django.db import IntegrityError, InterfaceError, OperationalError, connection, connections

from yuemian.channels.base import ChannelError, said
from yuemian.channels.imap import Box, IMAPConfig, MailboxTrouble
from yuemian.intake.actions.take_mail import Arrival, give_up, is_done, take
from yuemian.intake.models import TakenMail
from yuemian.messaging.actions.mailbox import note_begin, note_trouble, note_well
from yuemian.messaging.mailboxes import box_of, open_config
from yuemian.messaging.models import Mailbox
from yuemian.trust.tenancy import acting_in
from yuemian.trust.vault import Unreadable, Vault

log = structlog.get_logger(__name__)

#: What an unreachable or restarting server looks like.
AWAY: Final = (OperationalError, InterfaceError)
#: Seconds. RFC 2177 wants a renewal within 29 minutes; a dead connection is noticed sooner this way.
RENEW: Final = 25 * 60.0
POLL: Final = 60.0
#: After a failure: soon at first, then calmly; what only a person can mend is tried rarely.
RESTS: Final = (5.0, 15.0, 60.0, 300.0)
SETTLED_REST: Final = 300.0
#: Days are compared as the server's clock and zone has them.
ONE_DAY: Final = timedelta(days=1)
#: So often a mail that cannot be taken is tried before a person is told.
_MOST_TRIES: Final = 3


class Reader:
    """One mailbox in one thread. `stop` may be called from any other."""

    def __init__(self, mailbox_id: UUID, organization_id: UUID, version: int) -> None:
        self.mailbox_id, self.organization_id, self.version = mailbox_id, organization_id, version
        self._stopping = threading.Event()
        self._failed: Counter[int] = Counter()
        #: Whether the last session came as far as reading, and whether its last look left something for later.
        self._was_well = self._has_left = False
        self._thread = threading.Thread(target=self.run, name="mailbox", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()

    def join(self, patience: float) -> None:
        self._thread.join(patience)

    @property
    def is_alive(self) -> bool:
        return self._thread.is_alive()

    def run(self) -> None:
        """Until it is to stop. Whoever holds the lock reads; the others stand by."""
        failures = 0
        while not self._stopping.is_set():
            rest, self._was_well = POLL, False
            try:
                with _Lock(self.mailbox_id) as is_mine:
                    if is_mine:
                        self.read_until_stopped()
            except MailboxTrouble as trouble:
                failures = 1 if self._was_well else failures + 1
                rest = SETTLED_REST if trouble.is_settled else RESTS[min(failures, len(RESTS)) - 1]
                self._tell(trouble)
            except ChannelError as trouble:
                rest = SETTLED_REST
                self._tell(trouble)
            except AWAY as error:
                log.warning("database_away", error=type(error).__name__)
                rest = RESTS[0]
            except Exception:
                failures += 1
                log.exception("mailbox_failed", mailbox=str(self.mailbox_id))
                rest = RESTS[min(failures, len(RESTS)) - 1]
            finally:
                connections.close_all()
            self._stopping.wait(rest)

    def read_until_stopped(self) -> None:
        """Raises MailboxTrouble."""
        opened = self._open()
        if opened is None:
            return
        mailbox, config = opened
        with box_of(config) as box:
            with acting_in(self.organization_id):
                note_begin(mailbox, uid_validity=box.uid_validity, uid_next=box.uid_next)
                note_well(mailbox, now=database_time())
            while not self._stopping.is_set():
                self.empty(box, mailbox, config)
                with acting_in(self.organization_id):
                    note_well(mailbox, now=database_time())
                self._was_well = True
                connections.close_all()
                box.wait(POLL if self._has_left else RENEW, POLL, self._stopping.is_set)

    def empty(self, box: Box, mailbox: Mailbox, config: IMAPConfig) -> int:
        """Take everything that is there. Returns how many mails were taken.

        A mail that cannot be moved away keeps none of the others waiting; the trouble is raised in the end.
        """
        done, refusal, self._has_left = 0, None, False
        for uid in box.uids(mailbox.first_uid or 1, mailbox.begun_at.date() - ONE_DAY):
            if self._stopping.is_set():
                break
            outcome, is_new = self._take(box, mailbox, config, uid)
            done += is_new
            if outcome is None:
                continue
            try:
                # After the commit: dying here, the next look finds it taken and only moves it.
                box.move(uid, config.processed if is_done(outcome) else config.unsorted)
            except MailboxTrouble as trouble:
                if not trouble.is_refusal:
                    raise
                refusal = trouble
        if refusal is not None:
            raise refusal
        return done

    def _take(self, box: Box, mailbox: Mailbox, config: IMAPConfig, uid: int) -> tuple[str | None, bool]:
        """What became of it, and whether it became that just now."""
        outcome = self._outcome_of(mailbox, box.uid_validity, uid)
        if outcome is not None:
            return outcome, False
        raw = box.read(uid)
        if raw is None:
            return None, False
        outcome = self._take_once(Arrival(mailbox, box.uid_validity, raw, config.checks_by))
        self._has_left = self._has_left or outcome is None
        return outcome, outcome is not None

    def _outcome_of(self, mailbox: Mailbox, uid_validity: int, uid: int) -> str | None:
        with acting_in(self.organization_id):
            taken = TakenMail.objects.filter(mailbox=mailbox, uid_validity=uid_validity, uid=uid)
            return taken.values_list("outcome", flat=True).first()

    def _take_once(self, arrival: Arrival) -> str | None:
        """A mail that breaks something must not keep the others waiting. None: later."""
        uid = arrival.raw.uid
        try:
            with acting_in(self.organization_id):
                outcome = take(arrival, now=database_time())
        except IntegrityError:
            return None  # another reader has just taken it: the next look says how
        except AWAY:
            raise
        except Exception:
            self._failed[uid] += 1
            log.exception("mail_failed", mailbox=str(self.mailbox_id), count=self._failed[uid])
            if self._failed[uid] < _MOST_TRIES:
                return None
            with acting_in(self.organization_id):
                outcome = give_up(arrival, now=database_time())
        log.info("mail_taken", mailbox=str(self.mailbox_id), outcome=outcome, bytes=len(arrival.raw.data))
        return outcome

    def _open(self) -> tuple[Mailbox, IMAPConfig] | None:
        with acting_in(self.organization_id):
            rows = Mailbox.objects.filter(pk=self.mailbox_id, is_active=True, version=self.version)
            mailbox = rows.select_related("key").first()
            if mailbox is None:
                return None
            try:
                return mailbox, open_config(mailbox, Vault(self.organization_id))
            except Unreadable:
                raise MailboxTrouble(
                    said("The stored settings cannot be read any more; enter them anew."), is_settled=True
                ) from None

    def _tell(self, trouble: ChannelError) -> None:
        log.warning("mailbox_trouble", mailbox=str(self.mailbox_id), error=trouble.sentence)
        try:
            with acting_in(self.organization_id):
                mailbox = Mailbox.objects.filter(pk=self.mailbox_id, version=self.version).first()
                if mailbox is not None:
                    note_trouble(mailbox, trouble, now=database_time())
        except AWAY as error:
            log.warning("database_away", error=type(error).__name__)


class _Lock:
    """Held by a connection of its own for as long as the mailbox is read: one reader among all workers."""

    def __init__(self, mailbox_id: UUID) -> None:
        self._name = f"mailbox {mailbox_id}"
        self._link: Any = None

    def __enter__(self) -> bool:
        self._link = connections.create_connection("default")
        with self._link.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 13))", [self._name])
            return bool(cursor.fetchone()[0])

    def __exit__(self, *_: object) -> None:
        self._link.close()


def database_time() -> datetime:
    """Machines' clocks differ and jump; everything else that is told is told by the database's."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        at: datetime = cursor.fetchone()[0]
    return at
