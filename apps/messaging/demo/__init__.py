"""Mail of the demo company: mailboxes on this machine, what lies in them, and customers who answer."""
