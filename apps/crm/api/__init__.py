"""What programs read of dealers, their orders, accounts, shipments and claims."""
