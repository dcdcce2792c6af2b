from django.urls import URLPattern, path

from apps.crm.views import rules

urlpatterns: list[URLPattern] = [
    path("rules/", rules.rule_list, name="rules"),
    path("rules/new/", rules.rule_choose, name="rule_choose"),
    path("rules/new/<slug:trigger>/", rules.rule_add, name="rule_add"),
    path("rules/<int:automation_id>/", rules.rule_edit, name="rule"),
    path("rules/<int:automation_id>/remove/", rules.rule_remove, name="rule_remove"),
    path("rules/<int:automation_id>/try/", rules.rule_try, name="rule_try"),
]
