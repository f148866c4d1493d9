"""Factories with keyword defaults, and the cast that tests tell their stories with."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from yuemian.accounts.actions import create_organization
from yuemian.accounts.middleware import token_hash
from yuemian.accounts.models import Branch, Organization, Role, Session, User
from yuemian.domain.states import Channel, Mode, Purpose
from yuemian.hiring.models import Application, Candidate, Job, JobFamily, Source
from yuemian.interviews.actions.schedule import Appointment, Person, schedule_interviews
from yuemian.interviews.models import Interview
from yuemian.messaging.actions.library import create_published
from yuemian.messaging.defaults import shipped_templates
from yuemian.messaging.models import Template, TemplateVariant, TemplateVersion
from yuemian.trust.identifiers import uuid7
from yuemian.trust.tenancy import enter

PASSWORD = "quiet-river-lantern-42"
#: What the cast has texts for.
TOLD = (Purpose.INVITATION, Purpose.REMINDER, Purpose.CHANGE, Purpose.CANCELLATION, Purpose.ANSWER)
#: Hashed once: Argon2 is slow on purpose.
PASSWORD_HASH = ""


@dataclass
class Cast:
    """One organization and everybody a story needs. `outsider` belongs to another organization."""

    organization: Organization
    shanghai: Branch
    singapore: Branch
    owner: User
    recruiter: User
    lead: User
    interviewer: User
    auditor: User
    backend: Job
    sales: Job
    analyst: Job
    source: Source
    templates: dict[Purpose, TemplateVersion]


def create_user(organization: Organization, role: Role, name: str, **fields: Any) -> User:
    global PASSWORD_HASH  # noqa: PLW0603
    PASSWORD_HASH = PASSWORD_HASH or make_password(PASSWORD)
    email = fields.pop("email", f"{secrets.token_hex(4)}@galaxy.example")
    return User.objects.create(
        organization=organization, role=role, name=name, email=email, password=PASSWORD_HASH, **fields
    )


def create_job(organization: Organization, branch: Branch, title: str, **fields: Any) -> Job:
    family, _ = JobFamily.objects.get_or_create(organization=organization, name=fields.pop("family", "技术"))
    return Job.objects.create(organization=organization, branch=branch, title=title, family=family, **fields)


def create_template(
    organization: Organization, purpose: Purpose, *, now: datetime, name: str = "", **texts: str
) -> TemplateVersion:
    """A published template with e-mail and SMS texts in both languages."""
    return create_templates(organization, [purpose], now=now, name=name, **texts)[purpose]


def create_templates(
    organization: Organization, purposes: Sequence[Purpose], *, now: datetime, name: str = "", **texts: str
) -> dict[Purpose, TemplateVersion]:
    """Three statements for all of them: a cast is created for every other test."""
    subject = texts.get("subject", "{{ organization_name }} {{ job_title }} {{ round_name }}")
    body = texts.get("body", "{{ candidate_name }}，您好！\n\n{{ interview_when }}\n\n{{ answer_link }}")
    templates = Template.objects.bulk_create(
        Template(organization=organization, purpose=purpose, name=name or f"{purpose} 测试")
        for purpose in purposes
    )
    versions = TemplateVersion.objects.bulk_create(
        TemplateVersion(organization=organization, template=template, number=1, published_at=now)
        for template in templates
    )
    TemplateVariant.objects.bulk_create(
        TemplateVariant(
            organization=organization,
            version=version,
            channel=channel,
            locale=locale,
            subject=subject,
            body=body,
        )
        for version in versions
        for channel in (Channel.EMAIL, Channel.SMS)
        for locale in ("zh-hans", "en")
    )
    return dict(zip(purposes, versions, strict=True))


def found(organization: Organization, *, now: datetime) -> Organization:
    """Organizations are founded by the owner's role; the web role may not."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE yuemian_owner")
        create_organization(organization, now=now)
        cursor.execute("SET LOCAL ROLE yuemian_app")
    return organization


