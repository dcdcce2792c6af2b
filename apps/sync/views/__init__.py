"""Pages of synchronisation, for administrators."""
