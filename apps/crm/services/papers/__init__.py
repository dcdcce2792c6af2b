"""Papers of orders, accounts, claims and shipments: plain data for Typst, of what their reader sees."""
