"""How each plant's systems put it: what its production sends, what its books and its files hold."""
