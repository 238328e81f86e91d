"""Five routes of the forums."""

import asyncio
import uuid
from datetime import UTC, datetime

from fastapi import Depends, FastAPI, HTTPException, Query
from fastapi.responses import ORJSONResponse
from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from caller import current_user
from shapes import Author, Liked, NewReply, NewTopic, Post, Reply, TopicCard, TopicPage, WholeTopic
from stores import database, posts
from tables import Like, Organization, Topic, User

app = FastAPI(default_response_class=ORJSONResponse)

CARDS = (
    select(Topic, User, Organization)
    .join(User, Topic.created_by == User.id)
    .join(Organization, User.organization_id == Organization.id)
)


def card(topic: Topic, user: User, organization: Organization) -> dict:
    """What a list shows of a topic."""
    author = Author(id=user.id, name=f"{user.first_name} {user.last_name}", organization=organization.name)
    return {
        "id": topic.id,
        "title": topic.title,
        "category": topic.category,
        "is_pinned": topic.is_pinned,
        "created_at": topic.created_at,
        "author": author,
    }


def post_shape(document: dict) -> Post:
    """A document as it is answered."""
    return Post(id=document["_id"], **{key: value for key, value in document.items() if key != "_id"})


@app.get("/health/live")
async def live() -> dict:
    """It answers."""
    return {"status": "ok"}


@app.get("/api/v1/forums/topics")
async def topic_list(
    limit: int = Query(20, ge=1, le=100),
    user: User = Depends(current_user),
    db: AsyncSession = Depends(database),
) -> TopicPage:
    """Topics, pinned ones first."""
    order = (Topic.is_pinned.desc(), Topic.created_at.desc(), Topic.id.desc())
    rows = (await db.execute(CARDS.order_by(*order).limit(limit + 1))).all()
    items = [TopicCard(**card(*row)) for row in rows[:limit]]
    return TopicPage(items=items, limit=limit, has_next=len(rows) > limit)


@app.get("/api/v1/forums/topics/{topic_id}")
async def topic_read(
    topic_id: uuid.UUID, user: User = Depends(current_user), db: AsyncSession = Depends(database)
) -> WholeTopic:
    """A topic and its first posts; both stores are asked at once."""
    found = posts.find({"topic_id": str(topic_id)}).sort([("created_at", 1), ("_id", 1)]).limit(20)
    row, documents = await asyncio.gather(
        db.execute(CARDS.where(Topic.id == topic_id)), found.to_list(20)
    )
    row = row.first()
    if row is None:
        raise HTTPException(404, "not found")
    return WholeTopic(**card(*row), posts=[post_shape(document) for document in documents])


@app.post("/api/v1/forums/topics", status_code=201)
async def topic_create(
    new: NewTopic, user: User = Depends(current_user), db: AsyncSession = Depends(database)
) -> WholeTopic:
    """Opens a topic: its first post as a document, then its row."""
    now = datetime.now(UTC)
    topic = Topic(
        id=uuid.uuid4(),
        title=new.title,
        category=new.category,
        created_by=user.id,
        organization_id=user.organization_id,
        is_pinned=False,
        created_at=now,
    )
    document = {
        "_id": str(uuid.uuid4()),
        "topic_id": str(topic.id),
        "content": new.content,
        "author_id": str(user.id),
        "replies": [],
        "created_at": now,
        "updated_at": now,
    }
    await posts.insert_one(document)
    db.add(topic)
    organization = await db.get(Organization, user.organization_id)
    await db.commit()
    return WholeTopic(**card(topic, user, organization), posts=[post_shape(document)])


@app.post("/api/v1/forums/posts/{post_id}/reply", status_code=201)
async def reply_create(post_id: str, new: NewReply, user: User = Depends(current_user)) -> Reply:
    """Answers a post, in its document."""
    reply = {
        "id": str(uuid.uuid4()),
        "content": new.content,
        "author_id": str(user.id),
        "created_at": datetime.now(UTC),
        "is_best_answer": False,
    }
    change = {"$push": {"replies": reply}, "$set": {"updated_at": reply["created_at"]}}
    if (await posts.update_one({"_id": post_id}, change)).matched_count == 0:
        raise HTTPException(404, "not found")
    return Reply(**reply)


@app.post("/api/v1/forums/posts/{post_id}/like")
async def post_like(
    post_id: str, user: User = Depends(current_user), db: AsyncSession = Depends(database)
) -> Liked:
    """Likes a post, or no longer."""
    mine = {"post_id": post_id, "user_id": user.id}
    added = (await db.execute(insert(Like).values(**mine).on_conflict_do_nothing())).rowcount == 1
    if not added:
        await db.execute(delete(Like).filter_by(**mine))
    count = await db.scalar(select(func.count()).select_from(Like).filter_by(post_id=post_id))
    await db.commit()
    return Liked(liked=added, count=count or 0)
