"""The folders and relationship types that every house has."""

from django.db import migrations

TYPES = [
    # key, name, inverse name, source, target, symmetric, hierarchical
    ("works_for", "works for", "employs", "person", "organisation", False, True),
    ("part_of", "is part of", "consists of", "organisation", "organisation", False, True),
    ("parent_of", "is a parent of", "is a child of", "person", "person", False, True),
    ("spouse_of", "is married to", "is married to", "person", "person", True, False),
    ("knows", "knows", "knows", "any", "any", True, False),
    ("supplier_of", "supplies", "buys from", "organisation", "any", False, False),
    ("dealer_of", "is a dealer of", "sells through", "organisation", "organisation", False, False),
]


def make(apps, schema_editor):
    folder = apps.get_model("contacts", "Folder")
    folder.objects.get_or_create(is_default=True, defaults={"name": "Everyone", "kind": "public"})
    folder.objects.get_or_create(is_colleagues=True, defaults={"name": "Colleagues", "kind": "public", "position": 1})
    relationship_type = apps.get_model("contacts", "RelationshipType")
    for key, name, inverse, source, target, symmetric, hierarchical in TYPES:
        relationship_type.objects.get_or_create(
            key=key,
            defaults={
                "name": name,
                "inverse_name": inverse,
                "source_kind": source,
                "target_kind": target,
                "is_symmetric": symmetric,
                "is_hierarchical": hierarchical,
                "is_built_in": True,
            },
        )


class Migration(migrations.Migration):
    dependencies = [("contacts", "0002_database_rules")]

    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
