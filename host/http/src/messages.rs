//! What the host says when something is wrong: to people in every language of the product, to the SDKs of the session
//! protocol in the protocol's own words. Codes never change with the language.

use std::borrow::Cow;

use p2p_context::Language;

use crate::problem::{Code, Rule};

/// The sentence for a code.
pub fn message(code: Code, language: Language) -> &'static str {
    match language {
        Language::En => english(code),
        Language::Ar => arabic(code),
    }
}

/// What is wrong with a field that the host refuses, in the manner of features.
pub fn rule_message(rule: Rule, language: Language) -> Cow<'static, str> {
    match (rule, language) {
        (Rule::Form, Language::En) => "does not have the expected form".into(),
        (Rule::Form, Language::Ar) => "صيغة القيمة غير صحيحة".into(),
        (Rule::TooMany(most), Language::En) => format!("takes at most {most} files").into(),
        (Rule::TooMany(most), Language::Ar) => format!("يجب ألا يزيد عدد الملفات عن {most}").into(),
    }
}

/// What the session protocol says for a code, where it has words of its own; whoever speaks, host or feature.
pub fn protocol_message(error_code: &str) -> Option<&'static str> {
    match error_code {
        "UNAUTHENTICATED" | "SESSION_EXPIRED" => Some("unauthorised"),
        "TRY_REFRESH" => Some("try refresh token"),
        "EMAIL_NOT_VERIFIED" => Some("invalid claim"),
        _ => None,
    }
}

/// What it says to a thief, and to whom was robbed.
pub const TOKEN_THEFT: &str = "token theft detected";

fn english(code: Code) -> &'static str {
    match code {
        Code::Malformed => "The request could not be understood.",
        Code::CursorInvalid => "This page cannot be found any more. Begin again with the first.",
        Code::Unauthenticated => "Sign in first.",
        Code::SessionExpired | Code::TokenTheft => "Your session has ended. Sign in again.",
        Code::TryRefresh => "The session needs to be refreshed.",
        Code::Forbidden => "You are not allowed to do this.",
        Code::EmailNotVerified => "Confirm your e-mail address first.",
        Code::NotFound => "There is nothing at this address.",
        Code::MethodNotAllowed => "This address does not take that method.",
        Code::Slow => "The request arrived too slowly.",
        Code::TooLarge => "The request is too large.",
        Code::FileType => "This type of content is not accepted here.",
        Code::Validation => "Some fields are not right yet.",
        Code::RateLimited => "Too many requests. Wait a little, then try again.",
        Code::Internal => "Something went wrong on our side.",
        Code::FeatureUnavailable => "This part of the service is not available at the moment.",
        Code::Busy => "The service is busy. Try again in a moment.",
        Code::Deadline => "This took too long and was stopped.",
    }
}

fn arabic(code: Code) -> &'static str {
    match code {
        Code::Malformed => "تعذّر فهم الطلب.",
        Code::CursorInvalid => "تعذّر العثور على هذه الصفحة. ابدأ من الصفحة الأولى.",
        Code::Unauthenticated => "سجّل الدخول أولًا.",
        Code::SessionExpired | Code::TokenTheft => "انتهت جلستك. سجّل الدخول من جديد.",
        Code::TryRefresh => "يجب تجديد الجلسة.",
        Code::Forbidden => "لا تملك صلاحية القيام بذلك.",
        Code::EmailNotVerified => "أكّد بريدك الإلكتروني أولًا.",
        Code::NotFound => "لا يوجد شيء في هذا العنوان.",
        Code::MethodNotAllowed => "هذا العنوان لا يقبل هذه الطريقة.",
        Code::Slow => "وصل الطلب ببطء شديد.",
        Code::TooLarge => "الطلب أكبر من الحد المسموح.",
        Code::FileType => "هذا النوع من المحتوى غير مقبول هنا.",
        Code::Validation => "بعض الحقول تحتاج إلى تصحيح.",
        Code::RateLimited => "طلبات كثيرة جدًا. انتظر قليلًا ثم أعد المحاولة.",
        Code::Internal => "حدث خطأ من جانبنا.",
        Code::FeatureUnavailable => "هذا الجزء من الخدمة غير متاح حاليًا.",
        Code::Busy => "الخدمة مشغولة. أعد المحاولة بعد لحظات.",
        Code::Deadline => "استغرق الأمر وقتًا طويلًا فأُوقف.",
    }
}
