from django.urls import URLPattern, path

from apps.crm.views import campaign_results, campaign_steps, campaigns

_ONE = "campaigns/<int:campaign_id>/"
urlpatterns: list[URLPattern] = [
    path("campaigns/", campaigns.campaign_list, name="campaigns"),
    path("campaigns/new/", campaigns.campaign_add, name="campaign_add"),
    path(_ONE, campaigns.campaign, name="campaign"),
    path(f"{_ONE}edit/", campaigns.campaign_edit, name="campaign_edit"),
    path(f"{_ONE}words/", campaigns.campaign_words, name="campaign_words"),
    path(f"{_ONE}preview/", campaigns.campaign_preview, name="campaign_preview"),
    path(f"{_ONE}copy/", campaigns.campaign_copy, name="campaign_copy"),
    path(f"{_ONE}test/", campaign_steps.campaign_test, name="campaign_test"),
    path(f"{_ONE}schedule/", campaign_steps.campaign_schedule, name="campaign_schedule"),
    path(f"{_ONE}unschedule/", campaign_steps.campaign_unschedule, name="campaign_unschedule"),
    path(f"{_ONE}start/", campaign_steps.campaign_start, name="campaign_start"),
    path(f"{_ONE}pause/", campaign_steps.campaign_pause, name="campaign_pause"),
    path(f"{_ONE}resume/", campaign_steps.campaign_resume, name="campaign_resume"),
    path(f"{_ONE}cancel/", campaign_steps.campaign_cancel, name="campaign_cancel"),
    path(f"{_ONE}left-out/<slug:reason>/", campaign_results.campaign_left_out, name="campaign_left_out"),
    path(f"{_ONE}recipients/", campaign_results.campaign_recipients, name="campaign_recipients"),
    path("contacts/<int:entity_id>/mailings/", campaign_results.contact_mailings, name="contact_mailings"),
]
