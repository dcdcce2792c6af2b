"""Texts of allauth that our catalogues word anew, in the words of our own pages. Nothing imports this: it is collected.

A catalogue of the project goes before those of installed apps. allauth's Ukrainian one Writes Words Like This, calls a
passkey a "password key", and Django's own leaves the label of the sign-in's first field in English.
"""

from django.utils.translation import gettext_noop as _

SIGN_IN = (
    _("Email"),
    _("Remember Me"),
    _("Forgot your password?"),
    _("Sign In"),
    _("Sign Out"),
    _("Are you sure you want to sign out?"),
    _("Successfully signed in as %(name)s."),
    _("Invalid login."),
    _("The email address and/or password you specified are not correct."),
    _("Account Inactive"),
    _("This account is inactive."),
    _("Confirm Access"),
    _("Please reauthenticate to safeguard your account."),
    _("Alternative options"),
    _("Use authenticator app or code"),
)
PASSWORDS = (
    _("Change Password"),
    _("Current Password"),
    _("New Password"),
    _("New Password (again)"),
    _("Password successfully changed."),
    _("Set Password"),
    _("Password Set"),
    _("Password Reset"),
    _("Password Changed"),
    _("Password Reset Email"),
    _("Reset My Password"),
    _("Your password has been reset."),
    _("Your password is now changed."),
    _("Bad Token"),
)
SECOND_FACTORS = (
    _("Two-Factor Authentication"),
    _("Your account is protected by two-factor authentication. Please enter an authenticator code:"),
    _("Authenticator App"),
    _("Authentication using an authenticator app is active."),
    _("An authenticator app is not active."),
    _("Activate Authenticator App"),
    _("Deactivate Authenticator App"),
    _("You are about to deactivate authenticator app based authentication. Are you sure?"),
    _("Authenticator app activated."),
    _("Authenticator app deactivated."),
    _("Authenticator App Activated"),
    _("Authenticator App Deactivated"),
    _("Authenticator secret"),
    _("You can store this secret and use it to reinstall your authenticator app at a later time."),
    _("Authenticator code"),
    _("Enter an authenticator code:"),
    _("Security Keys"),
    _("Security Key Added"),
    _("Security Key Removed"),
    _("Add Security Key"),
    _("Edit Security Key"),
    _("Remove Security Key"),
    _("Passkey"),
    _("This key does not indicate whether it is a passkey."),
    _("A security key has been removed."),
    _("Security key removed."),
    _("Are you sure you want to remove this security key?"),
    _("Recovery Codes"),
    _("No recovery codes set up."),
    _("New Recovery Codes Generated"),
    _("You are about to generate a new set of recovery codes for your account."),
    _("A new set of recovery codes has been generated."),
    _("Unused codes"),
    _("I have saved my recovery codes"),
)
MAIL = (_("Hello from %(site_name)s!"), _("Unknown Account"))
