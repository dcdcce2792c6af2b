"""Folders, categories, trash, photos, marks, and the persons behind users."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import call_command
from PIL import Image

from apps.accounts.services.users import create_user
from apps.contacts.models import Category, Entity, Favourite, Folder, Recent, SearchToken
from apps.contacts.selectors.folders import category_tree, flat, folder_tree
from apps.contacts.services import categories, folders, marks, photos, trash
from apps.contacts.services.entities import create_entity
from apps.contacts.services.folders import Grant
from apps.contacts.services.inputs import EntityInput
from apps.contacts.services.users import make_user_for
from apps.core import clock
from apps.core.services import files
from tests.contacts.factories import CategoryFactory, FolderFactory, OrganisationFactory, PersonFactory


def sales() -> Group:
    return Group.objects.get(name="sales")


def test_a_folder_is_seen_by_those_it_was_opened_to(ada, bob, charlie, now):
    board = folders.create_folder(actor=ada, name="Board", kind="restricted", now=now)
    person = PersonFactory(folder=board)
    assert person not in Entity.objects.visible_to(bob)

    folders.set_folder_rights(actor=ada, folder=board, kind="restricted", grants={sales(): Grant(edit=True)}, now=now)

    assert person in Entity.objects.editable_by(bob)
    assert person not in Entity.objects.exportable_by(bob)
    assert person not in Entity.objects.visible_to(charlie)

    folders.set_folder_rights(actor=ada, folder=board, kind="public", grants={}, now=now)
    assert person in Entity.objects.visible_to(charlie)


def test_only_administrators_make_shared_folders_but_everybody_has_one_of_their_own(ada, bob, dora, now):
    with pytest.raises(PermissionDenied):
        folders.create_folder(actor=bob, name="Board", now=now)
    with pytest.raises(PermissionDenied):
        folders.personal_folder(actor=dora, now=now)

    mine = folders.personal_folder(actor=bob, now=now)

    assert folders.personal_folder(actor=bob, now=now) == mine
    inner = folders.create_folder(actor=bob, name="Friends", parent=mine, now=now)
    assert (inner.kind, inner.owner) == ("personal", bob)
    for stranger in (ada, dora):
        with pytest.raises(PermissionDenied):
            folders.rename_folder(actor=stranger, folder=mine, name="X", now=now)
    assert (inner, 1) in [(branch.item, branch.depth) for branch in flat(folder_tree(bob))]
    assert mine not in [branch.item for branch in flat(folder_tree(ada))]


def test_folders_hang_in_a_tree_without_circles_and_only_empty_ones_go(ada, now, everyone_folder):
    top = folders.create_folder(actor=ada, name="Customers", now=now)
    inner = folders.create_folder(actor=ada, name="Abroad", parent=top, own_rights=False, now=now)

    with pytest.raises(ValidationError):
        folders.move_folder(actor=ada, folder=top, parent=inner, now=now)
    with pytest.raises(ValidationError):
        folders.create_folder(actor=ada, name="Customers", now=now)
    with pytest.raises(ValidationError):
        folders.remove_folder(actor=ada, folder=top, now=now)
    with pytest.raises(ValidationError):
        folders.remove_folder(actor=ada, folder=everyone_folder, now=now)

    folders.move_folder(actor=ada, folder=inner, parent=None, now=now)
    assert Folder.objects.get(pk=inner.pk).own_rights
    folders.remove_folder(actor=ada, folder=top, now=now)
    assert not Folder.objects.filter(pk=top.pk).exists()


def test_a_restricted_category_hides_who_bears_it_at_once(ada, bob, charlie, now):
    vip = categories.create_category(actor=ada, name="VIP", now=now)
    inner = categories.create_category(actor=ada, name="Abroad", parent=vip, now=now)
    person = PersonFactory()
    categories.set_categories(actor=bob, entity=person, category_ids=[inner.pk], now=now)
    assert person in Entity.objects.visible_to(charlie)

    categories.update_category(
        actor=ada, category=vip, name="VIP", parent=None, colour="", is_restricted=True, groups=[sales()], now=now
    )

    assert Entity.objects.get(pk=person.pk).is_restricted
    assert person in Entity.objects.visible_to(bob)
    assert person not in Entity.objects.visible_to(charlie)
    assert not category_tree(charlie)

    categories.set_categories(actor=bob, entity=person, category_ids=[], now=now)
    assert person in Entity.objects.visible_to(charlie)


def test_nobody_takes_off_or_puts_on_a_category_they_do_not_see(ada, charlie, now):
    secret = categories.create_category(actor=ada, name="Secret", is_restricted=True, now=now)
    open_one = CategoryFactory()
    person = PersonFactory()

    with pytest.raises(ValidationError):
        categories.set_categories(actor=charlie, entity=person, category_ids=[secret.pk], now=now)
    categories.set_categories(actor=charlie, entity=person, category_ids=[open_one.pk], now=now)
    with pytest.raises(PermissionDenied):
        categories.create_category(actor=charlie, name="Mine", now=now)
    assert Category.objects.count() == 2


def test_the_trash_gives_back_what_was_put_in(bob, charlie, now):
    person = create_entity(actor=bob, data=EntityInput(last_name="Koval"), now=now)

    assert trash.trash_entities(actor=bob, ids=[person.pk], now=now) == 1
    assert trash.trash_entities(actor=bob, ids=[person.pk], now=now) == 0
    assert not Entity.objects.live().filter(pk=person.pk).exists()
    assert not SearchToken.objects.filter(entity=person).exists()

    assert trash.restore_entities(actor=bob, ids=[person.pk], now=now) == 1
    person.refresh_from_db()
    assert (person.trashed_at, person.version) == (None, 3)
    assert SearchToken.objects.filter(entity=person, token="koval").exists()

    hidden = PersonFactory(folder=FolderFactory(kind="restricted"))
    with pytest.raises(PermissionDenied):
        trash.trash_entities(actor=charlie, ids=[person.pk, hidden.pk], now=now)
    assert not Entity.objects.trashed().exists()


def test_after_thirty_days_a_command_empties_the_trash(bob, capsys):
    now = clock.now()
    old = PersonFactory(trashed_at=now - timedelta(days=31))
    young = PersonFactory(trashed_at=now - timedelta(days=29))

    call_command("purge_trash")

    assert "1 contacts removed" in capsys.readouterr().out
    assert list(Entity.objects.all()) == [young]
    assert old.pk != young.pk


def picture(size=(3000, 2000), form="JPEG", **options) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "red").save(out, form, **options)
    return out.getvalue()


def test_a_photo_is_turned_upright_made_small_and_stripped(bob, now, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its side
    exif[0x010F] = "Camera of Olena"
    person = PersonFactory()

    photos.set_photo(actor=bob, entity=person, content=picture(exif=exif), now=now)

    person.refresh_from_db()
    assert person.photo is not None
    with files.open_file(person.photo) as stored, Image.open(stored) as shown:
        assert (shown.size, shown.format) == ((341, 512), "JPEG")
        assert not shown.getexif()
    assert person.version == 2


@pytest.mark.parametrize("content", [b"", b"GIF89a nothing more", b"%PDF-1.7", b"<svg onload='x'/>", b"\x00" * 100])
def test_what_is_no_picture_is_refused_in_words(bob, now, content, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    with pytest.raises(ValidationError):
        photos.set_photo(actor=bob, entity=PersonFactory(), content=content, now=now)


def test_a_pixel_bomb_is_refused_before_it_unfolds(bob, now, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    bomb = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(bomb, "PNG")

    with pytest.raises(ValidationError, match="pixels"):
        photos.set_photo(actor=bob, entity=PersonFactory(), content=bomb.getvalue(), now=now)


def test_favourites_and_recents_are_ones_own_and_of_what_one_sees(bob, charlie, now):
    people = [PersonFactory() for _ in range(22)]
    for minute, person in enumerate(people):
        marks.note_recent(actor=bob, entity=person, now=now + timedelta(minutes=minute))
    marks.add_favourite(actor=bob, entity=people[0])
    marks.add_favourite(actor=bob, entity=people[0])

    assert Recent.objects.filter(user=bob).count() == 20
    assert not Recent.objects.filter(entity=people[0]).exists()
    assert Favourite.objects.get().user == bob
    hidden = PersonFactory(folder=FolderFactory(kind="restricted"))
    for attempt in (marks.add_favourite, lambda **who: marks.note_recent(now=now, **who)):
        with pytest.raises(PermissionDenied):
            attempt(actor=charlie, entity=hidden)


def test_whoever_signs_in_is_a_contact_among_the_colleagues(ada, now):
    user = create_user(actor=ada, email="eve@example.com", name="Eve van Dyck", roles=["sales"], now=now)

    person = Entity.objects.get(user=user)
    assert (person.first_name, person.last_name, person.primary_email) == ("Eve van", "Dyck", "eve@example.com")
    assert person.folder.is_colleagues


def test_a_contact_becomes_a_user_and_stays_one_contact(ada, bob, now):
    person = create_entity(actor=bob, data=EntityInput(last_name="Koval"), now=now)

    with pytest.raises(PermissionDenied):
        make_user_for(actor=bob, entity=person, email="koval@example.com", roles=["sales"], now=now)
    user = make_user_for(actor=ada, entity=person, email="koval@example.com", roles=["dealer"], now=now)

    assert Entity.objects.get(user=user) == person
    with pytest.raises(ValidationError):
        make_user_for(actor=ada, entity=person, email="other@example.com", roles=["dealer"], now=now)
    with pytest.raises(ValidationError):
        make_user_for(actor=ada, entity=OrganisationFactory(), email="o@example.com", roles=["dealer"], now=now)
