"""Fills both stores: `seed.py <user id> <topics> <posts of the busy topic> <replies to each of them>`.

Prints a line for every topic, the busy one first: its id, and that of its first post.
"""

import asyncio
import os
import sys
import uuid
from datetime import UTC, datetime, timedelta

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import create_async_engine

from tables import Base, Organization, Topic, User

PEOPLE = 300
WORDS = "The press on line two runs hot after the third shift, and **nobody** knows why. "


def people(caller: uuid.UUID) -> tuple[list[dict], list[dict]]:
    """Organizations and one person of each; the first is who asks."""
    organizations = [
        {"id": uuid.uuid4(), "name": f"Works {n}", "domain": f"works{n}.example"} for n in range(PEOPLE)
    ]
    users = [
        {
            "id": caller if n == 0 else uuid.uuid4(),
            "email": f"person{n}@works{n}.example",
            "first_name": "Sara",
            "last_name": f"العتيبي {n}",
            "organization_id": organizations[n]["id"],
        }
        for n in range(PEOPLE)
    ]
    return organizations, users


def topic(number: int, users: list[dict], now: datetime) -> dict:
    """A topic, a minute after the one before."""
    author = users[number * 7 % PEOPLE]
    return {
        "id": uuid.uuid4(),
        "title": f"Bearings of an old press run hot ({number})",
        "category": "maintenance",
        "created_by": author["id"],
        "organization_id": author["organization_id"],
        "is_pinned": False,
        "created_at": now + timedelta(minutes=number),
    }


def post(of: dict, number: int, replies: int = 0) -> dict:
    """A post of a topic."""
    at = of["created_at"] + timedelta(seconds=number)
    return {
        "_id": str(uuid.uuid4()),
        "topic_id": str(of["id"]),
        "content": WORDS * 8,
        "author_id": str(of["created_by"]),
        "replies": [reply(of, at + timedelta(seconds=n)) for n in range(replies)],
        "created_at": at,
        "updated_at": at,
    }


def reply(of: dict, at: datetime) -> dict:
    """A reply to a post."""
    return {
        "id": str(uuid.uuid4()),
        "content": WORDS * 2,
        "author_id": str(of["created_by"]),
        "created_at": at,
        "is_best_answer": False,
    }


async def fill(caller: uuid.UUID, topics: int, busy_posts: int, busy_replies: int) -> None:
    """Everything, in a fresh database."""
    from stores import posts

    engine = create_async_engine(os.environ["DATABASE_URL"])
    organizations, users = people(caller)
    start = datetime.now(UTC) - timedelta(minutes=topics + 1)
    rows = [topic(number, users, start) for number in range(topics)]
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.drop_all)
        await connection.run_sync(Base.metadata.create_all)
        for table, values in [(Organization, organizations), (User, users)]:
            await connection.execute(insert(table), values)
        for at in range(0, topics, 1_000):
            await connection.execute(insert(Topic), rows[at : at + 1_000])
    await posts.drop()
    await posts.create_index([("topic_id", 1), ("created_at", 1)])
    busy = rows[-1]
    documents = [post(busy, number, busy_replies) for number in range(busy_posts)]
    first = [documents[0]]
    for at in range(0, topics - 1, 500):
        several = [post(row, 0) for row in rows[at : at + 500] if row is not busy]
        await posts.insert_many(several)
        first += several
    await posts.insert_many(documents)
    await engine.dispose()
    for document in first:
        print(document["topic_id"], document["_id"])


if __name__ == "__main__":
    asyncio.run(fill(uuid.UUID(sys.argv[1]), *map(int, sys.argv[2:5])))
