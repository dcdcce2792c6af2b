"""Groups and projects of the demo company."""
