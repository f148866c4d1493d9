"""A real mailbox on a real server: everything in it is taken once, moved away, and whatever breaks is said."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from django.db import connection, connections
from pytest_django import Settings

from tests.domain.mail_reply.letters import mail
from tests.journeys.conftest import Mailbox as World
from tests.journeys.conftest import free_port
from tests.messaging.engine.conftest import FakeProvider, Story, deliver
from tests.simulators.post_office import DOMAIN, PASSWORD, PostOffice, is_installed, open_post_office
from yuemian.channels.http import Network
from yuemian.channels.imap import Box, IMAPConfig, MailboxTrouble
from yuemian.channels.imap.box import BEGIN, WHOLE
from yuemian.intake.actions import take_mail as taking
from yuemian.intake.mail import reader as reading
from yuemian.intake.mail.reader import Reader, _Lock
from yuemian.intake.mail.service import Mailroom
from yuemian.intake.models import TakenMail, UnsortedMail
from yuemian.messaging.actions.mailbox import note_begin, save_mailbox
from yuemian.messaging.mailbox_form import trouble_of
from yuemian.messaging.mailboxes import addresses_of, box_of, try_out
from yuemian.messaging.models import Delivery, Mailbox, Message
from yuemian.trust.tenancy import acting_in

HERE = Network(["127.0.0.0/8"])


@pytest.fixture(scope="module")
def office() -> Iterator[PostOffice]:
    if not is_installed():
        pytest.skip("no Postfix and Dovecot on this machine: tools/system-packages.sh installs them")
    world = Controller(World(), hostname="127.0.0.1", port=free_port())
    world.start()
    try:
        with open_post_office(world.port) as opened:
            yield opened
    finally:
        world.stop()


@pytest.fixture
def inbox(office: PostOffice) -> PostOffice:
    """Empty again."""
    with Box(config_of(office), HERE) as box:
        for uid in box.uids(1):
            box.move(uid, "Trash")
    return office


@pytest.fixture
def desk(live: Story, inbox: PostOffice, settings: Settings) -> Iterator[Desk]:
    settings.PRIVATE_NETWORKS = ("127.0.0.0/8",)
    desk = Desk(live, inbox)
    desk.reader().look()  # from here on mail is read
    yield desk
    desk.stop()


def config_of(office: PostOffice, **changes: Any) -> IMAPConfig:
    values: dict[str, Any] = {
        "host": "127.0.0.1",
        "port": office.imap,
        "tls": "none",
        "user": "reply",
        "password": PASSWORD,
    }
    return IMAPConfig(**(values | changes))


class OneLook(Reader):
    """Reads what is there, without waiting for more."""

    def look(self) -> None:
        opened = self._open()
        assert opened is not None
        mailbox, config = opened
        with box_of(config) as box:
            with acting_in(self.organization_id):
                note_begin(mailbox, uid_validity=box.uid_validity, uid_next=box.uid_next)
            self.empty(box, mailbox, config)


class Desk:
    """A company with a mailbox at the post office, and an invited candidate."""

    def __init__(self, story: Story, office: PostOffice) -> None:
        self.story, self.office = story, office
        self.mailbox: Mailbox = story.act(self._open)
        self._started: list[Any] = []
        outside = FakeProvider()
        story.invite(1, email="c@example.com")
        deliver(outside)
        (self.invitation,) = outside.sent

    def _open(self) -> Mailbox:
        mailbox = Mailbox(
            reply_pattern=f"reply+{{token}}@{DOMAIN}", bounce_pattern=f"bounce+{{token}}@{DOMAIN}"
        )
        save_mailbox(
            self.story.cast.owner, mailbox, config_of(self.office), fields=["host"], now=self.story.now
        )
        return mailbox

    def reader(self) -> OneLook:
        (version,) = self.story.rows(Mailbox.objects.values_list("version", flat=True))
        return OneLook(self.mailbox.pk, self.story.cast.organization.pk, version)

    @property
    def address(self) -> str:
        (delivery,) = self.story.rows(Delivery.objects.all())
        made = self.story.act(lambda: addresses_of(self.mailbox))
        return str(made.reply_to(delivery.notification_id))

    def send(self, text: str = "可以，到时见", *, to: str = "", **fields: str) -> None:
        made = mail(text, to=to or self.address, return_path="", **fields)
        self.office.send(made, sender="c@example.com", to=to or self.address)

    def deliver(self, made: EmailMessage, to: str) -> None:
        self.office.send(made, sender="c@example.com", to=to)

    def count(self, folder: str, number: int) -> None:
        wait_for(lambda: self.office.folder(folder) == number)

    def messages(self) -> list[Message]:
        return self.story.rows(Message.objects.all())

    def start(self, started: Any) -> None:
        self._started.append(started)
        started.start()

    def stop(self) -> None:
        for started in self._started:
            started.stop()
        for started in self._started:
            if isinstance(started, Reader):
                started.join(20)


def wait_for(is_so: Callable[[], bool], seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def test_what_came_is_taken_and_moved_to_where_it_belongs(desk: Desk) -> None:
    processed, unsorted = desk.office.folder("Processed"), desk.office.folder("Unsorted")
    desk.send()
    desk.send("谁的？", to=f"reply@{DOMAIN}", **{"from": "stranger@example.net", "message_id": "<s@x.cn>"})
    desk.count("INBOX", 2)
    desk.reader().look()
    assert len(desk.messages()) == 1
    assert len(desk.story.rows(UnsortedMail.objects.all())) == 1
    assert [desk.office.folder("INBOX"), desk.office.folder("Processed") - processed] == [0, 1]
    assert desk.office.folder("Unsorted") - unsorted == 1


def test_what_lay_there_before_is_left_alone(live: Story, inbox: PostOffice, settings: Settings) -> None:
    settings.PRIVATE_NETWORKS = ("127.0.0.0/8",)
    inbox.send(mail("private", return_path=""), sender="x@example.net", to=f"jobs@{DOMAIN}")
    wait_for(lambda: inbox.folder() == 1)
    desk = Desk(live, inbox)
    desk.reader().look()
    assert inbox.folder() == 1
    assert desk.story.rows(TakenMail.objects.all()) == []


def test_dying_before_the_mail_is_moved_repeats_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.send()
    desk.count("INBOX", 1)

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Box, "move", die)
        with pytest.raises(KeyboardInterrupt):
            desk.reader().look()
    assert (len(desk.messages()), desk.office.folder()) == (1, 1)
    desk.reader().look()
    assert (len(desk.messages()), desk.office.folder()) == (1, 0)


def test_a_server_that_numbers_anew_makes_nothing_double(desk: Desk) -> None:
    desk.send()
    desk.count("INBOX", 1)
    desk.reader().look()
    desk.story.act(lambda: Mailbox.objects.update(uid_validity=1))
    with Box(config_of(desk.office), HERE) as box:
        box._box.folder.set("Processed")
        newest = max(box.uids(1))
        box.move(newest, "INBOX")
    desk.reader().look()
    assert len(desk.messages()) == 1
    outcomes = {each.outcome for each in desk.story.rows(TakenMail.objects.all())}
    assert outcomes == {"reply", "duplicate"}
    assert desk.office.folder() == 0


def test_what_came_before_the_beginning_stays_even_when_the_server_numbers_anew(desk: Desk) -> None:
    desk.send()
    desk.count("INBOX", 1)
    later = desk.story.now + timedelta(days=3)
    desk.story.act(lambda: Mailbox.objects.update(uid_validity=1, begun_at=later))
    desk.reader().look()
    assert (desk.messages(), desk.office.folder()) == ([], 1)


def test_what_cannot_be_moved_is_taken_once_and_keeps_nobody_waiting(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.send("第一封", message_id="<1@x.cn>")
    desk.send("第二封", message_id="<2@x.cn>")
    desk.count("INBOX", 2)

    def refuse(*_: object) -> None:
        raise MailboxTrouble("The server refuses: %(words)s", words="NO", is_refusal=True)

    monkeypatch.setattr(Box, "move", refuse)
    for _ in range(2):
        with pytest.raises(MailboxTrouble):
            desk.reader().look()
    assert len(desk.messages()) == 2


def test_a_server_that_cannot_move_leaves_nothing_to_be_taken_again(inbox: PostOffice) -> None:
    inbox.send(mail("x", return_path=""), sender="x@example.net", to=f"jobs@{DOMAIN}")
    wait_for(lambda: inbox.folder() == 1)
    before = inbox.folder("Processed")
    with Box(config_of(inbox), HERE) as box:
        client = box._box.client
        client.capabilities = tuple(each for each in client.capabilities if each not in {"MOVE", "UIDPLUS"})
        (uid,) = box.uids(1)
        box.move(uid, "Processed")
        assert box.uids(1) == []
    assert inbox.folder("Processed") == before + 1


def test_a_mail_that_breaks_us_keeps_nobody_waiting(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.send("breaks", message_id="<b@x.cn>")
    desk.count("INBOX", 1)
    desk.send("good", message_id="<g@x.cn>")
    desk.count("INBOX", 2)
    real = taking.take

    def take(arrival: Any, **options: Any) -> str:
        if b"breaks" in arrival.raw.data or b"YnJlYWtz" in arrival.raw.data:
            raise ZeroDivisionError
        return real(arrival, **options)

    monkeypatch.setattr(reading, "take", take)
    reader = desk.reader()
    reader.look()
    assert len(desk.messages()) == 1
    assert desk.office.folder() == 1
    reader.look()
    reader.look()
    assert desk.office.folder() == 0
    (unsorted,) = desk.story.rows(UnsortedMail.objects.all())
    assert unsorted.why == "unreadable"


def test_of_a_very_large_mail_only_the_begin_is_read(desk: Desk) -> None:
    made = mail("简历见附件", to=desk.address, return_path="")
    made.add_attachment(b"x" * WHOLE, maintype="application", subtype="pdf", filename="big.pdf")
    desk.deliver(made, desk.address)
    desk.count("INBOX", 1)
    with Box(config_of(desk.office), HERE) as box:
        raw = box.read(box.uids(1)[-1])
    assert raw is not None
    assert (raw.is_cut, len(raw.data)) == (True, BEGIN)
    desk.reader().look()
    (message,) = desk.messages()
    assert message.attachments_sealed is not None


def test_one_reader_at_a_time(desk: Desk) -> None:
    with _Lock(desk.mailbox.pk) as mine:
        found: list[bool] = []

        def second() -> None:
            with _Lock(desk.mailbox.pk) as theirs:
                found.append(theirs)
            connections.close_all()

        thread = threading.Thread(target=second)
        thread.start()
        thread.join(10)
    assert (mine, found) == (True, [False])


def test_a_mail_is_taken_as_it_comes(desk: Desk) -> None:
    desk.start(Mailroom())
    wait_for(lambda: desk.story.rows(Mailbox.objects.filter(state="ok")) != [])
    desk.send()
    # By IDLE: a poll would take a minute.
    wait_for(lambda: len(desk.messages()) == 1, 40)
    wait_for(lambda: desk.office.folder() == 0)


@pytest.mark.parametrize("tls", ["implicit", "starttls"])
def test_a_mail_is_taken_as_it_comes_over_an_encrypted_connection(desk: Desk, tls: str) -> None:
    office = desk.office
    config = config_of(
        office,
        host="localhost",
        tls=tls,
        port=office.imaps if tls == "implicit" else office.imap,
        ca_file=str(office.authority),
    )

    def encrypt() -> None:
        mailbox = Mailbox.objects.select_related("key").get()
        save_mailbox(desk.story.cast.owner, mailbox, config, fields=["tls"], now=desk.story.now)

    desk.story.act(encrypt)
    desk.start(desk.reader())
    wait_for(lambda: desk.story.rows(Mailbox.objects.filter(state="ok")) != [])
    for number in (1, 2):
        desk.send(f"第{number}封", message_id=f"<{number}@x.cn>")
        wait_for(lambda wanted=number: len(desk.messages()) == wanted, 120)  # type: ignore[misc]


def test_what_is_wrong_is_said_on_the_page(desk: Desk) -> None:
    def break_it() -> None:
        mailbox = Mailbox.objects.select_related("key").get()
        config = config_of(desk.office, password="wrong")
        save_mailbox(desk.story.cast.owner, mailbox, config, fields=["password"], now=desk.story.now)

    desk.story.act(break_it)
    desk.start(desk.reader())
    wait_for(lambda: desk.story.rows(Mailbox.objects.filter(state="failing")) != [])
    (mailbox,) = desk.story.rows(Mailbox.objects.all())
    assert "授权码" in trouble_of(mailbox)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"password": "wrong"}, "user and password"),
        ({"port": 1}, "Nothing answers"),
        ({"host": "no-such-host.invalid"}, "name is unknown"),
        ({"tls": "implicit"}, "encrypted connection"),
        ({"tls": "starttls"}, "certificate is not trusted"),
    ],
)
def test_a_wrong_setting_is_named(
    inbox: PostOffice, settings: Settings, changes: dict[str, Any], words: str
) -> None:
    settings.PRIVATE_NETWORKS = ("127.0.0.0/8",)
    if changes.get("host"):
        changes |= {"tls": "implicit"}
    trouble = try_out(config_of(inbox, **changes))
    assert isinstance(trouble, MailboxTrouble)
    assert words in str(trouble)


def test_an_inside_address_is_refused_unless_it_is_named(inbox: PostOffice, settings: Settings) -> None:
    settings.PRIVATE_NETWORKS = ()
    trouble = try_out(config_of(inbox))
    assert "YUEMIAN_PRIVATE_NETWORKS" in str(trouble)
    settings.PRIVATE_NETWORKS = ("127.0.0.0/8",)
    assert try_out(config_of(inbox)) is None


def test_nobody_reads_a_mailbox_of_another_organization(desk: Desk) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT organization_id FROM list_mailboxes()")
        assert cursor.fetchall() == [(desk.story.cast.organization.pk,)]
        cursor.execute("SELECT count(*) FROM messaging_mailbox")
        assert cursor.fetchone() == (0,)
