"""Addresses of the import, and of mail that nobody could place."""

from __future__ import annotations

from django.urls import path

from yuemian.intake.views import checking, deciding, files, mail

urlpatterns = [
    path("mail/unsorted", mail.unsorted, name="unsorted-mail"),
    path("mail/unsorted/<uuid:mail_id>", mail.unsorted_one, name="unsorted-one"),
    path("mail/unsorted/<uuid:mail_id>/assign", mail.unsorted_assign, name="unsorted-assign"),
    path("mail/unsorted/<uuid:mail_id>/discard", mail.unsorted_discard, name="unsorted-discard"),
    path("imports", files.index, name="imports"),
    path("imports/upload", files.upload, name="imports-upload"),
    path("imports/sample.xlsx", files.sample, name="imports-sample"),
    path("imports/<uuid:import_id>", checking.show, name="import"),
    path("imports/<uuid:import_id>/rest.xlsx", files.rest, name="import-rest"),
    path("imports/<uuid:import_id>/rows/<int:number>", deciding.row, name="import-row"),
    path("imports/<uuid:import_id>/rows/<int:number>/cell", deciding.cell, name="import-cell"),
    path("imports/<uuid:import_id>/rows/<int:number>/leave", deciding.leave, name="import-leave"),
    path("imports/<uuid:import_id>/rows/<int:number>/contact", deciding.contact, name="import-contact"),
    path("imports/<uuid:import_id>/called-off", deciding.leave_called_off, name="import-leave-called-off"),
    path("imports/<uuid:import_id>/mapping", deciding.mapping, name="import-mapping"),
    path("imports/<uuid:import_id>/encoding", deciding.encoding, name="import-encoding"),
    path("imports/<uuid:import_id>/accept", deciding.accept, name="import-accept"),
    path("imports/<uuid:import_id>/dates", deciding.dates, name="import-dates"),
    path("imports/<uuid:import_id>/meaning", deciding.meaning, name="import-meaning"),
    path("imports/<uuid:import_id>/sheet", checking.sheet, name="import-sheet"),
    path("imports/<uuid:import_id>/again", checking.again, name="import-again"),
    path("imports/<uuid:import_id>/confirm", checking.press, name="import-confirm"),
    path("imports/<uuid:import_id>/discard", checking.throw_away, name="import-discard"),
    path("imports/<uuid:import_id>/invite", checking.invite, name="import-invite"),
]
