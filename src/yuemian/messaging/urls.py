"""Addresses of messaging's pages."""

from __future__ import annotations

from django.urls import path

from yuemian.messaging.views import blocks, channels, hooks, lab, mailbox, routing, shipped, templates

urlpatterns = [
    path("templates", templates.template_list, name="templates"),
    path("templates/new", templates.template_new, name="template-new"),
    path("templates/<uuid:template_id>", templates.template_editor, name="template"),
    path("templates/<uuid:template_id>/save", templates.template_save, name="template-save"),
    path("templates/<uuid:template_id>/preview", templates.template_preview, name="template-preview"),
    path("templates/<uuid:template_id>/people", templates.template_people, name="template-people"),
    path("templates/<uuid:template_id>/rename", templates.template_rename, name="template-rename"),
    path("templates/<uuid:template_id>/archive", templates.template_archive, name="template-archive"),
    path("templates/<uuid:template_id>/duplicate", templates.template_duplicate, name="template-duplicate"),
    path("templates/<uuid:template_id>/discard", templates.template_discard, name="template-discard"),
    path("templates/<uuid:template_id>/shipped", shipped.template_shipped, name="template-shipped"),
    path(
        "templates/<uuid:template_id>/versions/<int:number>",
        templates.template_version,
        name="template-version",
    ),
    path("blocks", blocks.block_list, name="blocks"),
    path("blocks/new", blocks.block_new, name="block-new"),
    path("blocks/preview", blocks.block_preview, name="block-preview"),
    path("blocks/<uuid:block_id>", blocks.block_edit, name="block"),
    path("blocks/<uuid:block_id>/delete", blocks.block_delete, name="block-delete"),
    path("blocks/<uuid:block_id>/move", blocks.block_move, name="block-move"),
    path("settings/routing", routing.routing, name="settings-routing"),
    path("settings/channels", channels.channel_list, name="channels"),
    path("settings/channels/new", channels.account_new, name="channel-account-new"),
    path("settings/channels/<uuid:account_id>", channels.account_edit, name="channel-account"),
    path("settings/channels/<uuid:account_id>/switch", channels.account_switch, name="channel-switch"),
    path("settings/channels/<uuid:account_id>/callback", channels.account_callback, name="channel-callback"),
    path("settings/channels/<uuid:account_id>/trial", channels.account_trial, name="channel-trial"),
    path("settings/mailbox", mailbox.mailbox, name="settings-mailbox"),
    path("settings/mailbox/switch", mailbox.mailbox_switch, name="mailbox-switch"),
    path("settings/mailbox/trial", mailbox.mailbox_trial, name="mailbox-trial"),
    path("hooks/<str:provider>/<uuid:account_id>/<str:token>", hooks.receive, name="hook"),
    path("lab", lab.lab_page, name="lab"),
    path("lab/subscribe", lab.lab_subscribe, name="lab-subscribe"),
    path("lab/phones/<str:owner>", lab.lab_phone, name="lab-phone"),
    path("lab/phones/<uuid:candidate_id>/subscribe", lab.lab_phone_subscribe, name="lab-phone-subscribe"),
    path("lab/messages/<uuid:message_id>", lab.lab_message, name="lab-message"),
    path("lab/messages/<uuid:message_id>/html", lab.lab_message_html, name="lab-message-html"),
    path("lab/messages/<uuid:message_id>/page", lab.lab_message_page, name="lab-message-page"),
]
