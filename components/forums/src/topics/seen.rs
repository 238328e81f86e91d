//! A topic as far as rules need it, for whoever may see it: everybody else meets 404.

use p2p_sdk::{Actor, Code, Ctx, FromRow, Problem, Row, RowError, Uuid, Version, Viewer, params};

use super::row::Status;
use super::visibility::Visibility;
use crate::told::Told;

/// What `Seen` reads, of the table `topics` by the name `t`.
pub const SEEN: &str = "t.id, t.title, t.category, t.status, t.visibility, t.created_by, t.organization_id, t.is_pinned, \
    t.best_reply_id, t.version";

/// A topic the caller may see.
#[derive(Debug, Clone)]
pub struct Seen {
    pub id: Uuid,
    pub title: String,
    pub category: String,
    pub status: Status,
    pub visibility: Visibility,
    pub created_by: Uuid,
    pub organization_id: Option<Uuid>,
    pub is_pinned: bool,
    pub best_reply_id: Option<Uuid>,
    pub version: Version,
}

impl<'a> FromRow<'a> for Seen {
    fn from_row(row: &mut Row<'a>) -> Result<Self, RowError> {
        Ok(Self {
            id: row.get()?,
            title: row.get()?,
            category: row.get()?,
            status: row.get()?,
            visibility: row.get()?,
            created_by: row.get()?,
            organization_id: row.get()?,
            is_pinned: row.get()?,
            best_reply_id: row.get()?,
            version: row.get()?,
        })
    }
}

impl Seen {
    /// The topic of this id.
    pub async fn find(ctx: &Ctx, id: Uuid) -> Result<Self, Problem> {
        let text = format!("SELECT {SEEN} FROM topics t WHERE t.id = $1");
        let rows = ctx.sql().query(&text, &params![id]).await?;
        rows.first::<Self>()?.ok_or_else(Problem::not_found)?.by(ctx.actor()?)
    }

    /// The same, if this person may see it.
    pub fn by(self, actor: &Actor) -> Result<Self, Problem> {
        let sees = self.visibility.shows(Viewer::of(actor), self.organization_id);
        if sees && self.status != Status::Deleted { Ok(self) } else { Err(Problem::not_found()) }
    }

    /// 409 when it takes nothing more.
    pub fn open(&self) -> Result<(), Problem> {
        if self.status == Status::Open {
            return Ok(());
        }
        Err(Problem::new(Code::BadState).says("The topic is locked.", "الموضوع مغلق."))
    }

    /// The organization that alone may see it.
    pub fn within(&self) -> Option<Uuid> {
        self.organization_id.filter(|_| self.visibility == Visibility::Organization)
    }

    /// What is told of this thing in it, written by this person.
    pub fn told(&self, id: Uuid, author: Uuid, organization: Option<Uuid>) -> Told<'_> {
        Told {
            id,
            topic_id: self.id,
            author_id: author,
            organization_id: organization,
            visibility: self.visibility,
            topic_organization_id: self.organization_id,
            title: &self.title,
            ..Told::default()
        }
    }
}
