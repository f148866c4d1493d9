"""A process that migrates an empty database and plans a large send; prints the organization's id."""

from __future__ import annotations

import sys

import django

django.setup()

from django.core.management import call_command  # noqa: E402  (models can be imported only after setup)
from django.db import transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from tests.factories import create_cast, create_interviews  # noqa: E402
from yuemian.domain.states import Channel, Purpose  # noqa: E402
from yuemian.interviews.actions.invite import send, summarize  # noqa: E402

call_command("migrate", verbosity=0)
now = timezone.now()
with transaction.atomic():
    cast = create_cast(now=now)
    version = cast.templates[Purpose.INVITATION]
    interviews = create_interviews(cast, int(sys.argv[1]), now=now)
    summary = summarize(interviews, version, Purpose.INVITATION, [Channel.EMAIL], now=now)
    send(cast.recruiter, summary, version, Purpose.INVITATION, now=now)
sys.stdout.write(str(cast.organization.pk))
