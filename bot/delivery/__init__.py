"""Carries out every deferred Telegram call: claim, call, mark; and what each error means."""
