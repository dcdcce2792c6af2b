"""Words that a mistyped one may have meant; tokens compared by code points, so that every index serves prefixes."""

from django.db import migrations, models

# All writers of tokens, COPY too, leave their words here. In their order, so that two writers don't wait in a circle.
WORDS = """
CREATE FUNCTION rapport_keep_search_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO contacts_searchword (word)
    SELECT DISTINCT part.word
    FROM fresh CROSS JOIN LATERAL unnest(string_to_array(fresh.token, ' ')) AS part(word)
    WHERE fresh.rank <= 4 AND length(part.word) >= 4
      AND NOT EXISTS (SELECT FROM contacts_searchword AS known WHERE known.word = part.word)
    ORDER BY part.word
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER keep_search_words AFTER INSERT ON contacts_searchtoken
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION rapport_keep_search_words();
INSERT INTO contacts_searchword (word)
SELECT DISTINCT part.word
FROM contacts_searchtoken AS token CROSS JOIN LATERAL unnest(string_to_array(token.token, ' ')) AS part(word)
WHERE token.rank <= 4 AND length(part.word) >= 4;
"""
NO_WORDS = "DROP TRIGGER keep_search_words ON contacts_searchtoken; DROP FUNCTION rapport_keep_search_words;"


class Migration(migrations.Migration):
    dependencies = [("contacts", "0005_attachments")]

    operations = [
        migrations.RemoveIndex(model_name="searchtoken", name="search_token_prefix"),
        migrations.AlterField(
            model_name="searchtoken", name="token", field=models.CharField(db_collation="C", max_length=60)
        ),
        migrations.AddIndex(
            model_name="searchtoken",
            index=models.Index(fields=["folder", "rank", "token", "entity"], name="search_token_prefix"),
        ),
        migrations.RemoveIndex(model_name="entity", name="entity_search_trgm"),
        migrations.CreateModel(
            name="SearchWord",
            fields=[
                (
                    "word",
                    models.CharField(db_collation="C", max_length=60, primary_key=True, serialize=False),
                )
            ],
        ),
        migrations.RunSQL(WORDS, NO_WORDS),
    ]
