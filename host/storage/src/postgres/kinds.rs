//! The types of PostgreSQL that travel between a feature and its tables. All others are to be cast by the statement.

use sqlx::TypeInfo as _;
use sqlx::postgres::{PgTypeInfo, PgTypeKind};

/// What a parameter or a column is, as far as its bytes go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Bool,
    Int2,
    Int4,
    Int8,
    Float4,
    Float8,
    Numeric,
    Text,
    /// A value out of a fixed list of names; travels as text.
    Enum,
    Json,
    Jsonb,
    Bytea,
    Uuid,
    Timestamp,
}

impl Kind {
    /// The kind of a type, if it is one of these.
    pub fn of(info: &PgTypeInfo) -> Option<Self> {
        Some(match info.name() {
            "BOOL" => Self::Bool,
            "INT2" => Self::Int2,
            "INT4" => Self::Int4,
            "INT8" => Self::Int8,
            "FLOAT4" => Self::Float4,
            "FLOAT8" => Self::Float8,
            "NUMERIC" => Self::Numeric,
            "TEXT" | "VARCHAR" | "CHAR" | "NAME" | "UNKNOWN" => Self::Text,
            "JSON" => Self::Json,
            "JSONB" => Self::Jsonb,
            "BYTEA" => Self::Bytea,
            "UUID" => Self::Uuid,
            // Without a zone it is taken for UTC.
            "TIMESTAMPTZ" | "TIMESTAMP" => Self::Timestamp,
            _ if matches!(info.kind(), PgTypeKind::Enum(_)) => Self::Enum,
            _ => return None,
        })
    }

    /// Whether a cell of it can be of any size.
    pub fn is_unbounded(self) -> bool {
        matches!(self, Self::Text | Self::Json | Self::Jsonb | Self::Bytea)
    }
}

/// Any type at all stands for the type of a value that says its own.
pub fn stand_in() -> PgTypeInfo {
    <str as sqlx::Type<sqlx::Postgres>>::type_info()
}
