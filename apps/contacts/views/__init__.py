"""Pages of contacts: parse the request, ask one service or queryset, render."""
