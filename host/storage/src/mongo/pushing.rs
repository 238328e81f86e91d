//! Updates of a body that nobody reads: values that are set at its top or appended to an array there. Only the marks are
//! read and only what is new is sent, so that a reply to a long thread costs what it weighs. What this way cannot decide
//! (a body that is nearly full, a value that is no array) it leaves to the other one.

use std::collections::HashSet;

use mongodb::bson::{Document, doc};
use serde_json::{Map, Value};

use super::bodies::to_bson;
use super::errors::{is_refusal, of_document};
use super::marks::{BIRTH, BYTES, HANDLED, Kept, Marks, VERSION};
use super::writing::Writer;
use crate::documents::change;
use crate::documents::path::{Path, Step};
use crate::documents::rules::{self, BODY_BYTES};
use crate::ports::documents::{Change, DocumentError, Operator};

/// What is sent.
#[derive(Debug, Default, PartialEq)]
pub struct Pushed {
    set: Document,
    push: Document,
    /// By how much the body grows at most, as text.
    bytes: i64,
}

impl Pushed {
    /// The changes, if all of them are of this kind and fit into any body.
    pub fn of(changes: &[Change]) -> Option<Self> {
        let mut seen = HashSet::new();
        let mut grown = Map::new();
        let mut pushed = Self::default();
        for Change { path, operator, value } in changes {
            let parsed = Path::parse(path).ok()?;
            let [Step::Member(_)] = parsed.steps() else { return None };
            if !seen.insert(path.as_str()) {
                return None;
            }
            match operator {
                Operator::Set => {
                    pushed.set.insert(path, to_bson(value));
                    grown.insert(path.clone(), value.clone());
                }
                Operator::Push => {
                    pushed.push.insert(path, doc! { "$each": [to_bson(value)] });
                    grown.insert(path.clone(), Value::Array(vec![value.clone()]));
                }
                Operator::Unset | Operator::Inc | Operator::Pull => return None,
            }
        }
        let grown = rules::changed(Value::Object(grown), &[]).ok()?;
        pushed.bytes = i64::try_from(rules::text(&grown).ok()?.len()).ok()?;
        (changes.len() <= change::MOST && !changes.is_empty()).then_some(pushed)
    }

    fn steps(&self, kept: &Kept, bytes: i64, marks: Marks) -> Document {
        let (mut set, mut push) = (self.set.clone(), self.push.clone());
        set.insert(VERSION, kept.version + 1);
        set.insert(BYTES, bytes);
        push.extend(marks.pushes());
        doc! { "$set": set, "$push": push }
    }
}

impl Writer<'_> {
    /// The new version, or none: then nothing was written, and whoever reads all of it finds out why.
    pub(super) async fn push(&self, pushed: &Pushed) -> Result<Option<i64>, DocumentError> {
        let mut attempt = 0;
        loop {
            let kept = self.current(Some(head())).await?;
            let bytes = kept.bytes.map(|bytes| bytes.saturating_add(pushed.bytes));
            let Some(bytes) = bytes.filter(|bytes| *bytes <= BODY_BYTES as i64) else { return Ok(None) };
            let steps = pushed.steps(&kept, bytes, self.marks().await?);
            match self.put_answered(self.same(&kept), steps).await? {
                Ok(true) => {
                    self.done();
                    return Ok(Some(kept.version + 1));
                }
                Ok(false) => attempt = self.once_more(attempt).await?,
                Err(error) if is_refusal(&error) => return Ok(None),
                Err(error) => return Err(of_document(&error)),
            }
        }
    }
}

/// What is read: everything but the body and the events.
fn head() -> Document {
    [VERSION, BIRTH, BYTES, HANDLED].into_iter().map(|mark| (mark.to_owned(), 1.into())).collect()
}
