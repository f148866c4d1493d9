"""The thread between a candidate and the company, and what a recruiter's inbox keeps beside it."""

from __future__ import annotations

from dataclasses import asdict, fields

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest

from yuemian.accounts.models import Role, User
from yuemian.domain.conversation import NoteKind, Standing, Voice
from yuemian.domain.states import Channel, ConversationState
from yuemian.hiring.models import Application, Job
from yuemian.messaging.models.words import choices, one_of
from yuemian.trust.models import TenantModel


class ConversationQuerySet(models.QuerySet["Conversation"]):
    def visible_to(self, user: User) -> ConversationQuerySet:
        """HR sees all of the company's; what a candidate writes to HR is not for interviewers."""
        mine = self.filter(organization_id=user.organization_id)
        return mine.none() if user.role == Role.INTERVIEWER else mine

    def with_people(self) -> ConversationQuerySet:
        return self.select_related("application__candidate__key", "application__job__family", "assignee")

    def unread_by(self, user: User) -> ConversationQuerySet:
        """The candidate wrote, or the system noted something, after the user last read it; and it is not resolved."""
        newest = Greatest(models.OuterRef("asked_at"), models.OuterRef("noted_at"))
        read = ReadMark.objects.filter(conversation=models.OuterRef("pk"), user=user, read_at__gte=newest)
        said = Q(asked_at__isnull=False) | Q(noted_at__isnull=False)
        unresolved = self.exclude(state=ConversationState.RESOLVED).filter(said)
        return unresolved.filter(~models.Exists(read))


class Conversation(TenantModel):
    """The thread between a candidate and the company about one application. What moves in it: `domain.conversation`."""

    application = models.OneToOneField(Application, on_delete=models.CASCADE, related_name="conversation")
    job = models.ForeignKey(
        Job,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        help_text="The application's, which never changes: so that an inbox of one job is an index away.",
    )
    assignee = models.ForeignKey(
        User,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
        help_text="Who answers; empty: nobody in particular.",
    )
    state = models.CharField(
        max_length=10, choices=choices(ConversationState), default=ConversationState.OPEN
    )
    waiting_since = models.DateTimeField(
        null=True, help_text="Since the first message of the candidate that nobody answered."
    )
    snoozed_until = models.DateTimeField(null=True)
    is_muted = models.BooleanField(
        default=False, help_text="A message of the candidate does not open it again once it is resolved."
    )
    first_asked_at = models.DateTimeField(null=True)
    first_reply_at = models.DateTimeField(
        null=True, help_text="A person's; the system's own lines do not count."
    )
    asked_at = models.DateTimeField(null=True, help_text="The candidate's last message.")
    last_message_at = models.DateTimeField(null=True)
    noted_at = models.DateTimeField(null=True, help_text="The system's last note beside it.")
    ranked_at = models.DateTimeField(null=True, help_text="What the list of its state is sorted by.")
    state_before = models.CharField(
        max_length=10, blank=True, choices=choices(ConversationState), help_text="Before it was resolved."
    )
    waited_since = models.DateTimeField(null=True, help_text="`waiting_since` before it was resolved.")
    is_absence_told = models.BooleanField(
        default=False, help_text="The candidate was told once that the recruiter is away."
    )

    objects = ConversationQuerySet.as_manager()

    class Meta:
        constraints = [
            one_of("state", ConversationState, "conversation_state_known"),
            models.CheckConstraint(
                condition=~Q(state="snoozed") | Q(snoozed_until__isnull=False),
                name="conversation_sleeps_until",
            ),
        ]
        indexes = [
            models.Index(
                fields=["organization", "waiting_since"],
                name="conversation_waiting",
                condition=Q(waiting_since__isnull=False),
            ),
            models.Index(fields=["organization", "state", "ranked_at", "id"], name="conversation_by_state"),
            models.Index(
                fields=["organization", "assignee", "state", "ranked_at", "id"],
                name="conversation_by_assignee",
            ),
            models.Index(
                fields=["organization", "job", "state", "ranked_at", "id"], name="conversation_by_job"
            ),
            models.Index("organization", F("last_message_at").desc(), "id", name="conversation_newest"),
        ]

    def __str__(self) -> str:
        return f"conversation {self.pk}"

    @property
    def standing(self) -> Standing:
        values = {each.name: getattr(self, each.name) for each in fields(Standing)}
        values["state"] = ConversationState(self.state)
        values["state_before"] = ConversationState(self.state_before) if self.state_before else None
        return Standing(**values)

    def take(self, standing: Standing) -> list[str]:
        """Put what moved into the row, unsaved. Returns the names of the fields that changed."""
        new, old = asdict(standing), asdict(self.standing)
        for name, value in new.items():
            setattr(self, name, value)
        self.state_before = standing.state_before or ""
        return [name for name, value in new.items() if value != old[name]]