def create_cast(*, now: datetime, name: str = "星河科技", **fields: Any) -> Cast:
    organization = found(Organization(name=name, name_en="Galaxy Tech", **fields), now=now)
    enter(organization.pk)
    shanghai = Branch.objects.create(organization=organization, name="上海总部", name_en="Shanghai")
    singapore = Branch.objects.create(
        organization=organization,
        name="新加坡",
        name_en="Singapore",
        time_zone="Asia/Singapore",
        locale="en",
        region="SG",
    )
    recruiter = create_user(organization, Role.RECRUITER, "林悦", branch=shanghai, phone="021-55550100")
    return Cast(
        organization=organization,
        shanghai=shanghai,
        singapore=singapore,
        owner=create_user(organization, Role.ADMINISTRATOR, "管理员"),
        recruiter=recruiter,
        lead=create_user(organization, Role.HIRING_LEAD, "赵主管"),
        interviewer=create_user(organization, Role.INTERVIEWER, "陈默"),
        auditor=create_user(organization, Role.AUDITOR, "审计员"),
        backend=create_job(
            organization, shanghai, "后端工程师", title_en="Backend Engineer", recruiter=recruiter
        ),
        sales=create_job(organization, shanghai, "大客户销售经理", family="销售", recruiter=recruiter),
        analyst=create_job(organization, singapore, "数据分析师", title_en="Data Analyst"),
        source=Source.objects.create(organization=organization, name="BOSS直聘"),
        templates=create_templates(organization, TOLD, now=now),
    )


def install_texts(cast: Cast, *purposes: Purpose, now: datetime) -> None:
    """The shipped texts of purposes that the cast has none for, such as codes and new links."""
    for shipped in shipped_templates():
        if shipped.purpose in purposes:
            create_published(
                cast.organization.pk,
                name=shipped.name,
                purpose=shipped.purpose,
                round_name=shipped.round,
                texts=shipped.texts,
                now=now,
                outcome=shipped.outcome,
            )


def create_interviews(cast: Cast, count: int, *, now: datetime, **fields: Any) -> list[Interview]:
    """Interviews of distinct new candidates, an hour apart from three days on, with e-mail and phone.

    Or of `people`, who are as many as `count`.
    """
    prefix = secrets.token_hex(3)
    newcomers = [
        Person(
            name=fields.get("name", f"候选人{number}"),
            name_key=fields.get("name", f"候选人{number}"),
            email=fields.get("email", f"c{number}.{prefix}@example.com"),
            phone=fields.get("phone", f"+8613800{number:06d}"),
            locale=fields.get("locale", "zh-hans"),
            time_zone=fields.get("candidate_zone", ""),
        )
        for number in range(count)
    ]
    appointments = [
        Appointment(
            person=person,
            job=fields.get("job", cast.backend),
            branch=cast.shanghai,
            round=fields.get("round", "初试"),
            starts_at=fields.get("starts_at", now + timedelta(days=3, minutes=number % 1440)),
            time_zone=fields.get("time_zone", "Asia/Shanghai"),
            recruiter=cast.recruiter,
            source=cast.source,
            mode=fields.get("mode", Mode.ONSITE),
            place_name="星河大厦 12 层",
            place_address="上海市浦东新区世纪大道 100 号",
            materials="身份证、纸质简历",
            flow="先笔试 30 分钟；后面试 30 分钟",
            interviewers=(cast.interviewer,),
        )
        for number, person in enumerate(fields.get("people", newcomers))
    ]
    ids = schedule_interviews(cast.recruiter, appointments, now=now)
    found = {interview.pk: interview for interview in Interview.objects.with_people().filter(pk__in=ids)}
    return [found[pk] for pk in ids]


def backdate(now: datetime) -> None:
    """Whoever came by the machine's clock came by the test's: from then on it counts how long they are kept."""
    for model in (Candidate, Application):
        model.objects.filter(created_at__gt=now).update(created_at=now)


def create_interview(cast: Cast, *, now: datetime, **fields: Any) -> Interview:
    return create_interviews(cast, 1, now=now, **fields)[0]


def sign_in_client(user: User) -> Client:
    """A client with a session cookie, as after signing in."""
    token, now = secrets.token_urlsafe(16), timezone.now()
    Session.objects.create(
        id=uuid7(),
        organization_id=user.organization_id,
        user=user,
        token_hash=token_hash(token),
        created_at=now,
        last_seen_at=now,
        expires_at=now + timedelta(hours=12),
    )
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = token
    return client
