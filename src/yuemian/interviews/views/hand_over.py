"""The page that hands a colleague's work to others, as when somebody leaves the company."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from yuemian.accounts.guards import SignedInRequest, requires
from yuemian.accounts.models import Permission, User
from yuemian.interviews.actions.hand_over import Work, hand_over, work_of


class HandOverForm(forms.Form):
    """To whom; only what there is to hand over is asked."""

    contact = forms.ModelChoiceField(
        label=gettext_lazy("Contact person from now on"),
        queryset=User.objects.none(),
        required=False,
        empty_label=gettext_lazy("Leave as it is"),
        help_text=gettext_lazy("Candidates see the name and the business number."),
    )
    interviewer = forms.ModelChoiceField(
        label=gettext_lazy("Interviewer from now on"),
        queryset=User.objects.none(),
        required=False,
        empty_label=gettext_lazy("Leave as it is"),
        help_text=gettext_lazy("Calendars are not asked: look at the times afterwards."),
    )

    def __init__(self, *args: Any, editor: User, person: User, work: Work, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = User.objects.visible_to(editor).exclude(pk=person.pk).order_by("name")
        asked = {"contact": others.who_may_be_asked(), "interviewer": others.who_may_interview()}
        for name, people in asked.items():
            self.fields[name].queryset = people  # type: ignore[attr-defined]
        if not (work.interviews or work.conversations or work.jobs):
            del self.fields["contact"]
        if not work.seats:
            del self.fields["interviewer"]

    def clean(self) -> dict[str, Any]:
        chosen = super().clean() or {}
        if not self.errors and not any(chosen.values()):
            raise forms.ValidationError(_("Choose who takes it over."))
        return chosen


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_USERS)
def show(request: SignedInRequest, user_id: UUID) -> HttpResponse:
    person = get_object_or_404(User.objects.visible_to(request.user), pk=user_id)
    now = timezone.now()
    work = work_of(request.user, person, now=now)
    posted = request.POST if request.method == "POST" else None
    form = HandOverForm(posted, editor=request.user, person=person, work=work)
    if posted is not None and work and form.is_valid():
        hand_over(
            request.user,
            person,
            contact=form.cleaned_data.get("contact"),
            interviewer=form.cleaned_data.get("interviewer"),
            now=now,
        )
        messages.success(request, _("Handed over. Nothing was sent."))
        return HttpResponseRedirect(reverse("user-hand-over", args=[person.pk]))
    status = 422 if work and form.errors else 200
    context = {"person": person, "work": work, "form": form}
    return render(request, "interviews/hand_over.html", context, status=status)
