"""What a person sees: each function makes a Screen of facts and words, and sends nothing."""
