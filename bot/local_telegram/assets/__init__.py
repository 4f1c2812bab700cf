"""Files of the chat page."""
