"""What programs read of claims."""
