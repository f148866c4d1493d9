"""A company with as many interviews as a benchmark wants, made through the ordinary actions."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.core.management import call_command
from django.utils import timezone

from yuemian.accounts.actions import create_organization
from yuemian.accounts.models import Branch, Organization, Role, User
from yuemian.domain.states import Channel, Purpose
from yuemian.hiring.models import Job, JobFamily
from yuemian.interviews.actions.invite import send_chosen
from yuemian.interviews.actions.schedule import Appointment, Person, schedule_interviews
from yuemian.messaging.models import Batch, Delivery, Template, TemplateVariant, TemplateVersion
from yuemian.trust.tenancy import acting_in

SUBJECT = "【{{ organization_name }}】{{ round_name }}邀请 {{ interview_day }}"
BODY = (
    "{{ candidate_name }}，您好：\n\n感谢您投递**{{ job_title }}**，邀请您参加{{ round_name }}。\n\n"
    "时间：{{ interview_when }}\n地点：{{ place_name }}，{{ place_address }}\n\n请带：\n{{ materials|bullets }}\n\n"
    "请点这里答复：{{ answer_link }}\n\n联系人：{{ contact_name }} {{ contact_phone }}"
)


@dataclass
class Company:
    organization: Organization
    recruiter: User
    version: TemplateVersion
    interviews: list[UUID]
    batch: Batch | None = None

    def invite(self, count: int) -> None:
        """What pressing "send" does: read, decide, plan, commit."""
        chosen, self.interviews = self.interviews[:count], self.interviews[count:]
        now = timezone.now()
        with acting_in(self.organization.pk):
            self.batch = send_chosen(
                self.recruiter, chosen, self.version, Purpose.INVITATION, [Channel.EMAIL], now=now
            )

    def wait(self) -> None:
        assert self.batch is not None
        while True:
            with acting_in(self.organization.pk):
                if Batch.objects.filter(pk=self.batch.pk, state="finished").exists():
                    return
            time.sleep(0.02)

    def check(self, count: int) -> None:
        with acting_in(self.organization.pk):
            sent = Delivery.objects.filter(batch=self.batch, state="sent").count()
        if sent != count:
            raise SystemExit(f"{sent} of {count} were sent; the figures would be worth nothing.")


def create_company(count: int) -> Company:
    call_command("migrate", verbosity=0)
    now = timezone.now()
    organization = create_organization(
        Organization(name="星河科技", name_en="Galaxy Tech", is_rehearsal=False), now=now
    )
    with acting_in(organization.pk):
        base: dict[str, Any] = {"organization": organization}
        branch = Branch.objects.create(**base, name="上海总部", name_en="Shanghai")
        recruiter = User.objects.create(
            **base,
            name="林悦",
            email="hr@jobs.example.com",
            role=Role.RECRUITER,
            branch=branch,
            phone="021-55550100",
        )
        family = JobFamily.objects.create(**base, name="技术")
        job = Job.objects.create(**base, title="后端工程师", family=family, branch=branch)
        template = Template.objects.create(**base, name="初试邀请", purpose=Purpose.INVITATION)
        version = TemplateVersion.objects.create(**base, template=template, number=1, published_at=now)
        TemplateVariant.objects.create(
            **base, version=version, channel=Channel.EMAIL, locale="zh-hans", subject=SUBJECT, body=BODY
        )
        appointments = [
            Appointment(
                person=Person(name=f"候选人{n}", name_key=f"候选人{n}", email=f"c{n}@example.com"),
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
            for n in range(count + 10)
        ]
        ids = schedule_interviews(recruiter, appointments, now=now)
    return Company(organization, recruiter, version, list(ids))
