from django.urls import path

from apps.messaging.views import voice

urlpatterns = [
    path("voicemails/", voice.voicemails, name="voicemails"),
    path("voicemails/<int:voicemail_id>/sound/", voice.voicemail_sound, name="voicemail_sound"),
    path("voicemails/<int:voicemail_id>/hear/", voice.voicemail_hear, name="voicemail_hear"),
    path("voicemails/<int:voicemail_id>/return/", voice.voicemail_return, name="voicemail_return"),
    path("voicemails/<int:voicemail_id>/comment/", voice.voicemail_comment, name="voicemail_comment"),
]
