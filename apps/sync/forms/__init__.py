"""What administrators type about sources."""
