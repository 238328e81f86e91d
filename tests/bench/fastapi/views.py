"""Who looked at a topic: noted in memory, written together every few seconds."""

import asyncio
import uuid

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert

from stores import sessions
from tables import Topic, User, View

EVERY_SECONDS = 5
noted: set[tuple[uuid.UUID, uuid.UUID]] = set()


def look(topic: Topic, user: User) -> None:
    """Somebody looked; authors are not counted."""
    if topic.created_by != user.id:
        noted.add((topic.id, user.id))


async def keep() -> None:
    """Writes what was noted, for as long as the server runs."""
    while True:
        await asyncio.sleep(EVERY_SECONDS)
        looks = [{"topic_id": topic, "user_id": user} for topic, user in noted]
        noted.clear()
        for at in range(0, len(looks), 1_000):
            async with sessions.begin() as db:
                kept = insert(View).values(looks[at : at + 1_000]).on_conflict_do_nothing()
                fresh = await db.scalars(kept.returning(View.topic_id))
                for topic in fresh:
                    await db.execute(update(Topic).where(Topic.id == topic).values(views=Topic.views + 1))
