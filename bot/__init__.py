"""A Telegram bot with which a government department leads citizens through e-government and runs its contests."""
