"""The application: five routes of the forums, and whether it lives."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.responses import ORJSONResponse

import posts
import topics
import views
from gate import Gate


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    """Views are written beside the requests."""
    keeping = asyncio.create_task(views.keep())
    yield
    keeping.cancel()


app = FastAPI(default_response_class=ORJSONResponse, lifespan=lifespan)
app.add_middleware(Gate)
app.include_router(topics.router)
app.include_router(posts.router)


@app.get("/health/live")
async def live() -> dict:
    """It answers."""
    return {"status": "ok"}
