"""A company with as many interviews as a benchmark wants, made through the ordinary actions."""

from __future__ import annotations

import gc
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from subprocess import Popen
from typing import Any
from uuid import UUID

from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from yuemian.accounts.actions import create_organization
from yuemian.accounts.models import Branch, Organization, Role, User
from yuemian.channels.http_sms import HTTPSMSConfig
from yuemian.domain.states import Channel, Purpose
from yuemian.hiring.models import Job, JobFamily
from yuemian.interviews.actions.invite import plan_items, send_chosen
from yuemian.interviews.actions.schedule import Appointment, Person, schedule_interviews
from yuemian.interviews.chosen import read_chosen
from yuemian.interviews.models import SUBJECT_KIND
from yuemian.interviews.weighing import Item
from yuemian.messaging.actions.accounts import save_account
from yuemian.messaging.actions.call_off import stop_batch
from yuemian.messaging.actions.plan import Occasion
from yuemian.messaging.models import (
    Batch,
    Delivery,
    ProviderAccount,
    Template,
    TemplateVariant,
    TemplateVersion,
)
from yuemian.trust.tenancy import acting_in

SUBJECT = "【{{ organization_name }}】{{ round_name }}邀请 {{ interview_day }}"
BODY = (
    "{{ candidate_name }}，您好：\n\n感谢您投递**{{ job_title }}**，邀请您参加{{ round_name }}。\n\n"
    "时间：{{ interview_when }}\n地点：{{ place_name }}，{{ place_address }}\n\n请带：\n{{ materials|bullets }}\n\n"
    "请点这里答复：{{ answer_link }}\n\n联系人：{{ contact_name }} {{ contact_phone }}"
)
SHORT_BODY = (
    "【{{ organization_name }}】{{ candidate_name }}您好，邀请您{{ interview_day }}{{ interview_time }}"
    "参加{{ round_name }}，答复：{{ answer_link }}"
)
SLICE = 5000


