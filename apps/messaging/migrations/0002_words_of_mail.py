from django.contrib.postgres.operations import UnaccentExtension
from django.db import migrations

# Words as they are, without a language's stems: mail comes in many, also within one message. Accents are folded on
# both sides. The text is cut, since a vector holds at most a megabyte.
FORWARD = """
CREATE FUNCTION messaging_mail_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.words := setweight(to_tsvector('simple', unaccent(NEW.subject)), 'A')
        || setweight(to_tsvector('simple', unaccent(
            NEW.sender_name || ' ' || NEW.sender_address || ' ' || translate(NEW.sender_address, '@.-_', '    '))), 'B')
        || to_tsvector('simple', unaccent(left(NEW.text, 100000)));
    RETURN NEW;
END $$;
CREATE TRIGGER messaging_mail_words BEFORE INSERT OR UPDATE OF subject, text, sender_name, sender_address
    ON messaging_mailmessage FOR EACH ROW EXECUTE FUNCTION messaging_mail_words();
"""
BACK = """
DROP TRIGGER messaging_mail_words ON messaging_mailmessage;
DROP FUNCTION messaging_mail_words();
"""


class Migration(migrations.Migration):
    dependencies = [("messaging", "0001_initial")]
    operations = [UnaccentExtension(), migrations.RunSQL(FORWARD, BACK)]
