//! Updates that the server makes by itself: values that are set at the top of a body or appended to an array there.
//! Nothing is read before and only what is new is sent, so that a reply to a long thread costs what it weighs. What this
//! way cannot decide (a body that is nearly full, a version that is another, a value that is no array) it leaves to the
//! other one, which reads.

use std::collections::HashSet;

use mongodb::bson::{Bson, Document, doc};
use mongodb::options::ReturnDocument;
use serde_json::{Map, Value};

use super::bodies::to_bson;
use super::errors::{answered, damaged, is_refusal, of_document};
use super::marks::{BYTES, DELETED, HANDLED_ID, MARKS, Marks, VERSION, uuid};
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

    fn steps(self, marks: Marks) -> Document {
        let mut push = self.push;
        push.extend(marks.pushes());
        let mut steps = doc! { "$inc": { VERSION: 1_i64, BYTES: self.bytes } };
        for (name, part) in [("$set", self.set), ("$push", push)] {
            if !part.is_empty() {
                steps.insert(name, part);
            }
        }
        steps
    }
}

impl Writer<'_> {
    /// The new version, or none: then nothing was written, and the other way finds out why.
    pub(super) async fn push(&self, pushed: Pushed) -> Result<Option<i64>, DocumentError> {
        let write = &self.write;
        let room = i64::try_from(BODY_BYTES).unwrap_or(i64::MAX) - pushed.bytes;
        let mut which =
            doc! { "_id": { "$eq": write.id }, DELETED: { "$ne": true }, BYTES: { "$lte": room } };
        if let Some(expected) = write.expected {
            which.insert(VERSION, i64::try_from(expected).unwrap_or(i64::MAX));
        }
        if let Some(event) = write.call.handling {
            which.insert(HANDLED_ID, doc! { "$ne": uuid(event) });
        }
        let steps = pushed.steps(self.marks().await?);
        let update = self.collection.find_one_and_update(which, steps);
        let update = update.projection(doc! { VERSION: 1 }).return_document(ReturnDocument::After);
        match answered(write.call.deadline, update.into_future()).await? {
            Ok(None) => Ok(None),
            Ok(Some(found)) => version(&found).map(Some),
            Err(error) if is_refusal(&error) => Ok(None),
            Err(error) => Err(of_document(&error)),
        }
    }
}

fn version(found: &Document) -> Result<i64, DocumentError> {
    let marks = found.get(MARKS).and_then(Bson::as_document);
    marks.and_then(|marks| marks.get_i64("version").ok()).ok_or_else(|| damaged("no version"))
}