class Medium(models.TextChoices):
    """Which way a message of a conversation came; but for the page, the names are those of channels."""

    PAGE = "page", "page"
    EMAIL = Channel.EMAIL.value, "email"
    SMS = Channel.SMS.value, "sms"
    WECHAT = Channel.WECHAT.value, "wechat"


class Message(TenantModel):
    """One message of a conversation, from the candidate (author empty) or from a user.

    All that is sealed is so with the candidate's key.
    """

    app_may = frozenset({"SELECT", "INSERT"})
    PLACE = "messaging_message.body"
    SENDER_PLACE = "messaging_message.sender_note"
    ORIGINAL_PLACE = "messaging_message.original"
    ATTACHMENTS_PLACE = "messaging_message.attachments"
    MAIL_ID_PLACE = "messaging_message.mail_id"

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="messages")
    interview_id = models.UUIDField(null=True, help_text="The interview it was asked about.")
    author = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    is_from_candidate = models.BooleanField()
    voice = models.CharField(
        max_length=20,
        choices=choices(Voice),
        default=Voice.COMPANY,
        db_default=Voice.COMPANY.value,
        help_text="As whom the candidate sees it.",
    )
    body_sealed = models.BinaryField()
    channel = models.CharField(
        max_length=12, choices=Medium.choices, default=Medium.PAGE, db_default=Medium.PAGE
    )
    sender_note = models.BinaryField(null=True, help_text="The other address that a mail came from, sealed.")
    original_sealed = models.BinaryField(
        null=True, help_text="The whole text where the body is a part of it."
    )
    attachments_sealed = models.BinaryField(
        null=True, help_text="JSON: names of files that came along and were not taken."
    )
    mail_id_sealed = models.BinaryField(
        null=True, help_text="The mail's Message-ID, for an answer to refer to."
    )
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["created_at"]
        constraints = [
            one_of("voice", Voice, "message_voice_known"),
            models.CheckConstraint(
                condition=models.Q(channel__in=sorted(Medium.values)), name="message_channel_known"
            ),
        ]

    def __str__(self) -> str:
        return f"message {self.pk}"


class Note(TenantModel):
    """What colleagues tell each other beside a conversation, and what the system tells them. No message: nothing that
    candidates see reads this table. Only the system's own has no author."""

    app_may = frozenset({"SELECT", "INSERT"})
    PLACE = "messaging_note.body"

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="notes")
    kind = models.CharField(
        max_length=10,
        choices=choices(NoteKind),
        default=NoteKind.COLLEAGUE,
        db_default=NoteKind.COLLEAGUE.value,
    )
    author = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    body_sealed = models.BinaryField()
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["created_at"]
        constraints = [
            one_of("kind", NoteKind, "note_kind_known"),
            models.CheckConstraint(
                condition=Q(kind="system", author=None) | Q(kind="colleague", author__isnull=False),
                name="note_author_unless_system",
            ),
        ]

    def __str__(self) -> str:
        return f"note {self.pk}"


class ReadMark(TenantModel):
    """Until when a user has read a conversation."""

    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="read_marks", db_index=False
    )
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)
    read_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["conversation", "user"], name="read_mark_once")]

    def __str__(self) -> str:
        return f"read by {self.user_id}"
