"""The Django admin's view of users, groups, teams, tokens and the audit."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import ROLES, ApiToken, AuditEvent, Preferences, Team, TeamMembership, User
from apps.accounts.services import users as service
from apps.accounts.services.teams import members_changed
from apps.accounts.services.tokens import revoke_token
from apps.core import clock

admin.site.site_header = settings.RAPPORT_NAME
admin.site.site_title = settings.RAPPORT_NAME
admin.site.index_title = _("Administration")
# One way in: with the second factor, the lock-out and the audit.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]  # allauth's documented recipe


def _own_password(request: HttpRequest, extra_context: Any = None) -> HttpResponse:
    return redirect("account_change_password")


admin.site.password_change = _own_password  # type: ignore[assignment,method-assign]  # the page that is audited

# Credentials are nobody's to read or edit: they change on their owner's security page.
for module in ("allauth.account", "allauth.mfa", "allauth.usersessions", "django.contrib.auth"):
    import_module(f"{module}.admin")  # so that it has registered what is taken out here
for model in (EmailAddress, Authenticator, UserSession, Group):
    admin.site.unregister(model)


if TYPE_CHECKING:
    AnyAdmin = admin.ModelAdmin[Any]
    StackedRows = admin.StackedInline[Any, Any]
    TabularRows = admin.TabularInline[Any, Any]
else:  # the classes take no parameters when the program runs
    AnyAdmin, StackedRows, TabularRows = admin.ModelAdmin, admin.StackedInline, admin.TabularInline


class ReadOnlyAdmin(AnyAdmin):
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


class PreferencesInline(StackedRows):
    model = Preferences
    can_delete = False


class MembershipInline(TabularRows):
    model = TeamMembership
    extra = 0
    autocomplete_fields = ["user"]


@admin.register(User)
class UserAdmin(AnyAdmin):
    """Users are made on the settings page, since they are invited there; they are never deleted."""

    list_display = ["name", "email", "is_active", "is_staff", "last_login"]
    list_filter = ["is_active", "groups"]
    search_fields = ["name", "email"]
    ordering = ["name", "email"]
    fields = ["name", "email", "groups", "is_active", "created_at", "last_login"]
    readonly_fields = ["email", "is_active", "created_at", "last_login"]
    inlines = [PreferencesInline]
    actions = ["put_out_of_service", "put_back_in_service", "sign_out_everywhere"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "groups":
            kwargs["widget"] = forms.CheckboxSelectMultiple
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def save_model(self, request: Any, obj: User, form: Any, change: bool) -> None:
        service.rename_user(actor=request.user, user=obj, name=form.cleaned_data["name"], now=clock.now())

    def save_related(self, request: Any, form: Any, formsets: Any, change: bool) -> None:
        """Groups go through the service, which counts, audits and guards them."""
        names = [group.name for group in form.cleaned_data["groups"]]
        try:
            service.set_roles(actor=request.user, user=form.instance, roles=names, now=clock.now())
        except service.LastAdministrator as error:
            messages.error(request, str(error))
        for formset in formsets:
            self.save_formset(request, form, formset, change=change)

    @admin.action(description=_("Put out of service"))
    def put_out_of_service(self, request: Any, queryset: models.QuerySet[User]) -> None:
        for user in queryset.order_by("pk"):
            try:
                service.deactivate_user(actor=request.user, user=user, now=clock.now())
            except service.LastAdministrator as error:
                messages.error(request, str(error))

    @admin.action(description=_("Put back in service"))
    def put_back_in_service(self, request: Any, queryset: models.QuerySet[User]) -> None:
        for user in queryset.order_by("pk"):
            service.reactivate_user(actor=request.user, user=user, now=clock.now())

    @admin.action(description=_("Sign out everywhere"))
    def sign_out_everywhere(self, request: Any, queryset: models.QuerySet[User]) -> None:
        for user in queryset.order_by("pk"):
            service.sign_out_everywhere(actor=request.user, user=user, now=clock.now())


@admin.register(Group)
class GroupAdmin(AnyAdmin):
    """Access groups; the built-in ones are the roles, and keep their names."""

    list_display = ["name"]
    search_fields = ["name"]
    ordering = ["name"]
    fields = ["name"]

    def get_readonly_fields(self, request: HttpRequest, obj: Group | None = None) -> list[str]:
        return ["name"] if obj is not None and obj.name in ROLES else []

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        # Taking away a group changes what its members see: they have to be taken out first, one audited step each.
        return isinstance(obj, Group) and obj.name not in ROLES and not User.objects.filter(groups=obj).exists()


@admin.register(Team)
class TeamAdmin(AnyAdmin):
    list_display = ["name"]
    search_fields = ["name"]
    ordering = ["name"]
    inlines = [MembershipInline]

    def save_related(self, request: Any, form: Any, formsets: Any, change: bool) -> None:
        before = set(form.instance.memberships.values_list("user", flat=True))
        super().save_related(request, form, formsets, change)
        touched = before | set(form.instance.memberships.values_list("user", flat=True))
        members_changed(actor=request.user, team=form.instance, user_ids=touched, now=clock.now())


@admin.register(ApiToken)
class ApiTokenAdmin(ReadOnlyAdmin):
    list_display = ["user", "name", "hint", "scopes", "created_at", "expires_at", "last_used_at", "revoked_at"]
    list_select_related = ["user"]
    search_fields = ["name", "user__email", "user__name"]
    ordering = ["-created_at"]
    exclude = ["digest"]
    actions = ["revoke"]

    @admin.action(description=_("Revoke"))
    def revoke(self, request: Any, queryset: models.QuerySet[ApiToken]) -> None:
        for token in queryset.order_by("pk"):
            revoke_token(actor=request.user, token=token, now=clock.now())


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    list_display = ["occurred_at", "verb", "actor", "record_type", "record_id", "ip"]
    list_select_related = ["actor"]
    list_filter = ["verb"]
    search_fields = ["actor__email", "actor__name", "request_id"]
    ordering = ["-occurred_at", "-pk"]
    date_hierarchy = "occurred_at"
