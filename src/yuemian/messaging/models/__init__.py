"""Templates, blocks, batches, notifications, deliveries and their events, accounts, links, conversations."""

from __future__ import annotations

from yuemian.messaging.models.accounts import (
    ChannelDay,
    ChannelPolicy,
    ChannelStatistic,
    Health,
    ProviderAccount,
    ProviderAccountQuerySet,
    StrayReport,
    WorkerLife,
)
from yuemian.messaging.models.batches import Batch, BatchQuerySet, SharedSnapshot
from yuemian.messaging.models.challenge import Challenge
from yuemian.messaging.models.content import (
    Block,
    BlockKind,
    BlockQuerySet,
    Template,
    TemplateQuerySet,
    TemplateVariant,
    TemplateVersion,
)
from yuemian.messaging.models.conversation import (
    Conversation,
    ConversationQuerySet,
    Medium,
    Message,
    Note,
    ReadMark,
)
from yuemian.messaging.models.inbox import (
    Consultation,
    ConsultationQuerySet,
    FaqEntry,
    FaqEntryQuerySet,
    SavedReply,
    SavedReplyQuerySet,
)
from yuemian.messaging.models.links import AccessLink, Visit
from yuemian.messaging.models.mailbox import Mailbox, MailboxQuerySet, MailboxState
from yuemian.messaging.models.sending import (
    Delivery,
    DeliveryEvent,
    DeliveryQuerySet,
    EventKind,
    LabMessage,
    LabMessageQuerySet,
    Notification,
    NotificationQuerySet,
)
from yuemian.messaging.models.words import choices, one_of

__all__ = [
    "AccessLink",
    "Batch",
    "BatchQuerySet",
    "Block",
    "BlockKind",
    "BlockQuerySet",
    "Challenge",
    "ChannelDay",
    "ChannelPolicy",
    "ChannelStatistic",
    "Consultation",
    "ConsultationQuerySet",
    "Conversation",
    "ConversationQuerySet",
    "Delivery",
    "DeliveryEvent",
    "DeliveryQuerySet",
    "EventKind",
    "FaqEntry",
    "FaqEntryQuerySet",
    "Health",
    "LabMessage",
    "LabMessageQuerySet",
    "Mailbox",
    "MailboxQuerySet",
    "MailboxState",
    "Medium",
    "Message",
    "Note",
    "Notification",
    "NotificationQuerySet",
    "ProviderAccount",
    "ProviderAccountQuerySet",
    "ReadMark",
    "SavedReply",
    "SavedReplyQuerySet",
    "SharedSnapshot",
    "StrayReport",
    "Template",
    "TemplateQuerySet",
    "TemplateVariant",
    "TemplateVersion",
    "Visit",
    "WorkerLife",
    "choices",
    "one_of",
]
