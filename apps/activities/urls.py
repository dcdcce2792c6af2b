from django.urls import path

from apps.activities.views import home, kinds, task_pages, task_steps, tasks, timelines

app_name = "activities"
urlpatterns = [
    path("all/", timelines.timeline_all, name="all"),
    path("visit/", home.visit, name="visit"),
    path("of/<int:entity_id>/", timelines.timeline, name="timeline"),
    path("of/<int:entity_id>/add/", timelines.activity_add, name="activity_add"),
    path("of/<int:entity_id>/call/", timelines.call_log, name="call_log"),
    path("<int:activity_id>/edit/", timelines.activity_edit, name="activity_edit"),
    path("<int:activity_id>/pin/", timelines.activity_pin, name="activity_pin"),
    path("<int:activity_id>/remove/", timelines.activity_remove, name="activity_remove"),
    path("kinds/", kinds.kind_list, name="kinds"),
    path("kinds/new/", kinds.kind_add, name="kind_add"),
    path("kinds/<int:kind_id>/", kinds.kind_edit, name="kind_edit"),
    path("kinds/<int:kind_id>/retire/", kinds.kind_retire, name="kind_retire"),
    path("categories/new/", kinds.category_add, name="category_add"),
    path("categories/<int:category_id>/", kinds.category_edit, name="category_edit"),
    path("categories/<int:category_id>/remove/", kinds.category_remove, name="category_remove"),
    path("tasks/", tasks.todo, name="tasks"),
    path("tasks/of/<slug:whose>/", tasks.todo, name="tasks_of"),
    path("tasks/list/<slug:whose>/", tasks.task_list, name="task_list"),
    path("tasks/board/<slug:whose>/", tasks.board, name="task_board"),
    path("tasks/bulk/<slug:action>/", tasks.task_bulk, name="task_bulk"),
    path("tasks/new/", task_pages.task_create, name="task_create"),
    path("tasks/<int:task_id>/", task_pages.task, name="task"),
    path("tasks/<int:task_id>/edit/", task_pages.task_edit, name="task_edit"),
    path("tasks/<int:task_id>/complete/", task_pages.task_complete, name="task_complete"),
    path("tasks/<int:task_id>/reopen/", task_pages.task_reopen, name="task_reopen"),
    path("tasks/<int:task_id>/cancel/", task_pages.task_cancel, name="task_cancel"),
    path("tasks/<int:task_id>/take/", task_pages.task_take, name="task_take"),
    path("tasks/<int:task_id>/snooze/", task_pages.task_snooze, name="task_snooze"),
    path("tasks/<int:task_id>/move/", task_steps.task_move, name="task_move"),
    path("tasks/<int:task_id>/items/add/", task_steps.item_add, name="task_item_add"),
    path("tasks/<int:task_id>/items/<int:item_id>/tick/", task_steps.item_tick, name="task_item_tick"),
    path("tasks/<int:task_id>/items/<int:item_id>/remove/", task_steps.item_remove, name="task_item_remove"),
]
