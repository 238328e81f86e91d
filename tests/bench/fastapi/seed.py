"""Fills both stores: `seed.py <user id> <topics> <posts of the busy topic> <replies to each of them>`.

The same topics, posts and people as our side's data set (tests/bench/src/generate.rs). Prints a line for every topic, the
busy one first: its id, and that of its first post.
"""

import asyncio
import os
import sys
import uuid
from datetime import UTC, datetime, timedelta

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import create_async_engine

import text
from tables import Base, Organization, Topic, User

PEOPLE = 300
CATEGORIES = ["general", "questions", "manufacturing", "quality", "maintenance"]
TAGS = ["press", "bearings", "sensors", "كفاءة", "robots", "energy"]
TITLES = [
    "Bearings of an old press run hot",
    "كيف نقلل توقف خط التعبئة؟",
    "Which vibration sensors survive a foundry",
    "خبرتكم مع الصيانة التنبؤية في المصانع الصغيرة",
]
SENTENCES = [
    "The press on line two runs hot after the third shift, and **nobody** knows why.",
    "We changed the oil, the belt and the `PT100` sensor; readings stay at 84 °C when a < b.",
    "يتوقف الخط مرتين في الأسبوع، وكل توقف يكلفنا ساعتين من الإنتاج.",
    "- last overhaul in spring\n- load 70 %\n- ambient 38 °C",
    "جربنا ضبط السرعة وتنظيف الحساسات دون نتيجة واضحة حتى الآن.",
    "What would you look at first, and which supplier would you ask?",
]


def pick(choices: list[str], at: int) -> str:
    """One of them, by turns."""
    return choices[at % len(choices)]


def words(first: int, sentences: int) -> str:
    """So many sentences, from this one on."""
    return "\n\n".join(pick(SENTENCES, first + at) for at in range(sentences))


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


def topic(number: int, users: list[dict], start: datetime) -> dict:
    """A topic, a minute after the one before."""
    author = users[number * 7 % PEOPLE]
    at = start + timedelta(minutes=number)
    title = f"{pick(TITLES, number)} ({number})"
    return {
        "id": uuid.uuid4(),
        "title": title,
        "slug": text.slug(title),
        "category": pick(CATEGORIES, number),
        "tags": [pick(TAGS, number), pick(TAGS, number + 1)],
        "visibility": "organization" if number % 10 == 9 else "network",
        "created_by": author["id"],
        "organization_id": author["organization_id"],
        "excerpt": text.excerpt(text.render(words(number, 6 + number % 7))),
        "last_activity_at": at,
        "created_at": at,
    }


def written(content: str, author: dict, at: datetime) -> dict:
    """A text in a document."""
    return {
        "content": content,
        "content_html": text.render(content),
        "author_id": str(author["id"]),
        "likes": 0,
        "created_at": at,
    }


def post(of: dict, author: dict, content: str, at: datetime) -> dict:
    """A post of a topic."""
    return written(content, author, at) | {
        "_id": str(uuid.uuid4()),
        "topic_id": str(of["id"]),
        "attachments": [],
        "replies": [],
        "updated_at": at,
    }


def reply(author: dict, content: str, at: datetime) -> dict:
    """A reply to a post."""
    return written(content, author, at) | {
        "id": str(uuid.uuid4()),
        "parent_reply_id": None,
        "is_best_answer": False,
        "is_deleted": False,
    }


def busy_posts(of: dict, users: list[dict], count: int, replies: int) -> list[dict]:
    """The posts of the topic that has many, with replies to each."""
    found = []
    for number in range(count):
        at = of["created_at"] + timedelta(seconds=number)
        content = words(0, 6) if number == 0 else words(number, 5)
        found.append(post(of, users[number * 4 % PEOPLE], content, at))
        for more in range(replies):
            author = users[(number * 4 + more + 1) % PEOPLE]
            found[-1]["replies"].append(reply(author, words(number + more, 2), at))
    return found


async def fill(caller: uuid.UUID, topics: int, posts_of_busy: int, replies: int) -> None:
    """Everything, in a fresh database."""
    from stores import posts

    engine = create_async_engine(os.environ["DATABASE_URL"])
    organizations, users = people(caller)
    start = datetime.now(UTC) - timedelta(minutes=topics + 1)
    rows = [topic(number, users, start) for number in range(1, topics)]
    # Of the caller, whose looks are not counted.
    busy = topic(0, users, start) | {"last_activity_at": start + timedelta(minutes=topics)}
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.drop_all)
        await connection.run_sync(Base.metadata.create_all)
        for table, values in [(Organization, organizations), (User, users)]:
            await connection.execute(insert(table), values)
        for at in range(0, topics, 1_000):
            await connection.execute(insert(Topic), (rows + [busy])[at : at + 1_000])
    await posts.drop()
    await posts.create_index([("topic_id", 1), ("created_at", 1)])
    documents = busy_posts(busy, users, posts_of_busy, replies)
    first = [documents[0]]
    by_id = {user["id"]: user for user in users}
    for at in range(0, len(rows), 500):
        numbered = enumerate(rows[at : at + 500], start=at + 1)
        several = [
            post(row, by_id[row["created_by"]], words(number, 6 + number % 7), row["created_at"])
            for number, row in numbered
        ]
        await posts.insert_many(several)
        # Those that the caller may see, as our side's list of them has.
        first += [document for row, document in zip(rows[at:], several) if row["visibility"] == "network"]
    await posts.insert_many(documents)
    await engine.dispose()
    for document in first:
        print(document["topic_id"], document["_id"])


if __name__ == "__main__":
    asyncio.run(fill(uuid.UUID(sys.argv[1]), *map(int, sys.argv[2:5])))
