"""Templates with their versions and variants, and the blocks of the candidate page."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from yuemian.accounts.models import Branch, Locale, User
from yuemian.domain.results import TOLD_BY_LETTER, Outcome
from yuemian.domain.states import Channel, Purpose
from yuemian.hiring.models import Job, JobFamily
from yuemian.messaging.models.words import choices, one_of
from yuemian.trust.models import TenantModel


class TemplateQuerySet(models.QuerySet["Template"]):
    def visible_to(self, user: User) -> TemplateQuerySet:
        return self.filter(organization_id=user.organization_id)


class Template(TenantModel):
    """Content of one purpose; what is sent is always one of its published versions."""

    engine_may = frozenset({"SELECT"})

    name = models.CharField(max_length=80)
    purpose = models.CharField(max_length=20, choices=choices(Purpose))
    round = models.CharField(max_length=40, blank=True, help_text="初试, 复试 …; empty: any round.")
    outcome = models.CharField(
        max_length=10,
        blank=True,
        default="",
        db_default="",
        choices=choices(Outcome),
        help_text="Of a letter: the only outcome that it may tell.",
    )
    is_archived = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = TemplateQuerySet.as_manager()

    class Meta:
        ordering = ["purpose", "name"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "name"], name="template_name_unique"),
            one_of("purpose", Purpose, "template_purpose_known"),
            models.CheckConstraint(
                condition=models.Q(purpose=Purpose.LETTER, outcome__in=sorted(map(str, TOLD_BY_LETTER)))
                | ~models.Q(purpose=Purpose.LETTER) & models.Q(outcome=""),
                name="template_letter_has_outcome",
            ),
            # What a version's foreign key leans on, and a notice's on that: a letter's class can be read nowhere else.
            models.UniqueConstraint(fields=["id", "outcome"], name="template_with_outcome"),
        ]

    def __str__(self) -> str:
        return self.name


class TemplateVersion(TenantModel):
    """One state of a template's content. Published versions never change; a notification points at one."""

    engine_may = frozenset({"SELECT"})

    template = models.ForeignKey(Template, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    outcome = models.CharField(
        max_length=10,
        blank=True,
        default="",
        db_default="",
        help_text="The template's; the database sees to it.",
    )
    author = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    published_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["template", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["template", "number"], name="template_version_unique"),
            models.UniqueConstraint(
                fields=["template"], condition=models.Q(published_at=None), name="one_draft_per_template"
            ),
            models.UniqueConstraint(fields=["id", "outcome"], name="template_version_with_outcome"),
        ]

    def __str__(self) -> str:
        return f"{self.template_id} v{self.number}"


class TemplateVariant(TenantModel):
    """The text of a version on one channel in one language."""

    engine_may = frozenset({"SELECT"})

    version = models.ForeignKey(TemplateVersion, on_delete=models.CASCADE, related_name="variants")
    channel = models.CharField(max_length=12, choices=choices(Channel))
    locale = models.CharField(max_length=10, choices=Locale.choices)
    subject = models.CharField(max_length=200, blank=True)
    body = models.TextField(max_length=8000)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "channel", "locale"], name="variant_unique")
        ]

    def __str__(self) -> str:
        return f"{self.channel}/{self.locale}"


class BlockKind(models.TextChoices):
    COMPANY = "company", _("About the company")
    VIDEO = "video", _("Video")
    HIGHLIGHTS = "highlights", _("Job highlights")
    TESTIMONIAL = "testimonial", _("Employee testimonial")
    BENEFITS = "benefits", _("Hours and benefits")


class BlockQuerySet(models.QuerySet["Block"]):
    def visible_to(self, user: User) -> BlockQuerySet:
        return self.filter(organization_id=user.organization_id)

    def for_job(self, job: Job) -> BlockQuerySet:
        """What a candidate for this job sees: the organization's, the branch's, the family's, the job's own."""
        everywhere = models.Q(job=None, family=None, branch=None)
        return self.filter(
            everywhere
            | models.Q(job=job)
            | models.Q(family_id=job.family_id)
            | models.Q(branch_id=job.branch_id),
            organization_id=job.organization_id,
        )


class Block(TenantModel):
    """A reusable piece of the candidate page, attached to a job, a family, a branch, or (none set) everywhere."""

    kind = models.CharField(max_length=12, choices=BlockKind.choices)
    job = models.ForeignKey(Job, null=True, blank=True, on_delete=models.CASCADE, related_name="blocks")
    family = models.ForeignKey(
        JobFamily, null=True, blank=True, on_delete=models.CASCADE, related_name="blocks"
    )
    branch = models.ForeignKey(Branch, null=True, blank=True, on_delete=models.CASCADE, related_name="blocks")
    locale = models.CharField(max_length=10, choices=Locale.choices)
    position = models.PositiveSmallIntegerField(default=0)
    title = models.CharField(max_length=80)
    body = models.TextField(max_length=4000, blank=True)
    link = models.URLField(blank=True, help_text="https only; a video opens there, nothing is embedded.")
    by_line = models.CharField(max_length=80, blank=True, help_text="Who says it, for a testimonial.")

    objects = BlockQuerySet.as_manager()

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(job=None, family=None)
                | models.Q(job=None, branch=None)
                | models.Q(family=None, branch=None),
                name="block_has_one_place",
            )
        ]

    def __str__(self) -> str:
        return self.title