@dataclass
class Company:
    organization: Organization
    recruiter: User
    version: TemplateVersion
    interviews: list[UUID]
    batch: Batch | None = None

    def invite(self, count: int, channel: Channel = Channel.EMAIL, due_in: timedelta = timedelta(0)) -> None:
        """What pressing "send" does: read, decide, plan, commit."""
        chosen, self.interviews = self.interviews[:count], self.interviews[count:]
        now = timezone.now()
        with acting_in(self.organization.pk):
            self.batch = send_chosen(
                self.recruiter,
                chosen,
                self.version,
                Purpose.INVITATION,
                [channel],
                now=now,
                due_at=now + due_in,
            )

    def skip_canary(self) -> None:
        """All may be claimed at once, which otherwise wait for the first few of a live send."""
        assert self.batch is not None
        with acting_in(self.organization.pk):
            Batch.objects.filter(pk=self.batch.pk).update(canary=0)

    def tell_change(self) -> None:
        """One person hears that an interview of today has moved."""
        chosen, self.interviews = self.interviews[:1], self.interviews[1:]
        now = timezone.now()
        occasion = Occasion(
            organization=self.organization,
            purpose=Purpose.CHANGE,
            version=self.version,
            subject_kind=SUBJECT_KIND,
            due_at=now,
            now=now,
            actor=self.recruiter,
            is_same_day=True,
        )
        with acting_in(self.organization.pk):
            found = read_chosen(self.organization.pk, chosen)
            plan_items(occasion, [Item(one, "zh-hans", [Channel.EMAIL], None) for one in found])

    def stop(self) -> None:
        assert self.batch is not None
        with acting_in(self.organization.pk):
            stop_batch(self.batch, now=timezone.now())

    def is_finished(self) -> bool:
        assert self.batch is not None
        with acting_in(self.organization.pk):
            return Batch.objects.filter(pk=self.batch.pk, state="finished").exists()

    def wait(self, workers: Sequence[Popen[bytes]]) -> None:
        """Asks fifty times a second, past Django: through it the asking alone took 0.05 CPU-s per 1,000."""
        assert self.batch is not None
        with connection.cursor() as cursor:
            raw = cursor.cursor
            state = "SELECT state = 'finished' FROM messaging_batch WHERE id = %s"
            while not raw.execute(state, [self.batch.pk], prepare=True).fetchone()[0]:
                if any(worker.poll() is not None for worker in workers):
                    raise SystemExit("A worker ended; its words are above.")
                time.sleep(0.02)

    def check(self, count: int) -> None:
        with acting_in(self.organization.pk):
            sent = Delivery.objects.filter(batch=self.batch, state="sent").count()
        if sent != count:
            raise SystemExit(f"{sent} of {count} were sent; the figures would be worth nothing.")

    def waits(self) -> dict[str, float]:
        """Seconds from planning to acceptance, once nothing waits any more."""
        while True:
            with acting_in(self.organization.pk):
                mine = Delivery.objects.filter(organization=self.organization)  # the owner's role sees all
                rows = list(mine.values_list("state", "created_at", "sent_at"))
            if all(state == "sent" for state, _, _ in rows):
                break
            time.sleep(0.05)
        waits = sorted((sent - created).total_seconds() for _, created, sent in rows if sent is not None)
        return {
            "p50_seconds": waits[len(waits) // 2],
            "p95_seconds": waits[len(waits) * 95 // 100],
            "longest": waits[-1],
        }


def create_company(count: int, *, sms_gateway: str = "") -> Company:
    """With `sms_gateway`, the address of an HTTP gateway, people have numbers and the company an account there."""
    call_command("migrate", verbosity=0)
    now = timezone.now()
    organization = create_organization(
        Organization(name="星河科技", name_en="Galaxy Tech", is_rehearsal=False), now=now
    )
    with acting_in(organization.pk):
        branch = Branch.objects.create(organization=organization, name="上海总部", name_en="Shanghai")
        recruiter = User.objects.create(
            organization=organization,
            name="林悦",
            email=f"hr-{organization.pk.hex[-8:]}@jobs.example.com",
            role=Role.RECRUITER,
            branch=branch,
            phone="021-55550100",
        )
        version = _publish_invitation(organization, now)
        if sms_gateway:
            _open_gateway(recruiter, sms_gateway)
        ids = _schedule(recruiter, branch, count, has_phones=bool(sms_gateway), now=now)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    # A hundred thousand people of the benchmark's own, which no process of the product holds: the collector would go
    # through them again and again.
    gc.collect()
    gc.freeze()
    return Company(organization, recruiter, version, ids)


def _publish_invitation(organization: Organization, now: datetime) -> TemplateVersion:
    base: dict[str, Any] = {"organization": organization}
    template = Template.objects.create(**base, name="初试邀请", purpose=Purpose.INVITATION)
    version = TemplateVersion.objects.create(**base, template=template, number=1, published_at=now)
    for channel, subject, body in ((Channel.EMAIL, SUBJECT, BODY), (Channel.SMS, "", SHORT_BODY)):
        TemplateVariant.objects.create(
            **base, version=version, channel=channel, locale="zh-hans", subject=subject, body=body
        )
    return version


def _schedule(recruiter: User, branch: Branch, count: int, *, has_phones: bool, now: datetime) -> list[UUID]:
    base: dict[str, Any] = {"organization": recruiter.organization}
    family = JobFamily.objects.create(**base, name="技术")
    job = Job.objects.create(**base, title="后端工程师", family=family, branch=branch)
    appointments = [
        Appointment(
            person=Person(
                name=f"候选人{n}",
                name_key=f"候选人{n}",
                email=f"c{n}@example.com",
                phone=f"+86138{n:08d}" if has_phones else "",
            ),
            job=job,
            branch=branch,
            round="初试",
            starts_at=now + timedelta(days=3, minutes=n % 1440),
            time_zone="Asia/Shanghai",
            recruiter=recruiter,
            place_name="星河大厦 12 层",
            place_address="上海市浦东新区世纪大道 100 号",
            materials="身份证、纸质简历",
            flow="先笔试 30 分钟；后面试 30 分钟",
        )
        for n in range(count)
    ]
    ids: list[UUID] = []
    for start in range(0, count, SLICE):
        ids += schedule_interviews(recruiter, appointments[start : start + SLICE], now=now)
    return ids


def _open_gateway(user: User, address: str) -> None:
    account = ProviderAccount(organization=user.organization, provider="http_sms", name="gateway")
    config = HTTPSMSConfig(url=address, success="code = 0", id_path="id", fields="to = {to}\ntext = {text}")
    save_account(user, account, config, fields=[], now=timezone.now())
