"""Files that a plant's programs drop into a folder."""
