"""Tables and views of a plant's own database, read by a cursor."""
