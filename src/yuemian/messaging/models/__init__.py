"""Templates, blocks, batches, notifications, deliveries and their events, links, conversations."""

from __future__ import annotations

from yuemian.messaging.models.content import (
    Block,
    BlockKind,
    BlockQuerySet,
    Template,
    TemplateQuerySet,
    TemplateVariant,
    TemplateVersion,
)
from yuemian.messaging.models.conversation import Conversation, Message
from yuemian.messaging.models.links import AccessLink, Visit
from yuemian.messaging.models.sending import (
    Batch,
    BatchQuerySet,
    Delivery,
    DeliveryEvent,
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
    "Conversation",
    "Delivery",
    "DeliveryEvent",
    "EventKind",
    "LabMessage",
    "LabMessageQuerySet",
    "Message",
    "Notification",
    "NotificationQuerySet",
    "Template",
    "TemplateQuerySet",
    "TemplateVariant",
    "TemplateVersion",
    "Visit",
    "choices",
    "one_of",
]
