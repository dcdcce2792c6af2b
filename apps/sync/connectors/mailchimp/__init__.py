"""An audience at Mailchimp, kept as the house's contacts are."""
