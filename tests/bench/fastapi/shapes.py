"""What comes in and goes out."""

import uuid
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel


class Shape(BaseModel):
    """Fields are in camelCase outside."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class Author(Shape):
    """Who wrote it."""

    id: uuid.UUID
    name: str
    organization: str


class TopicCard(Shape):
    """A topic in a list."""

    id: uuid.UUID
    title: str
    category: str
    is_pinned: bool
    created_at: datetime
    author: Author


class TopicPage(Shape):
    """A page of topics."""

    items: list[TopicCard]
    limit: int
    has_next: bool


class Reply(Shape):
    """A reply in a post."""

    id: str
    content: str
    author_id: str
    created_at: datetime
    is_best_answer: bool = False


class Post(Shape):
    """A post of a topic."""

    id: str
    topic_id: str
    content: str
    author_id: str
    replies: list[Reply]
    created_at: datetime
    updated_at: datetime


class WholeTopic(TopicCard):
    """A topic and its first posts."""

    posts: list[Post]


class NewTopic(Shape):
    """What opens a topic."""

    title: str = Field(min_length=5, max_length=200)
    content: str = Field(min_length=20, max_length=50_000)
    category: str
    tags: list[str] = Field(default=[], max_length=5)


class NewReply(Shape):
    """What answers a post."""

    content: str = Field(min_length=1, max_length=5_000)


class Liked(Shape):
    """Whether the caller likes it now, and how many do."""

    liked: bool
    count: int
