"""What is asked and answered in the pictures: something of everything, in words that are true."""

import re

QUESTION = "how do I turn a text around in Python?"

ANSWER = '''\
## Turn a text around
A slice with step −1 does it, **no loop needed**:

```python
def turned(text: str) -> str:
    """The same text, last character first."""
    return text[::-1]
```

- it makes a **copy**, and the original stays
- `reversed(text)` walks backwards without one

What comes of it:

| text | turned | readable? |
|---|---|---|
| stressed | desserts | yes |
| 東京 | 京東 | another word |
| 👍🏽 ok | ko 🏽👍 | no, the skin tone came off |

Characters of several code points come apart, so do not do this to names.
'''

FIRST_WORD_SECONDS = 0.9
"""How long the model thinks before it writes."""

CHUNK_SECONDS = 0.2
"""Between two chunks: an unhurried model, so that there is something to see."""

_CHUNK = re.compile(r"\s*(?:\S{5,}|\S+\s+\S+)\s*")


def chunks() -> list[str]:
    """The answer as a model sends it, in a word or two at a time."""
    found = _CHUNK.findall(ANSWER)
    return [*found, ANSWER[sum(map(len, found)) :]]
