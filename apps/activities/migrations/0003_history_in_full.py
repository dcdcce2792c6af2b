"""Who reads an entry, what it belongs to, kinds and categories of administrators, calls."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("activities", "0002_entities_are_protected"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contacts", "0009_names_once"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ActivityCategory",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60, unique=True)),
                ("colour", models.CharField(blank=True, max_length=20)),
                ("is_restricted", models.BooleanField(default=False)),
            ],
        ),
        migrations.CreateModel(
            name="ActivityCategoryPermission",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ],
        ),
        migrations.CreateModel(
            name="ActivityKind",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.SlugField(max_length=40, unique=True)),
                ("name", models.CharField(max_length=60)),
                ("icon", models.CharField(default="point", max_length=40)),
                ("position", models.PositiveIntegerField(default=0)),
                ("retired_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Call",
            fields=[
                (
                    "activity",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="call",
                        serialize=False,
                        to="activities.activity",
                    ),
                ),
                (
                    "direction",
                    models.CharField(choices=[("out", "Outgoing"), ("in", "Incoming")], default="out", max_length=3),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("reached", "Reached"),
                            ("no_answer", "No answer"),
                            ("busy", "Busy"),
                            ("voicemail", "Left a message"),
                            ("wrong_number", "Wrong number"),
                        ],
                        default="reached",
                        max_length=12,
                    ),
                ),
                ("seconds", models.PositiveIntegerField(blank=True, null=True)),
                ("number", models.CharField(blank=True, max_length=60)),
            ],
        ),
        migrations.AddField(
            model_name="activity",
            name="audience",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.IntegerField(),
                db_default=models.Value(
                    [], django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), size=None)
                ),
                default=list,
                size=None,
            ),
        ),
        migrations.AddField(
            model_name="activity",
            name="context_id",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="activity",
            name="context_type",
            field=models.CharField(blank=True, db_default="", default="", max_length=60),
        ),
        migrations.AddField(
            model_name="activity",
            name="facts",
            field=models.JSONField(db_default=models.Value({}, models.JSONField()), default=dict),
        ),
        migrations.AddField(
            model_name="activity",
            name="pinned_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="activity",
            name="readers",
            field=django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), null=True, size=None),
        ),
        migrations.AddField(
            model_name="activity",
            name="shown_to",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="contacts.entity",
            ),
        ),
        migrations.AddField(
            model_name="activity",
            name="visibility",
            field=models.CharField(
                choices=[
                    ("public", "Everybody who sees the contact"),
                    ("team", "My teams"),
                    ("private", "Only me and who takes part"),
                ],
                db_default="public",
                default="public",
                max_length=7,
            ),
        ),
        migrations.AlterField(
            model_name="activity",
            name="actor",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            model_name="activityentity",
            name="activity",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="participants",
                to="activities.activity",
            ),
        ),
        migrations.AddField(
            model_name="activity",
            name="category",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="activities",
                to="activities.activitycategory",
            ),
        ),
        migrations.AddField(
            model_name="activitycategorypermission",
            name="category",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="permissions",
                to="activities.activitycategory",
            ),
        ),
        migrations.AddField(
            model_name="activitycategorypermission",
            name="group",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="auth.group"),
        ),
        migrations.AddConstraint(
            model_name="activitykind",
            constraint=models.UniqueConstraint(
                condition=models.Q(("retired_at__isnull", True)), fields=("name",), name="activity_kind_name_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="activitycategorypermission",
            constraint=models.UniqueConstraint(fields=("category", "group"), name="activity_category_permission_once"),
        ),
    ]
