"""The room that talks to language models.

`open_client` gives a `ChatClient` for one OpenAI-compatible endpoint; `Retrying` and `Fallback` are Models around a Model. What an
endpoint takes and how it fails is judged in pure modules: `capabilities`, `repairs`, `complaint`, `decode`, `answer`.
"""
