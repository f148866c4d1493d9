"""Addresses of messaging's pages."""

from __future__ import annotations

from django.urls import path

from yuemian.messaging.views import lab

urlpatterns = [
    path("lab", lab.lab_page, name="lab"),
    path("lab/phones/<str:owner>", lab.lab_phone, name="lab-phone"),
    path("lab/messages/<uuid:message_id>", lab.lab_message, name="lab-message"),
    path("lab/messages/<uuid:message_id>/html", lab.lab_message_html, name="lab-message-html"),
    path("lab/messages/<uuid:message_id>/page", lab.lab_message_page, name="lab-message-page"),
]
