"""What is made of a text when it is written: HTML that is safe to show, how it begins, and a name for addresses."""

import re

import mistune
import nh3

to_html = mistune.create_markdown(plugins=["table", "strikethrough", "url"])
NOT_A_WORD = re.compile(r"\W+")


def render(content: str) -> str:
    """Markdown as clean HTML."""
    return nh3.clean(to_html(content))


def excerpt(html: str) -> str:
    """How it begins, without markup."""
    return " ".join(nh3.clean(html, tags=set()).split())[:200]


def slug(title: str) -> str:
    """The title for addresses of pages."""
    return NOT_A_WORD.sub("-", title.lower()).strip("-")
