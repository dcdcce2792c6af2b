"""A mailing bears what mail programs need to offer its reader a way out (RFC 2369, RFC 2919, RFC 8058)."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from email.header import decode_header, make_header

import pytest
from cryptography.fernet import Fernet
from django.core.mail import EmailMessage
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.core.services.key_rotation import rotate_secrets
from apps.core.services.suppression import fold
from apps.crm.models import MailingSecret, MailingTopic
from apps.crm.services.mailings import mailing_headers, one_click_trouble, preferences_url, unsubscribe_url
from apps.crm.services.mailings.tokens import Letter, letter_of, seal

pytestmark = pytest.mark.django_db

LINK = re.compile(r"<https://rapport\.example/unsubscribe/([\w-]+)/>")
words = st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"]), max_size=60)


@pytest.fixture(autouse=True)
def _site(settings):
    settings.RAPPORT_SITE_URL = "https://rapport.example/"


@pytest.fixture
def news():
    return MailingTopic.objects.create(key="news", title="House news")


def test_a_mailing_bears_one_https_link_and_the_word_that_one_click_posts(news):
    headers = mailing_headers(address="Anna@Example.com", topic=news, origin="campaign:7")

    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert headers["List-Id"] == '"House news" <news.mailings.rapport.example>'
    match = LINK.fullmatch(headers["List-Unsubscribe"])
    assert match
    assert letter_of(match[1]) == Letter("anna@example.com", "topic:news", "campaign:7")


def test_a_mailing_of_no_topic_belongs_to_all_of_them():
    headers = mailing_headers(address="anna@example.com", topic=None, origin="")

    assert headers["List-Id"] == '"Rapport" <mailings.rapport.example>'
    match = LINK.fullmatch(headers["List-Unsubscribe"])
    assert match
    assert letter_of(match[1]) == Letter("anna@example.com", "mailings", "")


def test_who_reads_mail_alone_may_leave_by_mail_too(settings, news):
    settings.RAPPORT_UNSUBSCRIBE_ADDRESS = "leave@rapport.example"

    value = mailing_headers(address="anna@example.com", topic=news, origin="c")["List-Unsubscribe"]

    way, mail = value.split(", ")
    match = re.fullmatch(r"<mailto:leave@rapport\.example\?subject=unsubscribe%20([\w-]+)>", mail)
    assert match
    assert f"<https://rapport.example/unsubscribe/{match[1]}/>" == way


def test_without_https_there_is_a_link_and_no_one_click(settings):
    settings.RAPPORT_SITE_URL = "http://localhost:8000/"

    headers = mailing_headers(address="anna@example.com", topic=None, origin="")

    assert headers["List-Unsubscribe"].startswith("<http://localhost:8000/unsubscribe/")
    assert "List-Unsubscribe-Post" not in headers
    assert "HTTPS" in one_click_trouble()


def test_a_house_that_does_not_know_its_address_says_so(settings):
    settings.RAPPORT_SITE_URL = ""

    assert mailing_headers(address="a@example.com", topic=None, origin="") == {
        "List-Id": '"Rapport" <mailings.localhost>'
    }
    assert unsubscribe_url(address="a@example.com", topic=None, origin="") == ""
    assert preferences_url(address="a@example.com", topic=None, origin="") == ""
    assert one_click_trouble()


def test_the_headers_survive_the_longest_address_and_a_title_in_cyrillic(news):
    news.title = 'Новини "Вікна"'
    address = f"{'a' * 64}@{'.'.join(['b' * 60] * 4)}.example"

    headers = mailing_headers(address=address, topic=news, origin="campaign:1234567890")
    raw = EmailMessage("Hi", "Hello", "a@rapport.example", [address], headers=headers).message().as_bytes()

    assert max(map(len, raw.splitlines())) < 998  # RFC 5322, section 2.1.1
    read = message_from_bytes(raw, policy=policy.compat32)
    assert read["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    match = LINK.fullmatch(read["List-Unsubscribe"].strip())
    assert match
    assert letter_of(match[1]) == Letter(address, "topic:news", "campaign:1234567890")
    phrase, name = read["List-Id"].rsplit(" ", 1)
    assert str(make_header(decode_header(phrase))) == "Новини Вікна"
    assert name == "<news.mailings.rapport.example>"


def test_the_link_to_the_topics_belongs_to_the_same_letter(news):
    link = preferences_url(address="anna@example.com", topic=news, origin="campaign:7")

    assert link == unsubscribe_url(address="anna@example.com", topic=news, origin="campaign:7") + "topics/"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(address=words, scope=words, origin=words)
def test_what_was_sealed_is_read_again_and_shows_nothing(address, scope, origin):
    token = seal(Letter(address, scope, origin))

    assert letter_of(token) == Letter(fold(address), scope, origin)
    assert re.fullmatch(r"[A-Za-z0-9_-]+", token)
    assert seal(Letter(address, scope, origin)) == token


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(position=st.integers(0, 60), sign=st.sampled_from("AZaz09-_"))
def test_one_other_sign_makes_it_nothing(position, sign):
    token = seal(Letter("anna@example.com", "topic:news", "campaign:7"))
    changed = token[:position] + sign + token[position + 1 :]

    assert letter_of(changed) == (letter_of(token) if changed == token else None)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(token=st.text(max_size=200))
def test_a_made_up_token_is_nothing(token):
    assert letter_of(token) is None


def test_no_part_of_a_letter_smuggles_another_one():
    with pytest.raises(ValueError, match="line ends"):
        seal(Letter("anna@example.com", "topic:news\nother"))


def test_links_of_old_mails_outlive_a_change_of_keys(settings):
    token = seal(Letter("anna@example.com", "mailings"))
    kept = MailingSecret.objects.get().sealed
    settings.SECRETS_KEYS = [Fernet.generate_key().decode(), *settings.SECRETS_KEYS]
    rotate_secrets()
    settings.SECRETS_KEYS = settings.SECRETS_KEYS[:1]

    assert MailingSecret.objects.get().sealed != kept
    assert letter_of(token) == Letter("anna@example.com", "mailings")
