"""An address, number or link names unit and entity by the composite key of 0002; the two single ones said less."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("contacts", "0006_search_words"),
    ]

    operations = [
        migrations.AlterField(
            model_name="emailaddress",
            name="entity",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="emails",
                to="contacts.entity",
            ),
        ),
        migrations.AlterField(
            model_name="emailaddress",
            name="unit",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="emails",
                to="contacts.unit",
            ),
        ),
        migrations.AlterField(
            model_name="link",
            name="entity",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="links",
                to="contacts.entity",
            ),
        ),
        migrations.AlterField(
            model_name="link",
            name="unit",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="links",
                to="contacts.unit",
            ),
        ),
        migrations.AlterField(
            model_name="phonenumber",
            name="entity",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="phones",
                to="contacts.entity",
            ),
        ),
        migrations.AlterField(
            model_name="phonenumber",
            name="unit",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="phones",
                to="contacts.unit",
            ),
        ),
    ]
