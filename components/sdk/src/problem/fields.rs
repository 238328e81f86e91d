//! What is wrong with one field of a request.

use std::borrow::Cow;

use serde_json::{Value, json};

use crate::Language;

/// A field and the rule it breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldProblem {
    /// Path of the field as the caller wrote it: `title`, `tags[2]`, `location.city`.
    pub field: Cow<'static, str>,
    /// The rule.
    pub rule: Rule,
}

/// The rules a field may break.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rule {
    /// It is missing or empty.
    Required,
    /// It holds another type.
    Type,
    /// It has the right type and the wrong form (a UUID, a time, a URL).
    Form,
    /// Fewer characters than this.
    TooShort(usize),
    /// More characters than this.
    TooLong(usize),
    /// It holds NUL or control characters.
    Characters,
    /// It is no e-mail address.
    Email,
    /// It is none of these.
    Choice(&'static [&'static str]),
    /// Fewer items than this.
    TooFew(usize),
    /// More items than this.
    TooMany(usize),
    /// A number outside these bounds.
    Range(i64, i64),
    /// It may not be given here.
    NotAllowed,
    /// A rule of the feature's own: code, English, Arabic.
    Own(&'static str, &'static str, &'static str),
}

impl FieldProblem {
    /// The entry of `details.fields`.
    pub(crate) fn to_json(&self, language: Language) -> Value {
        json!({ "field": self.field, "message": self.rule.message(language), "code": self.rule.code() })
    }
}

impl Rule {
    /// The rule's code, for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Required => "REQUIRED",
            Self::Type => "TYPE",
            Self::Form => "FORM",
            Self::TooShort(_) => "TOO_SHORT",
            Self::TooLong(_) => "TOO_LONG",
            Self::Characters => "CHARACTERS",
            Self::Email => "EMAIL",
            Self::Choice(_) => "CHOICE",
            Self::TooFew(_) => "TOO_FEW",
            Self::TooMany(_) => "TOO_MANY",
            Self::Range(..) => "RANGE",
            Self::NotAllowed => "NOT_ALLOWED",
            Self::Own(code, ..) => code,
        }
    }

    /// What is wrong, for people: goes on where the field's name stands before it.
    pub fn message(&self, language: Language) -> Cow<'static, str> {
        match language {
            Language::En => self.english(),
            Language::Ar => self.arabic(),
        }
    }

    fn english(&self) -> Cow<'static, str> {
        match self {
            Self::Required => "is required".into(),
            Self::Type => "has the wrong type".into(),
            Self::Form => "does not have the expected form".into(),
            Self::TooShort(least) => format!("needs at least {least} characters").into(),
            Self::TooLong(most) => format!("takes at most {most} characters").into(),
            Self::Characters => "holds characters that are not allowed".into(),
            Self::Email => "is not an e-mail address".into(),
            Self::Choice(choices) => format!("must be one of: {}", choices.join(", ")).into(),
            Self::TooFew(least) => format!("needs at least {least} items").into(),
            Self::TooMany(most) => format!("takes at most {most} items").into(),
            Self::Range(least, most) => format!("must lie between {least} and {most}").into(),
            Self::NotAllowed => "may not be given here".into(),
            Self::Own(_, en, _) => (*en).into(),
        }
    }

    fn arabic(&self) -> Cow<'static, str> {
        match self {
            Self::Required => "هذا الحقل مطلوب".into(),
            Self::Type => "نوع القيمة غير صحيح".into(),
            Self::Form => "صيغة القيمة غير صحيحة".into(),
            Self::TooShort(least) => format!("يجب ألا يقل عن {least} من الأحرف").into(),
            Self::TooLong(most) => format!("يجب ألا يزيد عن {most} من الأحرف").into(),
            Self::Characters => "يحتوي على أحرف غير مسموح بها".into(),
            Self::Email => "ليس بريداً إلكترونياً صالحاً".into(),
            Self::Choice(choices) => format!("يجب أن يكون أحد القيم: {}", choices.join("، ")).into(),
            Self::TooFew(least) => format!("يجب ألا يقل عن {least} من العناصر").into(),
            Self::TooMany(most) => format!("يجب ألا يزيد عن {most} من العناصر").into(),
            Self::Range(least, most) => format!("يجب أن يكون بين {least} و{most}").into(),
            Self::NotAllowed => "لا يمكن إرسال هذا الحقل هنا".into(),
            Self::Own(_, _, ar) => (*ar).into(),
        }
    }
}
