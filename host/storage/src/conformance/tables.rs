//! The tables that the suites use, in both dialects.

use crate::packed::Params;
use crate::ports::migrations::{Collection, Migration, Migrations};
use crate::ports::sql::Statement;

const SQLITE: &str = "
    CREATE TABLE authors (id BLOB PRIMARY KEY NOT NULL, name TEXT NOT NULL);
    CREATE TABLE books (
        id INTEGER PRIMARY KEY,
        author BLOB REFERENCES authors (id),
        slug TEXT NOT NULL,
        price INTEGER NOT NULL DEFAULT 0,
        CONSTRAINT books_slug UNIQUE (slug),
        CONSTRAINT books_price CHECK (price >= 0)
    );
    CREATE TABLE cells (id INTEGER PRIMARY KEY, b BOOLEAN, i INTEGER, f REAL, t TEXT, y BLOB, u BLOB, w INTEGER, j TEXT);
";

const POSTGRES: &str = "
    CREATE TABLE authors (id uuid PRIMARY KEY, name text NOT NULL);
    CREATE TABLE books (
        id bigint PRIMARY KEY,
        author uuid REFERENCES authors (id),
        slug text NOT NULL,
        price bigint NOT NULL DEFAULT 0,
        CONSTRAINT books_slug UNIQUE (slug),
        CONSTRAINT books_price CHECK (price >= 0)
    );
    CREATE TABLE cells (
        id bigint PRIMARY KEY, b boolean, i bigint, f double precision, t text, y bytea, u uuid, w timestamptz, j jsonb
    );
";

/// Tables `authors`, `books` and `cells`; collection `posts`.
pub fn migrations() -> Migrations {
    let tables = Migration {
        version: 1,
        name: "library".to_owned(),
        sqlite: SQLITE.to_owned(),
        postgres: POSTGRES.to_owned(),
    };
    let posts = Collection {
        name: "posts".to_owned(),
        indexes: vec![vec!["author.name".to_owned(), "at".to_owned()], vec!["likes".to_owned()]],
    };
    Migrations { tables: vec![tables], collections: vec![posts] }
}

/// A statement without expectations.
pub fn statement(text: &str, params: Params) -> Statement {
    Statement { text: text.to_owned(), params: params.finish(), expect: None }
}

/// A new book.
pub fn book(id: i64, slug: &str) -> Statement {
    statement("INSERT INTO books (id, slug) VALUES ($1, $2)", Params::new().s64(id).text(slug))
}
