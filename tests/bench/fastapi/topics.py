"""Topics: a list of them, one with its first posts, a new one."""

import asyncio
import uuid
from datetime import UTC, datetime

from fastapi import APIRouter, Depends, HTTPException, Query
from sqlalchemy import exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

import people
import text
from caller import current_user
from posts import kept, shown
from shapes import Card, CardPage, NewTopic, PostPage, WholeTopic
from stores import activity, database, posts
from tables import Bookmark, Organization, Topic, User
from views import look

router = APIRouter(prefix="/api/v1/forums/topics")


def cards(user: User):
    """Topics that this person may see, with who opened them."""
    mine = exists().where(Bookmark.user_id == user.id, Bookmark.topic_id == Topic.id)
    return (
        select(Topic, User, Organization, mine)
        .join(User, Topic.created_by == User.id)
        .join(Organization, User.organization_id == Organization.id)
        .where(Topic.status != "deleted")
        .where(or_(Topic.visibility == "network", Topic.organization_id == user.organization_id))
    )


def card(topic: Topic, user: User, organization: Organization, is_bookmarked: bool) -> dict:
    """What a list shows of a topic."""
    of_row = {name: getattr(topic, name) for name in Card.model_fields if hasattr(topic, name)}
    return of_row | {"author": people.card(user, organization), "is_bookmarked": is_bookmarked}


@router.get("")
async def topic_list(
    limit: int = Query(20, ge=1, le=100),
    category: str | None = None,
    user: User = Depends(current_user),
    db: AsyncSession = Depends(database),
) -> CardPage:
    """Topics, pinned ones first, then where somebody wrote last."""
    order = (Topic.is_pinned.desc(), Topic.last_activity_at.desc(), Topic.id.desc())
    wanted = cards(user).order_by(*order).limit(limit + 1)
    if category is not None:
        wanted = wanted.where(Topic.category == category)
    rows = (await db.execute(wanted)).all()
    items = [Card(**card(*row)) for row in rows[:limit]]
    has_next = len(rows) > limit
    last = items[-1] if has_next else None
    cursor = last and f"{last.is_pinned:d}.{last.last_activity_at.timestamp()}.{last.id}"
    return CardPage(items=items, limit=limit, has_next=has_next, next_cursor=cursor)


@router.get("/{topic_id}")
async def topic_read(
    topic_id: uuid.UUID, user: User = Depends(current_user), db: AsyncSession = Depends(database)
) -> WholeTopic:
    """A topic and its first posts; both stores are asked at once."""
    found = posts.find({"topic_id": str(topic_id)}).sort([("created_at", 1), ("_id", 1)]).limit(21)
    row, documents = await asyncio.gather(
        db.execute(cards(user).where(Topic.id == topic_id)), found.to_list(21)
    )
    row = row.first()
    if row is None:
        raise HTTPException(404, "not found")
    look(row[0], user)
    items = await shown(db, user, documents[:20])
    page = PostPage(items=items, limit=20, has_next=len(documents) > 20)
    return WholeTopic(
        **card(*row), content=items[0].content, content_html=items[0].content_html, posts=page
    )


@router.post("", status_code=201)
async def topic_create(
    new: NewTopic, user: User = Depends(current_user), db: AsyncSession = Depends(database)
) -> WholeTopic:
    """Opens a topic: its first post as a document, then its row."""
    now = datetime.now(UTC)
    document = kept(new.content, user, now) | {"replies": [], "attachments": [], "updated_at": now}
    topic = Topic(
        id=uuid.uuid4(),
        title=new.title,
        slug=text.slug(new.title),
        category=new.category,
        tags=new.tags,
        status="open",
        visibility=new.visibility,
        created_by=user.id,
        organization_id=user.organization_id,
        is_pinned=False,
        excerpt=text.excerpt(document["content_html"]),
        views=0,
        likes=0,
        reply_count=0,
        has_best_answer=False,
        last_activity_at=now,
        created_at=now,
        updated_at=now,
    )
    document |= {"_id": str(uuid.uuid4()), "topic_id": str(topic.id)}
    entry = {
        "user_id": str(user.id),
        "organization_id": str(user.organization_id),
        "action_type": "post_created",
        "entity_type": "forum",
        "entity_id": str(topic.id),
        "created_at": now,
    }
    await posts.insert_one(document)
    db.add(topic)
    organization = await db.get(Organization, user.organization_id)
    await db.commit()
    await activity.insert_one(entry)
    items = await shown(db, user, [document])
    page = PostPage(items=items, limit=20, has_next=False)
    return WholeTopic(
        **card(topic, user, organization, False),
        content=new.content,
        content_html=document["content_html"],
        posts=page,
    )
