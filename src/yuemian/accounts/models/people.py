"""Organizations, branches, users and their sessions."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

from django.contrib.auth.hashers import check_password, make_password
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from yuemian.domain.languages import LANGUAGES, is_chinese
from yuemian.domain.retention import LONGEST, SHORTEST, USUAL
from yuemian.trust.audit import Actor
from yuemian.trust.identifiers import uuid7
from yuemian.trust.models import TenantModel

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)


def validate_time_zone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError(
            _("“%(name)s” is not an IANA time zone such as Asia/Shanghai."), params={"name": name}
        )


#: Bounds of how long data of candidates is kept.
_KEPT = (MinValueValidator(SHORTEST), MaxValueValidator(LONGEST))


class Locale(models.TextChoices):
    """Languages of templates and candidate pages, each under its own name."""

    ZH_HANS = "zh-hans", LANGUAGES["zh-hans"]
    ZH_HANT = "zh-hant", LANGUAGES["zh-hant"]
    EN = "en", LANGUAGES["en"]
    JA = "ja", LANGUAGES["ja"]
    KO = "ko", LANGUAGES["ko"]
    FR = "fr", LANGUAGES["fr"]
    DE = "de", LANGUAGES["de"]
    ES = "es", LANGUAGES["es"]
    PT_BR = "pt-br", LANGUAGES["pt-br"]
    RU = "ru", LANGUAGES["ru"]
    AR = "ar", LANGUAGES["ar"]
    VI = "vi", LANGUAGES["vi"]
    TH = "th", LANGUAGES["th"]
    ID = "id", LANGUAGES["id"]


class ConsoleLocale(models.TextChoices):
    """Languages of the console and of what colleagues get; also those that an organization writes in itself."""

    ZH_HANS = "zh-hans", LANGUAGES["zh-hans"]
    EN = "en", LANGUAGES["en"]


class Organization(models.Model):
    """The company. Born in rehearsal: nothing leaves the house until an administrator says so."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80, blank=True)
    logo = models.BinaryField(blank=True, default=b"", help_text="PNG, at most 200 KB, re-encoded on upload.")
    is_rehearsal = models.BooleanField(default=True)
    locale = models.CharField(max_length=10, choices=ConsoleLocale.choices, default=ConsoleLocale.ZH_HANS)
    time_zone = models.CharField(max_length=50, default="Asia/Shanghai", validators=[validate_time_zone])
    mail_from = models.EmailField(blank=True)
    currency = models.CharField(max_length=3, default="CNY", help_text="ISO 4217, of costs and budgets.")
    is_routing_learned = models.BooleanField(
        default=True, help_text="Whether routing may learn from past answers."
    )
    routing_learned_until = models.DateTimeField(
        null=True, editable=False, help_text="Interviews that began before are counted."
    )
    frequency_cap = models.PositiveSmallIntegerField(
        default=4, help_text="Most automatic messages one person gets in 24 hours; 0: no limit."
    )
    is_attendance_asked = models.BooleanField(default=True, help_text="Interviewers are asked who came.")
    #: Minutes before the start; 0: candidates see a video link at once.
    video_link_from = models.PositiveSmallIntegerField(default=60)
    is_direct_answer_allowed = models.BooleanField(
        default=False, help_text="What an interviewer answers to a passed-on question goes out at once."
    )
    retention_days = models.PositiveSmallIntegerField(
        default=USUAL, validators=_KEPT, help_text="Candidates' data goes so long after the last activity."
    )
    retention_looked_at = models.DateTimeField(
        null=True, editable=False, help_text="When the nightly look for what is over took place."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name_in(get_language() or "zh-hans")

    def name_in(self, locale: str) -> str:
        return self.name if is_chinese(locale) else self.name_en or self.name


class BranchQuerySet(models.QuerySet["Branch"]):
    def visible_to(self, user: User) -> BranchQuerySet:
        return self.filter(organization_id=user.organization_id)

    def region_of(self, user: User) -> str:
        """Where numbers without a country code are from: the person's branch, else the company's first one."""
        branch = user.branch or self.visible_to(user).order_by("pk").first()
        return branch.region if branch else Branch._meta.get_field("region").get_default()


class Branch(TenantModel):
    """A legal entity, region or site with its own zone and language."""

    engine_may = frozenset({"SELECT"})

    name = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80, blank=True)
    time_zone = models.CharField(max_length=50, default="Asia/Shanghai", validators=[validate_time_zone])
    locale = models.CharField(max_length=10, choices=Locale.choices, default=Locale.ZH_HANS)
    region = models.CharField(max_length=2, default="CN", help_text="ISO 3166 region of local phone numbers.")
    address = models.CharField(max_length=300, blank=True)
    quiet_from = models.TimeField(default=time(21), help_text="From this hour on nothing leaves by itself …")
    quiet_until = models.TimeField(
        default=time(8), help_text="… until this one, in the candidate's zone; equal: never quiet."
    )
    is_quiet_on_holidays = models.BooleanField(
        default=False, help_text="Automatic messages wait for a workday, make-up days included."
    )
    retention_days = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=_KEPT, help_text="Empty: as long as the organization keeps data."
    )

    objects = BranchQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["organization", "name"], name="branch_name_unique")]

    def __str__(self) -> str:
        return self.name_in(get_language() or "zh-hans")

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def name_in(self, locale: str) -> str:
        return self.name if is_chinese(locale) else self.name_en or self.name


