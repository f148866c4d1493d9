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
from yuemian.messaging.models.content import (
    Block,
    BlockKind,
    BlockQuerySet,
    Template,
    TemplateQuerySet,
    TemplateVariant,
    TemplateVersion,
)
from yuemian.messaging.models.conversation import Conversation, Medium, Message
from yuemian.messaging.models.links import AccessLink, Visit
from yuemian.messaging.models.mailbox import Mailbox, MailboxQuerySet, MailboxState
from yuemian.messaging.models.sending import (
    Batch,
    BatchQuerySet,
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
    "ChannelDay",
    "ChannelPolicy",
    "ChannelStatistic",
    "Conversation",
    "Delivery",
    "DeliveryEvent",
    "DeliveryQuerySet",
    "EventKind",
    "Health",
    "LabMessage",
    "LabMessageQuerySet",
    "Mailbox",
    "MailboxQuerySet",
    "MailboxState",
    "Medium",
    "Message",
    "Notification",
    "NotificationQuerySet",
    "ProviderAccount",
    "ProviderAccountQuerySet",
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
