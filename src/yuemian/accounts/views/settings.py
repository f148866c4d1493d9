"""The settings: organization, rehearsal, users, one's own account, the audit trail."""

from __future__ import annotations

from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from yuemian.accounts import actions
from yuemian.accounts.forms import (
    BranchForm,
    DigestForm,
    OrganizationForm,
    PasswordForm,
    RehearsalForm,
    UserForm,
)
from yuemian.accounts.guards import SignedInRequest, requires
from yuemian.accounts.models import Branch, Permission, Session, User
from yuemian.channels.smtp import SMTPConfig
from yuemian.domain.workdays import is_known
from yuemian.trust import audit
from yuemian.trust.models import AuditEntry
from yuemian.ui.when import zone_text


def settings_home(request: SignedInRequest) -> HttpResponse:
    context = {
        "mail_host": SMTPConfig.from_url(settings.SMTP_URL).where if settings.SMTP_URL else "",
        "people": User.objects.visible_to(request.user).count(),
        "may_edit": request.user.may(Permission.EDIT_SETTINGS),
        "may_see_interviews": request.user.may(Permission.SEE_INTERVIEWS),
        "may_edit_users": request.user.may(Permission.EDIT_USERS),
        "may_edit_interviews": request.user.may(Permission.EDIT_INTERVIEWS),
        "may_edit_plans": request.user.may(Permission.EDIT_PLANS),
        "may_edit_templates": request.user.may(Permission.EDIT_TEMPLATES),
        "may_read_audit": request.user.may(Permission.READ_AUDIT),
        "may_keep_privacy": request.user.may(Permission.KEEP_PRIVACY),
    }
    return render(request, "accounts/settings.html", context)


@requires(Permission.EDIT_SETTINGS)
@require_http_methods(["GET", "POST"])
def organization(request: SignedInRequest) -> HttpResponse:
    form = OrganizationForm(request.POST or None, request.FILES or None, instance=request.user.organization)
    if request.method == "POST" and form.is_valid():
        changed = ["logo" if name == "logo_file" else name for name in form.changed_data]
        actions.save_organization(request.user, form.save(commit=False), changed, now=timezone.now())
        messages.success(request, _("Saved."))
        return redirect("settings")
    return render(request, "accounts/organization.html", {"form": form}, status=422 if form.errors else 200)


@requires(Permission.EDIT_SETTINGS)
@require_http_methods(["GET", "POST"])
def rehearsal(request: SignedInRequest) -> HttpResponse:
    """Going live says what will change and asks for the password; going back is one press.

    The form says what it wants: pressed twice, or after a colleague, it wants the same.
    """
    wants_rehearsal = request.POST.get("wanted") != "live"
    form = RehearsalForm(request.POST or None, user=request.user)
    if request.method == "POST" and (wants_rehearsal or form.is_valid()):
        actions.set_rehearsal(request.user, is_rehearsal=wants_rehearsal, now=timezone.now())
        is_live = _("Live: from now on messages reach real people.")
        messages.success(request, _("Back in rehearsal.") if wants_rehearsal else is_live)
        return redirect("settings")
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "has_mail": bool(settings.SMTP_URL)}
    return render(request, "accounts/rehearsal.html", context, status=status)


@requires(Permission.EDIT_USERS)
def users(request: SignedInRequest) -> HttpResponse:
    people = User.objects.visible_to(request.user).select_related("branch").order_by("-is_active", "name")
    return render(
        request, "accounts/users.html", {"page": Paginator(people, 50).get_page(request.GET.get("page"))}
    )


@requires(Permission.EDIT_USERS)
@require_http_methods(["GET", "POST"])
def user_new(request: SignedInRequest) -> HttpResponse:
    return _edit_user(request, User(organization=request.user.organization))


@requires(Permission.EDIT_USERS)
@require_http_methods(["GET", "POST"])
def user_edit(request: SignedInRequest, user_id: UUID) -> HttpResponse:
    return _edit_user(request, get_object_or_404(User.objects.visible_to(request.user), pk=user_id))


