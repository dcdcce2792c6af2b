from django.urls import path

from apps.crm.views import sequence_bulk, sequence_pages, sequence_settings, sequences

urlpatterns = [
    path("settings/sequences/", sequence_settings.sequence_list, name="sequences"),
    path("settings/sequences/new/", sequence_settings.sequence_add, name="sequence_add"),
    path("settings/sequences/<int:sequence_id>/", sequence_settings.sequence_edit, name="sequence"),
    path("contacts/<int:entity_id>/sequences/", sequences.contact_sequences, name="contact_sequences"),
    path("contacts/<int:entity_id>/sequences/begin/", sequences.sequence_begin, name="sequence_begin"),
    path("sequences/chosen/", sequence_bulk.sequence_bulk, name="sequence_bulk"),
    path("sequences/<int:sequence_id>/", sequence_pages.sequence_page, name="sequence_page"),
    path("enrolments/<int:enrolment_id>/pause/", sequences.enrolment_pause, name="enrolment_pause"),
    path("enrolments/<int:enrolment_id>/resume/", sequences.enrolment_resume, name="enrolment_resume"),
    path("enrolments/<int:enrolment_id>/stop/", sequences.enrolment_stop, name="enrolment_stop"),
]