class Role(models.TextChoices):
    ADMINISTRATOR = "administrator", _("Administrator")
    RECRUITER = "recruiter", _("Recruiter")
    HIRING_LEAD = "hiring_lead", _("Hiring lead")
    INTERVIEWER = "interviewer", _("Interviewer")
    PRIVACY_OFFICER = "privacy_officer", _("Privacy officer")
    AUDITOR = "auditor", _("Auditor")


class Permission(models.TextChoices):
    """What a role may do; checked by `User.may` at every view."""

    SEE_INTERVIEWS = "see_interviews"
    EDIT_INTERVIEWS = "edit_interviews"
    SEND = "send"
    IMPORT = "import"
    EDIT_TEMPLATES = "edit_templates"
    EDIT_PLANS = "edit_plans"
    EDIT_SETTINGS = "edit_settings"
    EDIT_USERS = "edit_users"
    READ_AUDIT = "read_audit"
    USE_LAB = "use_lab"
    KEEP_PRIVACY = "keep_privacy"
    SEE_RESULTS = "see_results"  # scorecards of others, decisions, letters
    DECIDE_RESULTS = "decide_results"
    APPROVE_RESULTS = "approve_results"
    EXPORT_RESULTS = "export_results"  # take the list along as a file
    SEE_ONBOARDING = "see_onboarding"  # how far each is; values masked
    HANDLE_ONBOARDING = "handle_onboarding"  # unmask, look at files, send back, complete, export


PERMISSIONS: dict[str, frozenset[Permission]] = {
    # The administrator of a small company also recruits; larger ones give people the narrower roles.
    Role.ADMINISTRATOR: frozenset(Permission),
    Role.RECRUITER: frozenset(
        {
            Permission.SEE_INTERVIEWS,
            Permission.EDIT_INTERVIEWS,
            Permission.SEND,
            Permission.IMPORT,
            Permission.EDIT_TEMPLATES,
            Permission.EDIT_PLANS,
            Permission.USE_LAB,
            Permission.SEE_RESULTS,
            Permission.DECIDE_RESULTS,
            Permission.EXPORT_RESULTS,
            Permission.SEE_ONBOARDING,
            Permission.HANDLE_ONBOARDING,
        }
    ),
    Role.HIRING_LEAD: frozenset(
        {
            Permission.SEE_INTERVIEWS,
            Permission.USE_LAB,
            Permission.SEE_RESULTS,
            Permission.DECIDE_RESULTS,
            Permission.APPROVE_RESULTS,
            Permission.SEE_ONBOARDING,
        }
    ),
    Role.INTERVIEWER: frozenset({Permission.SEE_INTERVIEWS}),
    Role.PRIVACY_OFFICER: frozenset({Permission.KEEP_PRIVACY, Permission.READ_AUDIT}),
    Role.AUDITOR: frozenset({Permission.READ_AUDIT}),
}


