"""Posts and what is done to them: replies in their documents, likes in a table."""

import uuid
from datetime import UTC, datetime

from fastapi import APIRouter, Depends, HTTPException
from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

import people
import text
from caller import current_user
from shapes import Author, Liked, NewReply, Post, Reply
from stores import activity, database, posts
from tables import Like, Notification, Topic, User

router = APIRouter(prefix="/api/v1/forums/posts")


def kept(content: str, user: User, now: datetime) -> dict:
    """A text as a document holds it."""
    return {
        "content": content,
        "content_html": text.render(content),
        "author_id": str(user.id),
        "likes": 0,
        "created_at": now,
    }


def shown_reply(post: dict, reply: dict, authors: dict[uuid.UUID, Author], liked: set[str]) -> Reply:
    """A reply as it is answered."""
    author_id = uuid.UUID(reply["author_id"])
    return Reply(
        **(reply | {"author_id": author_id}),
        post_id=post["_id"],
        author=authors[author_id],
        is_liked=reply["id"] in liked,
    )


async def shown(db: AsyncSession, user: User, documents: list[dict]) -> list[Post]:
    """Documents as they are answered: who wrote them and what the caller likes is asked once for all of them."""
    replies = [reply for document in documents for reply in document["replies"]]
    authors = await people.cards(db, [uuid.UUID(written["author_id"]) for written in documents + replies])
    ids = [document["_id"] for document in documents] + [reply["id"] for reply in replies]
    mine = select(Like.liked_id).where(Like.user_id == user.id, Like.liked_id.in_(ids))
    liked = set(await db.scalars(mine))
    return [
        Post(
            id=document["_id"],
            topic_id=document["topic_id"],
            is_root=number == 0,
            content=document["content"],
            content_html=document["content_html"],
            author=authors[uuid.UUID(document["author_id"])],
            author_id=document["author_id"],
            attachments=document["attachments"],
            likes=document["likes"],
            is_liked=document["_id"] in liked,
            replies=[shown_reply(document, reply, authors, liked) for reply in document["replies"]],
            reply_count=len(document["replies"]),
            created_at=document["created_at"],
            updated_at=document["updated_at"],
        )
        for number, document in enumerate(documents)
    ]


async def find(db: AsyncSession, user: User, post_id: str) -> tuple[dict, Topic]:
    """A post without its texts, and its topic, if the caller may see it."""
    post = await posts.find_one({"_id": post_id}, {"topic_id": 1, "author_id": 1})
    seen = or_(Topic.visibility == "network", Topic.organization_id == user.organization_id)
    wanted = select(Topic).where(Topic.status != "deleted", seen)
    topic = post and await db.scalar(wanted.where(Topic.id == uuid.UUID(post["topic_id"])))
    if topic is None:
        raise HTTPException(404, "not found")
    return post, topic


@router.post("/{post_id}/reply", status_code=201)
async def reply_create(
    post_id: str, new: NewReply, user: User = Depends(current_user), db: AsyncSession = Depends(database)
) -> Reply:
    """Answers a post, in its document; its author is told."""
    post, topic = await find(db, user, post_id)
    if topic.status == "locked":
        raise HTTPException(409, "the topic is locked")
    now = datetime.now(UTC)
    reply = kept(new.content, user, now) | {
        "id": str(uuid.uuid4()),
        "parent_reply_id": new.parent_reply_id,
        "is_best_answer": False,
        "is_deleted": False,
    }
    await posts.update_one({"_id": post_id}, {"$push": {"replies": reply}, "$set": {"updated_at": now}})
    counted = {"reply_count": Topic.reply_count + 1, "last_activity_at": now}
    await db.execute(update(Topic).where(Topic.id == topic.id).values(counted))
    if post["author_id"] != str(user.id):
        db.add(
            Notification(user_id=uuid.UUID(post["author_id"]), kind="reply", entity_id=reply["id"])
        )
    await db.commit()
    entry = {
        "user_id": str(user.id),
        "organization_id": str(user.organization_id),
        "action_type": "post_created",
        "entity_type": "forum",
        "entity_id": reply["id"],
        "created_at": now,
    }
    await activity.insert_one(entry)
    authors = await people.cards(db, [user.id])
    return shown_reply(post, reply, authors, set())


@router.post("/{post_id}/like")
async def post_like(
    post_id: str, user: User = Depends(current_user), db: AsyncSession = Depends(database)
) -> Liked:
    """Likes a post, or no longer."""
    await find(db, user, post_id)
    mine = {"liked_id": post_id, "user_id": user.id}
    added = (await db.execute(insert(Like).values(**mine).on_conflict_do_nothing())).rowcount == 1
    if not added:
        await db.execute(delete(Like).filter_by(**mine))
    count = await db.scalar(select(func.count()).select_from(Like).filter_by(liked_id=post_id))
    await db.commit()
    await posts.update_one({"_id": post_id}, {"$set": {"likes": count}})
    return Liked(liked=added, count=count or 0)
