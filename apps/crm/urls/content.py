from django.urls import path

from apps.crm.views import content

urlpatterns = [
    path("news/", content.news, name="news"),
    path("news/new/", content.news_item, name="news_create"),
    path("news/<int:item_id>/", content.news_item, name="news_item"),
    path("news/<int:item_id>/preview/", content.news_preview, name="news_item_preview"),
    path("guide/", content.guide, name="guide"),
    path("guide/new/", content.guide_page, name="guide_create"),
    path("guide/<int:page_id>/", content.guide_page, name="guide_page"),
    path("guide/<int:page_id>/preview/", content.guide_preview, name="guide_page_preview"),
]
