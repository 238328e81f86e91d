//! What is made of a use case's document for its row: the forms in which it is listed, filtered and searched.

use std::slice;

use p2p_sdk::{Batch, Ctx, Params, Person, Problem, Uuid, Version, fold, params, slug};
use serde_json::value::{RawValue, to_raw_value};

use super::card::{Card, Place, Status, coordinates, thumbnail};
use super::detail::{Detail, Outcomes};
use super::filter::term;
use crate::media::Kind;

/// The slug of a title without a letter.
const NAMELESS: &str = "use-case";
/// Characters of the problem's text that a list shows.
const EXCERPT_MAX: u32 = 200;

const INSERT: &str = "INSERT INTO use_cases (id, created_at, updated_at, revision, title, slug, words, industry, technology, \
    city, latitude, longitude, tags, outcomes, excerpt, cover, submitted_by, organization_id, listed_at) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $2)";
const UPDATE: &str = "UPDATE use_cases SET version = version + 1, updated_at = $3, revision = $4, title = $5, slug = $6, \
    words = $7, industry = $8, technology = $9, city = $10, latitude = $11, longitude = $12, tags = $13, outcomes = $14, \
    excerpt = $15, cover = $16 WHERE id = $1 AND version = $2";
const DROP_TERMS: &str = "DELETE FROM use_case_terms WHERE use_case_id = $1";
const INSERT_TERM: &str = "INSERT INTO use_case_terms (kind, term, use_case_id) VALUES ($1, $2, $3)";

/// What the row says of a document.
pub struct Derived<'a> {
    detail: &'a Detail,
    pub revision: Uuid,
    slug: String,
    words: String,
    technology: Box<RawValue>,
    tags: Box<RawValue>,
    outcomes: Box<RawValue>,
    pub excerpt: String,
}

/// The first picture among its files.
pub fn cover(detail: &Detail) -> Option<Uuid> {
    detail.media.iter().find(|file| file.kind == Kind::Image).map(|file| file.id)
}

impl<'a> Derived<'a> {
    /// Asks the host for the excerpt; the rest is ours.
    pub async fn of(ctx: &Ctx, detail: &'a Detail) -> Result<Self, Problem> {
        let excerpt = ctx
            .text()
            .excerpt(slice::from_ref(&detail.problem_statement), EXCERPT_MAX)
            .await
            .pop()
            .unwrap_or_default();
        let lists = detail.technology.iter().chain(&detail.tags);
        let single = [Some(&detail.title), detail.industry.as_ref(), detail.location.city.as_ref()];
        let words: Vec<&str> = single.into_iter().flatten().chain(lists).map(String::as_str).collect();
        let outcomes = Outcomes::from(detail.outcomes.clone());
        Ok(Self {
            revision: ctx.new_id(),
            slug: slug(&detail.title, NAMELESS),
            words: fold(&words.join(" ")),
            technology: to_raw_value(&detail.technology).map_err(Problem::internal)?,
            tags: to_raw_value(&detail.tags).map_err(Problem::internal)?,
            outcomes: to_raw_value(&outcomes).map_err(Problem::internal)?,
            excerpt,
            detail,
        })
    }

    /// A new row.
    pub fn insert(&self) -> Batch {
        let Detail { submission_id, created_at, submitted_by, organization_id, .. } = self.detail;
        let mut row = params![submission_id, created_at];
        self.fill(&mut row);
        row.push(submitted_by);
        row.push(organization_id);
        self.index(Batch::new().run_one(INSERT, row))
    }

    /// The row of the version that was looked at, as it is now.
    pub fn update(&self, seen: Version) -> Batch {
        let id = self.detail.submission_id;
        let mut row = params![id, seen];
        self.fill(&mut row);
        self.index(Batch::new().run_one(UPDATE, row).run(DROP_TERMS, params![id]))
    }

    /// `$3` to `$16`.
    fn fill(&self, row: &mut Params) {
        let detail = self.detail;
        let [latitude, longitude] = self.degrees();
        row.push(&detail.updated_at);
        row.push(&self.revision);
        row.push(&detail.title);
        row.push(&self.slug);
        row.push(&self.words);
        row.push(&detail.industry);
        row.push(self.technology.get());
        row.push(&detail.location.city);
        row.push(&latitude);
        row.push(&longitude);
        row.push(self.tags.get());
        row.push(self.outcomes.get());
        row.push(&self.excerpt);
        row.push(&cover(detail));
    }

    fn degrees(&self) -> [Option<f64>; 2] {
        self.detail
            .location
            .coordinates
            .map_or([None; 2], |[latitude, longitude]| [Some(latitude), Some(longitude)])
    }

    fn index(&self, batch: Batch) -> Batch {
        let Detail { industry, technology, location, tags, submission_id, .. } = self.detail;
        let industry = industry.iter().map(|word| ("industry", word));
        let city = location.city.iter().map(|word| ("city", word));
        let lists = technology.iter().map(|word| ("technology", word));
        let terms = industry.chain(city).chain(lists).chain(tags.iter().map(|word| ("tag", word)));
        let terms = terms.map(|(kind, word)| (kind, term(kind, word))).filter(|(_, term)| !term.is_empty());
        terms
            .fold(batch, |batch, (kind, term)| batch.run_one(INSERT_TERM, params![kind, term, submission_id]))
    }

    /// A new use case as it will be read.
    pub fn card(&self) -> Card<'_> {
        let detail = self.detail;
        let [latitude, longitude] = self.degrees();
        Card {
            id: detail.submission_id,
            title: &detail.title,
            slug: &self.slug,
            status: Status::Draft,
            industry: detail.industry.as_deref(),
            technology: &self.technology,
            excerpt: &self.excerpt,
            outcomes: &self.outcomes,
            location: Place {
                city: detail.location.city.as_deref(),
                coordinates: coordinates(latitude, longitude),
            },
            latitude,
            longitude,
            tags: &self.tags,
            thumbnail_url: thumbnail(detail.submission_id, cover(detail)),
            submitted_by: detail.submitted_by,
            author: Person::former(detail.submitted_by),
            organization_id: detail.organization_id,
            organization: None,
            views: 0,
            likes: 0,
            is_liked: false,
            is_bookmarked: false,
            published_at: None,
            created_at: detail.created_at,
            updated_at: detail.updated_at,
            bookmark_count: 0,
            listed_at: detail.created_at,
            version: 1,
            revision: self.revision,
        }
    }

    /// A use case that was there, as it will be read.
    pub fn over<'b>(&'b self, old: &Card<'b>) -> Card<'b> {
        Card {
            status: old.status,
            author: old.author,
            organization: old.organization,
            views: old.views,
            likes: old.likes,
            is_liked: old.is_liked,
            is_bookmarked: old.is_bookmarked,
            published_at: old.published_at,
            bookmark_count: old.bookmark_count,
            listed_at: old.listed_at,
            version: old.version + 1,
            ..self.card()
        }
    }
}
