"""Make room in a template's texts for something that they cannot say yet, in the words of the shipped ones."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from yuemian.accounts.models import User
from yuemian.messaging.actions.library import Place, Text, save_draft, texts_in
from yuemian.messaging.defaults import shipped_templates
from yuemian.messaging.models import Template


def make_room(user: User, template: Template, names: Iterable[str], *, now: datetime) -> int:
    """In the draft alone, to be read and published by a person. Returns in how many texts something was added."""
    changed = 0
    with transaction.atomic():
        Template.objects.select_for_update().get(pk=template.pk)
        newest = template.versions.order_by("-number").first()
        for place, text in texts_in(newest).items():
            body = text.body
            for name in names:
                if f"{{{{ {name}" not in body:
                    body = _before_the_end(body, _block(template, place, name))
            if body != text.body:
                save_draft(user, template, place, Text(text.subject, body), now=now)
                changed += 1
    return changed


def _block(template: Template, place: Place, name: str) -> str:
    """`{% if offer %} … {% endif %}` with the heading that the shipped letter of this outcome has in that language."""
    for shipped in shipped_templates():
        if (shipped.purpose, shipped.outcome) == (
            template.purpose,
            template.outcome,
        ) and place in shipped.texts:
            found = re.search(rf"{{% if {name} %}}.*?{{% endif %}}", shipped.texts[place].body, re.DOTALL)
            if found:
                return found[0]
    return f"{{% if {name} %}}\n\n{{{{ {name} }}}}\n{{% endif %}}"


def _before_the_end(body: str, block: str) -> str:
    """Before the last paragraph, mostly the signature; at the end where that would fall between an `if` and its end."""
    head, gap, last = body.rstrip().rpartition("\n\n")
    if not gap or head.count("{% if ") != head.count("{% endif %}"):
        return f"{body.rstrip()}\n{block}"
    return f"{head}\n{block}\n\n{last}"
