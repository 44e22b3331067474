"""The model's Markdown as each platform writes it: pages, their pieces, and the walk from tokens to text. Pure functions."""
