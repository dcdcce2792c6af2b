from django.urls import URLPattern, path

from apps.crm.views import assignment_rules as rules

urlpatterns: list[URLPattern] = [
    path("assignment-rules/", rules.rule_list, name="assignment_rules"),
    path("assignment-rules/new/", rules.rule_add, name="assignment_rule_add"),
    path("assignment-rules/<int:rule_id>/", rules.rule_edit, name="assignment_rule"),
    path("assignment-rules/<int:rule_id>/remove/", rules.rule_remove, name="assignment_rule_remove"),
]
