from django.contrib.postgres.indexes import BrinIndex
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations


class Migration(migrations.Migration):
    """Orders that changed since a moment; by ranges of pages, so that changing an order costs what it did."""

    atomic = False
    dependencies = [("crm", "0005_news_told")]

    operations = [
        AddIndexConcurrently(
            model_name="orderstate",
            index=BrinIndex(fields=["changed_at"], name="order_state_changed", pages_per_range=16, autosummarize=True),
        ),
    ]
