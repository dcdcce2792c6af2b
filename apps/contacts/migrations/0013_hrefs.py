from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("contacts", "0012_slimmer_writing")]

    operations = [
        AddIndexConcurrently(
            model_name="externaluid",
            index=models.Index(fields=["folder", "href"], name="external_uid_href", condition=~Q(href="")),
        ),
    ]
