"""Connections to both stores."""

import os
from collections.abc import AsyncIterator

from motor.motor_asyncio import AsyncIOMotorClient
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

engine = create_async_engine(os.environ["DATABASE_URL"], pool_size=32, max_overflow=0)
sessions = async_sessionmaker(engine, expire_on_commit=False)
documents = AsyncIOMotorClient(os.environ["MONGODB_URL"])[os.environ.get("MONGODB_NAME", "fastapi")]
posts = documents.forum_posts
activity = documents.activity_logs


async def database() -> AsyncIterator[AsyncSession]:
    """A session of the database for one request."""
    async with sessions() as session:
        yield session
