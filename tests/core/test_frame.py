"""The frame's kept parts: many readers share a drawing, and each still gets their own frame."""

from __future__ import annotations

import re

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def frame_for(user, path: str = "/", *, language: str = "en", theme: str = "") -> str:
    client = Client()
    client.force_login(user)
    if theme:
        client.cookies["theme"] = theme
    return client.get(path, headers={"accept-language": language}).content.decode()


def current(page: str) -> set[str]:
    """The addresses that the menus mark as the page one is on."""
    return set(re.findall(r'href="([^"]+)" aria-current="page"', page))


def test_each_reader_sees_the_menus_of_their_own_rights(ada, bob, dora):
    for _again in range(2):
        administrator, staff, dealer = frame_for(ada), frame_for(bob), frame_for(dora)

        assert 'href="/contacts/"' in administrator
        assert 'href="/admin/"' in administrator
        assert 'href="/contacts/"' in staff
        assert 'href="/admin/"' not in staff
        assert 'href="/contacts/"' not in dealer
        assert 'href="/admin/"' not in dealer
        assert "data-open-search" in staff
        assert "data-open-search" not in dealer


def test_a_right_that_is_taken_away_is_gone_from_the_next_page(ada):
    assert 'href="/admin/"' in frame_for(ada)

    ada.groups.clear()

    assert 'href="/admin/"' not in frame_for(ada)


def test_each_reader_reads_their_own_language(bob, charlie):
    for _again in range(2):
        english, ukrainian = frame_for(bob, language="en"), frame_for(charlie, language="uk")

        assert "Keyboard shortcuts" in english
        assert ">Home<" in english
        assert ">Контакти<" not in english
        assert ">Контакти<" in ukrainian
        assert ">Home<" not in ukrainian


def test_the_menus_mark_the_section_of_the_page(bob):
    for _again in range(2):
        assert current(frame_for(bob, "/")) == {"/"}
        assert "/contacts/" in current(frame_for(bob, "/contacts/list/all/"))
        assert "/" not in current(frame_for(bob, "/contacts/list/all/"))


def test_name_token_and_way_back_are_of_one_reader_and_one_request(bob, charlie):
    bobs, charlies = frame_for(bob, "/?of=bob"), frame_for(charlie)

    assert "bob@example.com" in bobs
    assert "charlie@example.com" not in bobs
    assert "charlie@example.com" in charlies
    assert "bob@example.com" not in charlies
    assert 'name="back" value="/?of=bob"' in bobs
    assert "of=bob" not in charlies
    tokens = [
        set(re.findall(r'csrf(?:-token" content|middlewaretoken" value)="([^"]+)"', page)) for page in (bobs, charlies)
    ]
    assert tokens[0]
    assert tokens[1]
    assert not tokens[0] & tokens[1]


def test_the_chosen_theme_is_pressed(bob):
    for theme in ("light", "dark"):
        assert f'value="{theme}" aria-pressed="true"' in frame_for(bob, theme=theme)
    assert 'value="auto" aria-pressed="true"' in frame_for(bob)


def test_a_renamed_site_shows_its_new_name(bob, settings):
    assert "Fenster &amp; Co" not in frame_for(bob)

    settings.RAPPORT_NAME = "Fenster & Co"

    assert '<span class="sidebar__name">Fenster &amp; Co</span>' in frame_for(bob)
