from django.urls import URLPattern, URLResolver, include, path

from apps.core.views import health, home, operations, report_papers, report_schedules, reports

app_name = "core"
urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("operations/", operations.operations, name="operations"),
    path("operations/<int:operation_id>/", operations.operation, name="operation"),
    path("operations/<int:operation_id>/undo/", operations.operation_undo, name="operation_undo"),
    path("operations/<int:operation_id>/cancel/", operations.operation_cancel, name="operation_cancel"),
    path("home/card/", home.home_card, name="home_card"),
    path("home/cards/", home.home_choose, name="home_choose"),
    path("home/add/", home.home_add, name="home_add"),
    path("reports/", reports.report_index, name="reports"),
    path("reports/mails/", report_schedules.schedule_list, name="report_schedules"),
    path("reports/mails/<int:schedule_id>/", report_schedules.schedule_edit, name="report_schedule"),
    path("reports/mails/<int:schedule_id>/pause/", report_schedules.schedule_pause, name="report_schedule_pause"),
    path("reports/mails/<int:schedule_id>/send/", report_schedules.schedule_send, name="report_schedule_send"),
    path("reports/mails/<int:schedule_id>/remove/", report_schedules.schedule_remove, name="report_schedule_remove"),
    path("reports/<slug:key>/", reports.report, name="report"),
    path("reports/papers/<int:operation_id>/", report_papers.report_paper, name="report_paper"),
    path("reports/papers/<int:operation_id>/report.pdf", report_papers.report_pdf, name="report_pdf"),
    path("reports/<slug:key>/paper/", report_papers.report_print, name="report_print"),
    path("reports/<slug:key>/anew/", reports.report_anew, name="report_anew"),
    path("reports/<slug:key>/rows/", reports.report_rows, name="report_rows"),
    path("reports/<slug:key>/file/<slug:kind>/", reports.report_file, name="report_file"),
    path("reports/<slug:key>/mails/new/", report_schedules.schedule_add, name="report_schedule_add"),
    path("", include("apps.core.listing_urls")),
]
