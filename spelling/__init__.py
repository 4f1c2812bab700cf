"""Spelling of all that people read: locales and content, in Kazakh and Russian. `make spell` runs it."""