def _edit_user(request: SignedInRequest, person: User) -> HttpResponse:
    is_new, was_active = person._state.adding, person.is_active
    form = UserForm(request.POST or None, instance=person, request=request)
    if request.method == "POST" and form.is_valid():
        try:
            actions.save_user(
                request.user,
                form.save(commit=False),
                password=form.cleaned_data.get("password", ""),
                now=timezone.now(),
            )
        except actions.AddressTaken:
            form.add_error("email", _("Somebody else signs in with this address; choose another."))
        except actions.LastAdministrator:
            form.add_error("role", _("This is the last administrator; make somebody else one first."))
        else:
            messages.success(request, _("Added.") if is_new else _("Saved."))
            has_left = was_active and not is_new and not person.is_active
            return redirect("user-hand-over", person.pk) if has_left else redirect("settings-users")
    is_own = person.pk == request.user.pk
    context = {"form": form, "person": None if is_new else person, "is_own": is_own}
    return render(request, "accounts/user.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def account(request: SignedInRequest) -> HttpResponse:
    now = timezone.now()
    form = PasswordForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        actions.change_password(request.user, form.cleaned_data["new"], keep=request.session_id, now=now)
        messages.success(request, _("Password changed; your other sessions have ended."))
        return redirect("settings-account")
    return _account(request, form, _digest_form(request.user))


@require_POST
def digest(request: SignedInRequest) -> HttpResponse:
    """When one's own morning digest comes, or never."""
    form = DigestForm(request.POST)
    if not form.is_valid():
        return _account(request, PasswordForm(user=request.user), form)
    data = form.cleaned_data
    at = data["at"] if data["is_wanted"] else None
    actions.set_digest(request.user, at, when_empty=data["when_empty"], now=timezone.now())
    messages.success(request, _("Saved."))
    return redirect("settings-account")


def _digest_form(user: User) -> DigestForm:
    usual = User._meta.get_field("digest_at").default
    return DigestForm(
        initial={
            "is_wanted": user.digest_at is not None,
            "at": user.digest_at or usual,
            "when_empty": user.is_empty_digest_wanted,
        }
    )


def _account(request: SignedInRequest, form: PasswordForm, digest_form: DigestForm) -> HttpResponse:
    user = request.user
    zone = user.branch.zone if user.branch else ZoneInfo(user.organization.time_zone)
    context = {
        "form": form,
        # Auditors see no candidates, and so have no morning.
        "digest_form": digest_form if user.may(Permission.SEE_INTERVIEWS) else None,
        "zone": zone,
        "zone_name": zone_text(zone),
        "may_be_away": user.may(Permission.EDIT_INTERVIEWS),
        "sessions": Session.objects.visible_to(user).live(timezone.now()).order_by("-last_seen_at"),
        "this_session": request.session_id,
    }
    status = 422 if form.errors or digest_form.errors else 200
    return render(request, "accounts/account.html", context, status=status)


@require_POST
def session_end(request: SignedInRequest, session_id: UUID) -> HttpResponse:
    get_object_or_404(Session.objects.visible_to(request.user), pk=session_id)
    actions.end_session(request.user, session_id, now=timezone.now())
    messages.success(request, _("That session has ended."))
    return redirect("settings-account")


@requires(Permission.EDIT_SETTINGS)
def branches(request: SignedInRequest) -> HttpResponse:
    return render(request, "accounts/branches.html", {"branches": Branch.objects.visible_to(request.user)})


@requires(Permission.EDIT_SETTINGS)
@require_http_methods(["GET", "POST"])
def branch_new(request: SignedInRequest) -> HttpResponse:
    return _edit_branch(request, Branch(organization=request.user.organization))


@requires(Permission.EDIT_SETTINGS)
@require_http_methods(["GET", "POST"])
def branch_edit(request: SignedInRequest, branch_id: UUID) -> HttpResponse:
    return _edit_branch(request, get_object_or_404(Branch.objects.visible_to(request.user), pk=branch_id))


def _edit_branch(request: SignedInRequest, branch: Branch) -> HttpResponse:
    is_new = branch._state.adding
    form = BranchForm(request.POST or None, instance=branch)
    if request.method == "POST" and form.is_valid():
        try:
            actions.save_branch(request.user, form.save(commit=False), now=timezone.now())
        except actions.NameTaken:
            form.add_error("name", _("Another branch has this name; choose a different one."))
        else:
            messages.success(request, _("Saved."))
            return redirect("settings-branches")
    context = {
        "form": form,
        "branch": None if is_new else branch,
        "workdays": _workdays_note(branch.region, timezone.now().year),
    }
    return render(request, "accounts/branch.html", context, status=422 if form.errors else 200)


def _workdays_note(region: str, year: int) -> str:
    """How far the calendar of holidays and make-up days is certain: next year's is published each autumn."""
    known = [each for each in (year, year + 1) if is_known(each, region)]
    if not known:
        return _("No calendar of holidays is known for %(region)s: only weekends count as days off.") % {
            "region": region
        }
    if known[-1] == year + 1:
        return _("Holidays and make-up workdays are known until the end of %(year)d.") % {"year": year + 1}
    return _(
        "Holidays and make-up workdays are known until the end of %(year)d. For %(next)d only weekends and the "
        "holidays fixed by law count so far; the rest comes with an update once it is published."
    ) % {"year": year, "next": year + 1}


@requires(Permission.READ_AUDIT)
def audit_log(request: SignedInRequest) -> HttpResponse:
    entries = AuditEntry.objects.filter(organization_id=request.user.organization_id).order_by("-sequence")
    page = Paginator(entries, 50).get_page(request.GET.get("page"))
    names = dict(User.objects.visible_to(request.user).values_list("id", "name"))
    rows = [(entry, names.get(entry.actor_id) if entry.actor_id else None) for entry in page]
    context = {"page": page, "rows": rows, "checked": audit.last_check(request.user.organization_id)}
    return render(request, "accounts/audit.html", context)


@requires(Permission.READ_AUDIT)
@require_POST
def audit_verify(request: SignedInRequest) -> HttpResponse:
    fault = audit.check(request.user.organization_id, request.user.actor, at=timezone.now())
    if fault:
        messages.error(
            request,
            _("Entry %(number)s does not fit the chain: %(problem)s. Tell whoever runs this installation.")
            % {"number": fault.sequence, "problem": fault.problem},
        )
    else:
        messages.success(request, _("Every entry fits the chain."))
    return redirect("settings-audit")
