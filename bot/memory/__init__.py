"""What was said in a conversation, and how much of it the model sees."""
