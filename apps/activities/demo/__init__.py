"""The demo company: a window maker's world of firms and people, made up and the same at every start."""
