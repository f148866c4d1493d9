"""The template library: drafts, mistakes, publishing, versions, previews; nothing typed ever takes effect."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone, translation
from pytest_django import DjangoAssertNumQueries

from tests.factories import Cast, create_cast, create_interview, create_interviews, sign_in_client
from yuemian.domain.languages import LANGUAGES
from yuemian.domain.placeholder import PLACEHOLDERS
from yuemian.domain.states import Channel, Purpose
from yuemian.messaging.actions import library
from yuemian.messaging.actions.content import version_for
from yuemian.messaging.actions.library import NotPublishable, Text
from yuemian.messaging.defaults import install_defaults, refresh_unchanged, shipped_templates
from yuemian.messaging.models import Template, TemplateVersion
from yuemian.messaging.wording import PLACEHOLDER_LABELS, explain
from yuemian.trust import audit
from yuemian.trust.models import AuditEntry

MAIL_ZH = (Channel.EMAIL, "zh-hans")
GOOD = Text("{{ organization_name }}邀请", "{{ candidate_name }}，您好！{{ answer_link }}")
BAD = Text("邀请", "{{ candidate_nam }}，您好！")


def invitation(cast: Cast) -> Template:
    return cast.templates[Purpose.INVITATION].template


def fields(subject: str, body: str, **more: str) -> dict[str, str]:
    return {"channel": "email", "locale": "zh-hans", "subject": subject, "body": body, **more}


def test_a_draft_begins_from_the_published_texts_and_leaves_them_alone(cast: Cast, now: datetime) -> None:
    template = invitation(cast)
    published = cast.templates[Purpose.INVITATION]
    before = library.texts_in(published)
    draft = library.save_draft(cast.recruiter, template, MAIL_ZH, GOOD, now=now)
    texts = library.texts_in(draft)
    assert texts[MAIL_ZH] == GOOD
    assert len(texts) == 4
    assert library.texts_in(TemplateVersion.objects.get(pk=published.pk)) == before


def test_a_second_save_changes_the_same_draft(cast: Cast, now: datetime) -> None:
    template = invitation(cast)
    for text in (BAD, GOOD):
        draft = library.save_draft(cast.recruiter, template, MAIL_ZH, text, now=now)
    assert (draft.number, template.versions.count()) == (2, 2)


def test_publishing_makes_the_draft_what_is_sent(cast: Cast, now: datetime) -> None:
    library.save_draft(cast.recruiter, invitation(cast), MAIL_ZH, GOOD, now=now)
    version = library.publish(cast.recruiter, invitation(cast), now=now)
    assert version_for(cast.organization.pk, Purpose.INVITATION) == version
    assert AuditEntry.objects.filter(action="template.published").count() == 1
    assert audit.verify(cast.organization.pk) is None


def test_a_draft_with_mistakes_is_kept_but_not_published(cast: Cast, now: datetime) -> None:
    library.save_draft(cast.recruiter, invitation(cast), MAIL_ZH, BAD, now=now)
    with pytest.raises(NotPublishable) as wrong:
        library.publish(cast.recruiter, invitation(cast), now=now)
    (problem,) = wrong.value.problems[MAIL_ZH]
    assert problem.near[0] == "candidate_name"
    assert version_for(cast.organization.pk, Purpose.INVITATION).number == 1


def test_an_emptied_text_leaves_the_draft(cast: Cast, now: datetime) -> None:
    draft = library.save_draft(cast.recruiter, invitation(cast), MAIL_ZH, Text("x", " "), now=now)
    assert MAIL_ZH not in library.texts_in(draft)


def test_a_copy_has_a_name_of_its_own_and_is_a_draft(cast: Cast, now: datetime) -> None:
    first, second = (library.duplicate(cast.recruiter, invitation(cast), now=now) for _ in range(2))
    assert first.name != second.name
    assert library.newest_published(first) is None
    assert len(library.texts_in(first.versions.get())) == 4


def test_an_archived_template_is_not_used(cast: Cast, now: datetime) -> None:
    version = cast.templates[Purpose.INVITATION]
    install_defaults(cast.organization, now)
    library.set_archived(cast.recruiter, version.template, is_archived=True, now=now)
    assert version_for(cast.organization.pk, Purpose.INVITATION).template != version.template


def test_installing_the_defaults_twice_adds_nothing(cast: Cast, now: datetime) -> None:
    assert install_defaults(cast.organization, now) == len(shipped_templates())
    assert install_defaults(cast.organization, now) == 0


def test_the_shelf_shows_templates_by_purpose_and_the_archive_apart(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    library.set_archived(cast.recruiter, invitation(cast), is_archived=True, now=now)
    assert "invitation 测试" not in recruiter_client.get("/templates").content.decode()
    assert "invitation 测试" in recruiter_client.get("/templates?show=archived").content.decode()


def test_the_shelf_asks_the_database_a_constant_number_of_times(
    cast: Cast, recruiter_client: Client, now: datetime, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    install_defaults(cast.organization, now)
    for _ in range(3):
        library.duplicate(cast.recruiter, invitation(cast), now=now)
    with django_assert_max_num_queries(15):
        assert recruiter_client.get("/templates").status_code == 200


def test_writing_a_template_from_nothing_to_published(cast: Cast, recruiter_client: Client) -> None:
    made = recruiter_client.post(
        "/templates/new", {"name": "加面邀请", "purpose": "invitation", "round_name": "加面"}
    )
    template = Template.objects.get(name="加面邀请")
    assert made.headers["Location"] == f"/templates/{template.pk}"
    saved = recruiter_client.post(
        f"/templates/{template.pk}/save", fields(GOOD.subject, GOOD.body, publish="1"), follow=True
    )
    assert saved.status_code == 200
    assert version_for(cast.organization.pk, Purpose.INVITATION, "加面").template == template


def test_a_name_is_used_once(cast: Cast, recruiter_client: Client) -> None:
    again = {"name": invitation(cast).name, "purpose": "invitation", "round_name": ""}
    response = recruiter_client.post("/templates/new", again)
    assert response.status_code == 200
    assert 'class="error-summary"' in response.content.decode()


def test_publishing_without_a_change_makes_no_version(cast: Cast, recruiter_client: Client) -> None:
    template = invitation(cast)
    text = library.texts_in(cast.templates[Purpose.INVITATION])[MAIL_ZH]
    recruiter_client.post(f"/templates/{template.pk}/save", fields(text.subject, text.body, publish="1"))
    assert template.versions.count() == 1


def test_a_mistake_is_shown_with_its_line_and_near_names(cast: Cast, recruiter_client: Client) -> None:
    part = recruiter_client.post(
        f"/templates/{invitation(cast).pk}/preview", fields("邀请", "您好\n{{ candidate_nam }}")
    ).content.decode()
    assert 'data-line="2"' in part
    assert 'data-with="candidate_name"' in part


def test_the_preview_marks_what_comes_from_the_interview(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    interview = create_interview(cast, now=now, name="欧阳明月")
    part = recruiter_client.post(
        f"/templates/{invitation(cast).pk}/preview",
        fields(GOOD.subject, GOOD.body, person=str(interview.pk)),
    ).content.decode()
    assert '<mark class="fact">欧阳明月</mark>' in part


def test_the_preview_of_a_text_counts_its_parts(cast: Cast, recruiter_client: Client) -> None:
    typed = fields("x", "您好" * 40) | {"channel": "sms"}
    part = recruiter_client.post(f"/templates/{invitation(cast).pk}/preview", typed).content.decode()
    assert "80" in part
    assert 'class="segments' in part


def test_a_value_that_a_person_lacks_is_named(cast: Cast, recruiter_client: Client, now: datetime) -> None:
    interview = create_interview(cast, now=now)
    typed = fields("x", "{{ video_link }}", person=str(interview.pk))
    part = recruiter_client.post(f"/templates/{invitation(cast).pk}/preview", typed).content.decode()
    assert "video_link" in part
    assert "mistakes" in part


def test_a_real_person_is_found_by_name(cast: Cast, recruiter_client: Client) -> None:
    now = timezone.now()
    create_interviews(cast, 3, now=now)
    create_interview(cast, now=now, name="欧阳明月")
    options = recruiter_client.get(f"/templates/{invitation(cast).pk}/people?who=欧阳").content.decode()
    assert options.count("<option") == 2
    assert "欧阳明月" in options


@pytest.mark.parametrize(
    "body",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        '" onmouseover="alert(1)',
        "\ue000<b>x\ue001",
        "{{ candidate_name }}</div><script>1</script>",
    ],
)
def test_typed_markup_is_shown_as_typed(cast: Cast, recruiter_client: Client, body: str) -> None:
    for channel in ("email", "sms"):
        typed = fields(body, body) | {"channel": channel}
        part = recruiter_client.post(f"/templates/{invitation(cast).pk}/preview", typed).content.decode()
        for dangerous in ("<script", "<img", "<b>", 'href="javascript', 'onmouseover="'):
            assert dangerous not in part, (channel, part)


@pytest.mark.parametrize(
    "body",
    [
        "{{ self.__init__ }}",
        "{{ ''.__class__ }}",
        "{% for x in range(10**9) %}{% endfor %}",
        "{% include 'x' %}",
        "{{ request.user.password }}",
        "{{ candidate_name|format(9999999999) }}",
    ],
)
def test_template_tricks_are_mistakes(cast: Cast, recruiter_client: Client, now: datetime, body: str) -> None:
    part = recruiter_client.post(f"/templates/{invitation(cast).pk}/preview", fields("x", body))
    assert "mistakes" in part.content.decode()
    library.save_draft(cast.recruiter, invitation(cast), MAIL_ZH, Text("x", body), now=now)
    with pytest.raises(NotPublishable):
        library.publish(cast.recruiter, invitation(cast), now=now)


def test_a_candidate_s_name_with_markup_stays_text_in_the_preview(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    interview = create_interview(cast, now=now, name="<i>x</i>{{ hr_answer }}")
    part = recruiter_client.post(
        f"/templates/{invitation(cast).pk}/preview",
        fields(GOOD.subject, GOOD.body, person=str(interview.pk)),
    ).content.decode()
    assert "&lt;i&gt;x&lt;/i&gt;{{ hr_answer }}" in part


def test_a_version_shows_what_it_changed(cast: Cast, recruiter_client: Client, now: datetime) -> None:
    library.save_draft(cast.recruiter, invitation(cast), MAIL_ZH, GOOD, now=now)
    page = recruiter_client.get(f"/templates/{invitation(cast).pk}/versions/2").content.decode()
    assert 'class="added"' in page
    assert 'class="removed"' in page


def test_discarding_the_draft_shows_the_published_version_again(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    library.save_draft(cast.recruiter, invitation(cast), MAIL_ZH, GOOD, now=now)
    recruiter_client.post(f"/templates/{invitation(cast).pk}/discard", fields("", ""))
    assert invitation(cast).versions.count() == 1


def test_the_lead_reads_but_does_not_write(cast: Cast) -> None:
    client, template = sign_in_client(cast.lead), invitation(cast)
    assert client.get("/templates").status_code == 200
    assert "data-insert" not in client.get(f"/templates/{template.pk}").content.decode()
    assert client.post(f"/templates/{template.pk}/save", fields("x", "y")).status_code == 403
    assert sign_in_client(cast.auditor).get("/templates").status_code == 403


def test_another_company_s_templates_do_not_exist(now: datetime, transactional_db: None) -> None:
    with transaction.atomic():
        galaxy = create_cast(now=now)
        template = invitation(galaxy).pk
        interview = create_interview(galaxy, now=now, name="欧阳明月").pk
    with transaction.atomic():
        other = create_cast(now=now, name="别家")
        client, own = sign_in_client(other.recruiter), invitation(other).pk
    for path in ("", "/people", "/rename", "/versions/1"):
        assert client.get(f"/templates/{template}{path}").status_code == 404, path
    for path in ("/save", "/preview", "/archive", "/duplicate", "/discard"):
        assert client.post(f"/templates/{template}{path}", fields("x", "y")).status_code == 404, path
    typed = fields("x", "{{ candidate_name }}", person=str(interview))
    assert "欧阳明月" not in client.post(f"/templates/{own}/preview", typed).content.decode()


def test_every_placeholder_has_a_translatable_label() -> None:
    with translation.override("en"):
        shown = {name: str(label) for name, label in PLACEHOLDER_LABELS.items()}
    assert shown == {name: placeholder.label for name, placeholder in PLACEHOLDERS.items()}


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("{% if place_name %}", "“if” has no end; add {% endif %}."),
        ("{{ candidate_name", "“{{” is never closed; add }}."),
        ("{{ materials }}", "“materials” is a list; write {{ materials|bullets }}."),
        ("{{ is_onsite }}", "“is_onsite” is yes or no; use it as {% if is_onsite %}."),
        ("{% if place_name > 3 %}{% endif %}", "“>” cannot be used here;"),
        ("{% for x in place_name %}{% endfor %}", "“place_name” is not a list"),
        ("{% endif %}", "“endif” closes nothing here"),
        ("{{ candidate_nam }}", "There is no placeholder “candidate_nam” here."),
        ("", "This is empty"),
    ],
)
def test_mistakes_are_sentences_in_the_reader_s_language(body: str, says: str) -> None:
    with translation.override("en"):
        assert says in " ".join(explain(each) for each in library.problems_of(Text("x", body), "invitation"))


def _as_before(template: Template) -> None:
    """The template as it was installed when there were two languages."""
    template.versions.get().variants.exclude(locale__in=["zh-hans", "en"]).delete()


def test_an_upgrade_brings_new_languages_where_nobody_has_written(cast: Cast, now: datetime) -> None:
    install_defaults(cast.organization, now)
    template = Template.objects.get(name=shipped_templates()[0].name)
    _as_before(template)
    assert refresh_unchanged(cast.organization, now) == 1
    newest = library.newest_published(template)
    assert newest is not None
    assert newest.number == 2
    assert {each.locale for each in newest.variants.all()} == set(LANGUAGES)
    assert refresh_unchanged(cast.organization, now) == 0


def test_an_upgrade_leaves_own_words_and_drafts_alone(cast: Cast, now: datetime) -> None:
    install_defaults(cast.organization, now)
    written, begun = Template.objects.filter(name__in=[each.name for each in shipped_templates()[:2]])
    for template in (written, begun):
        _as_before(template)
        library.save_draft(cast.recruiter, template, MAIL_ZH, Text("我们的话", "{{ answer_link }}"), now=now)
    library.publish(cast.recruiter, written, now=now)
    assert refresh_unchanged(cast.organization, now) == 0
    newest = library.newest_published(written)
    assert newest is not None
    assert newest.number == 2
