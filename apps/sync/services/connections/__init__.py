"""Connections to services outside: what waits to leave, who takes it there, what comes back."""
