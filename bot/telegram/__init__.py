"""What is special to Telegram: session, receiver, dispatcher, filters, buttons, screens."""
