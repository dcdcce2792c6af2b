"""Notices of what is written in chats: choices alone, nothing changes in the tables."""

from django.db import migrations, models

CHOICES = [
    ("assigned", "A task is given to me"),
    ("invited", "I am invited, or an appointment of mine changes"),
    ("reminder", "A reminder of mine is due"),
    ("changed", "Something I watch is changed"),
    ("commented", "Something is written about what I watch"),
    ("status", "The status of something I watch changes"),
    ("mail", "A mail about something I watch"),
    ("inquiry", "A dealer waits for me"),
    ("escalated", "A claim is late"),
    ("handed_over", "Contacts are handed over to me, or come back"),
    ("mentioned", "Somebody mentions me in a group"),
    ("direct", "Somebody writes to me alone"),
    ("accepted", "An order is accepted"),
    ("shipped", "An order is shipped"),
    ("delivered", "An order is delivered"),
    ("on_hold", "An order is put on hold"),
    ("planned", "The planned day of a delivery moves"),
    ("promise", "The day on which an order is expected moves"),
    ("claim_answer", "A claim of ours goes on"),
    ("decided", "A claim of ours is decided"),
    ("message", "The plant writes to us"),
    ("news", "The plant has news"),
]


class Migration(migrations.Migration):
    dependencies = [("activities", "0015_notices_of_hand_overs")]

    operations = [
        migrations.AlterField("notice", "event", models.CharField(choices=CHOICES, max_length=12)),
        migrations.AlterField("noticepreference", "event", models.CharField(choices=CHOICES, max_length=12)),
    ]