class UserQuerySet(models.QuerySet["User"]):
    def visible_to(self, user: User) -> UserQuerySet:
        return self.filter(organization_id=user.organization_id)

    def who_may(self, permission: Permission) -> UserQuerySet:
        """People whose role has the permission and who can sign in."""
        return self.filter(
            is_active=True, role__in=[role for role, given in PERMISSIONS.items() if permission in given]
        )

    def who_may_be_asked(self) -> UserQuerySet:
        """Whom candidates may be named as their contact person."""
        return self.filter(is_active=True, role__in=[Role.RECRUITER, Role.ADMINISTRATOR, Role.HIRING_LEAD])

    def who_may_interview(self) -> UserQuerySet:
        """Everybody who can sign in; auditors only look on."""
        return self.filter(is_active=True).exclude(role=Role.AUDITOR)


class User(TenantModel):
    """Somebody of the company who signs in. The e-mail address is unique across the installation."""

    app_may = frozenset({"SELECT", "INSERT", "UPDATE"})
    engine_may = frozenset({"SELECT"})

    name = models.CharField(max_length=80)
    email = models.EmailField()
    phone = models.CharField(max_length=30, blank=True, help_text="Business number shown to candidates.")
    role = models.CharField(max_length=20, choices=Role.choices)
    branch = models.ForeignKey(Branch, null=True, blank=True, on_delete=models.SET_NULL, related_name="users")
    password = models.CharField(max_length=200, blank=True)
    locale = models.CharField(max_length=10, choices=ConsoleLocale.choices, default=ConsoleLocale.ZH_HANS)
    is_active = models.BooleanField(default=True)
    digest_at = models.TimeField(
        null=True, blank=True, default=time(8, 30), help_text="When the morning digest comes; empty: never."
    )
    is_empty_digest_wanted = models.BooleanField(
        default=False, help_text="The digest also comes when there is nothing to do."
    )
    away_from = models.DateTimeField(null=True, blank=True)
    away_until = models.DateTimeField(null=True, blank=True)
    deputy = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="Gets new conversations meanwhile.",
    )
    is_absence_told = models.BooleanField(
        default=False, help_text="Candidates who write meanwhile are told, once per conversation."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    is_authenticated = True
    is_anonymous = False

    objects = UserQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_unique"),
            models.CheckConstraint(
                condition=models.Q(away_from__isnull=True, away_until__isnull=True)
                | models.Q(
                    away_from__isnull=False,
                    away_until__isnull=False,
                    away_from__lt=models.F("away_until"),
                ),
                name="user_away_from_until",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def may(self, permission: str) -> bool:
        return self.is_active and permission in PERMISSIONS[self.role]

    def is_away(self, now: datetime) -> bool:
        return (
            self.away_from is not None
            and self.away_until is not None
            and self.away_from <= now < self.away_until
        )

    @property
    def actor(self) -> Actor:
        return Actor("user", self.pk)

    def set_password(self, raw: str) -> None:
        self.password = make_password(raw)

    def has_password(self, raw: str) -> bool:
        return bool(self.password) and check_password(raw, self.password)


class SessionQuerySet(models.QuerySet["Session"]):
    def visible_to(self, user: User) -> SessionQuerySet:
        return self.filter(organization_id=user.organization_id, user=user)

    def live(self, now: Any) -> SessionQuerySet:
        return self.filter(ended_at=None, expires_at__gt=now, last_seen_at__gt=now - IDLE)


class Session(TenantModel):
    """A sign-in. Only the token's hash is stored."""

    engine_may = frozenset({"SELECT"})

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sessions")
    token_hash = models.BinaryField(max_length=32, unique=True)
    created_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    user_agent = models.CharField(max_length=200, blank=True)

    objects = SessionQuerySet.as_manager()

    def __str__(self) -> str:
        return f"session of {self.user_id}"


class Nobody:
    """The visitor who has not signed in."""

    is_authenticated = False
    is_anonymous = True
    organization_id: UUID | None = None

    def may(self, permission: str) -> bool:  # noqa: ARG002
        return False
