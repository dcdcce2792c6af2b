from django.urls import path

from apps.crm.portal.views import content

urlpatterns = [
    path("news/", content.news, name="news"),
    path("news/<int:item_id>/", content.news_item, name="news_item"),
    path("guide/", content.guide, name="guide"),
    path("guide/<slug:slug>/", content.guide_page, name="guide_page"),
]
