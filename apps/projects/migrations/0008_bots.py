"""Members that are programs, and when to ask for the titles of links."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("projects", "0007_decisions_and_visits"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Bot",
            fields=[
                (
                    "membership",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="bot",
                        serialize=False,
                        to="projects.membership",
                    ),
                ),
                ("kind", models.CharField(choices=[("api", "Bot"), ("hook", "Incoming webhook")], max_length=4)),
                ("sign", models.CharField(blank=True, max_length=16)),
                ("reads", models.BooleanField(default=False)),
            ],
        ),
        migrations.AddField(
            model_name="membership",
            name="is_bot",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="messagelink",
            name="title_due_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="messagelink",
            name="title_tries",
            field=models.SmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="bot",
            name="made_by",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="bot",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("kind", "hook"), _negated=True), ("reads", False), _connector="OR"),
                name="bot_hook_reads_nothing",
            ),
        ),
    ]
