"""What comes in and goes out, as the contract has it."""

import uuid
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel


class Shape(BaseModel):
    """Fields are in camelCase outside."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class Organization(Shape):
    """Where somebody belongs."""

    id: uuid.UUID
    name: str


class Author(Shape):
    """Who wrote it."""

    id: uuid.UUID
    name: str
    title: str | None
    is_verified: bool
    organization: Organization


class Card(Shape):
    """A topic in a list."""

    id: uuid.UUID
    title: str
    slug: str
    category: str
    tags: list[str]
    status: str
    visibility: str
    created_by: uuid.UUID
    author: Author
    organization_id: uuid.UUID
    is_pinned: bool
    excerpt: str
    views: int
    likes: int
    reply_count: int
    has_best_answer: bool
    is_bookmarked: bool
    last_activity_at: datetime
    created_at: datetime
    updated_at: datetime


class CardPage(Shape):
    """A page of topics."""

    items: list[Card]
    limit: int
    has_next: bool
    next_cursor: str | None


class Reply(Shape):
    """A reply to a post."""

    id: str
    post_id: str
    parent_reply_id: str | None
    content: str
    content_html: str
    author: Author
    author_id: uuid.UUID
    likes: int
    is_liked: bool
    is_best_answer: bool
    is_deleted: bool
    created_at: datetime


class Post(Shape):
    """A post of a topic."""

    id: str
    topic_id: str
    is_root: bool
    content: str
    content_html: str
    author: Author
    author_id: uuid.UUID
    attachments: list[dict]
    likes: int
    is_liked: bool
    replies: list[Reply]
    reply_count: int
    created_at: datetime
    updated_at: datetime


class PostPage(Shape):
    """The first posts of a topic."""

    items: list[Post]
    limit: int
    has_next: bool


class WholeTopic(Card):
    """A topic and its first posts."""

    content: str
    content_html: str
    posts: PostPage


class NewTopic(Shape):
    """What opens a topic."""

    title: str = Field(min_length=5, max_length=200)
    content: str = Field(min_length=20, max_length=50_000)
    category: str
    tags: list[str] = Field(default=[], max_length=5)
    visibility: str = Field(default="network", pattern="^(network|organization)$")


class NewReply(Shape):
    """What answers a post."""

    content: str = Field(min_length=1, max_length=5_000)
    parent_reply_id: str | None = None


class Liked(Shape):
    """Whether the caller likes it now, and how many do."""

    liked: bool
    count: int
