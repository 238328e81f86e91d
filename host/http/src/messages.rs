//! What the host says to people when something is wrong, in every language of the product. Codes never change with
//! the language.

use p2p_context::Language;

use crate::problem::Code;

/// The sentence for a code.
pub fn message(code: Code, language: Language) -> &'static str {
    match language {
        Language::En => english(code),
        Language::Ar => arabic(code),
    }
}

fn english(code: Code) -> &'static str {
    match code {
        Code::Malformed => "The request could not be understood.",
        Code::Unauthenticated => "Sign in first.",
        Code::SessionExpired => "Your session has ended. Sign in again.",
        Code::TryRefresh => "The session needs to be refreshed.",
        Code::Forbidden => "You are not allowed to do this.",
        Code::NotFound => "There is nothing at this address.",
        Code::MethodNotAllowed => "This address does not take that method.",
        Code::Slow => "The request arrived too slowly.",
        Code::TooLarge => "The request is too large.",
        Code::FileType => "This type of content is not accepted here.",
        Code::Validation => "Some fields are not right yet.",
        Code::Internal => "Something went wrong on our side.",
        Code::FeatureUnavailable => "This part of the service is not available at the moment.",
        Code::Busy => "The service is busy. Try again in a moment.",
        Code::Deadline => "This took too long and was stopped.",
    }
}

fn arabic(code: Code) -> &'static str {
    match code {
        Code::Malformed => "تعذّر فهم الطلب.",
        Code::Unauthenticated => "سجّل الدخول أولًا.",
        Code::SessionExpired => "انتهت جلستك. سجّل الدخول من جديد.",
        Code::TryRefresh => "يجب تجديد الجلسة.",
        Code::Forbidden => "لا تملك صلاحية القيام بذلك.",
        Code::NotFound => "لا يوجد شيء في هذا العنوان.",
        Code::MethodNotAllowed => "هذا العنوان لا يقبل هذه الطريقة.",
        Code::Slow => "وصل الطلب ببطء شديد.",
        Code::TooLarge => "الطلب أكبر من الحد المسموح.",
        Code::FileType => "هذا النوع من المحتوى غير مقبول هنا.",
        Code::Validation => "بعض الحقول تحتاج إلى تصحيح.",
        Code::Internal => "حدث خطأ من جانبنا.",
        Code::FeatureUnavailable => "هذا الجزء من الخدمة غير متاح حاليًا.",
        Code::Busy => "الخدمة مشغولة. أعد المحاولة بعد لحظات.",
        Code::Deadline => "استغرق الأمر وقتًا طويلًا فأُوقف.",
    }
}
