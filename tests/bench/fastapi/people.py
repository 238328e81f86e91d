"""Who wrote: cards of authors, all of an answer in one question."""

import uuid
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

import shapes
from tables import Organization, User


def card(user: User, organization: Organization) -> shapes.Author:
    """An author as it is shown."""
    return shapes.Author(
        id=user.id,
        name=f"{user.first_name} {user.last_name}",
        title=user.title,
        is_verified=user.is_verified,
        organization=shapes.Organization(id=organization.id, name=organization.name),
    )


async def cards(db: AsyncSession, ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, shapes.Author]:
    """The cards of these people."""
    wanted = select(User, Organization).join(Organization, User.organization_id == Organization.id)
    rows = await db.execute(wanted.where(User.id.in_(set(ids))))
    return {user.id: card(user, organization) for user, organization in rows}
