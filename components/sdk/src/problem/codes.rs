//! The closed list of codes a caller may meet, with the kind of each and its words. A message may change; a code never.

use crate::Language;

/// What sort of problem a code is. Each kind has one status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names of the statuses they stand for")]
pub enum Kind {
    BadRequest,
    Unauthenticated,
    Forbidden,
    NotFound,
    MethodNotAllowed,
    Conflict,
    TooLarge,
    UnsupportedType,
    Invalid,
    RateLimited,
    Internal,
    Unavailable,
}

impl Kind {
    /// The HTTP status.
    pub const fn status(self) -> u16 {
        match self {
            Self::BadRequest => 400,
            Self::Unauthenticated => 401,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::MethodNotAllowed => 405,
            Self::Conflict => 409,
            Self::TooLarge => 413,
            Self::UnsupportedType => 415,
            Self::Invalid => 422,
            Self::RateLimited => 429,
            Self::Internal => 500,
            Self::Unavailable => 503,
        }
    }
}

macro_rules! codes {
    ($($name:ident $text:literal $kind:ident $en:literal $ar:literal;)+) => {
        /// What went wrong, for programs.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Code {
            $(#[doc = $en] $name,)+
        }

        impl Code {
            /// Every code there is.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// The code as it stands in `error_code`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }

            /// Its kind.
            pub const fn kind(self) -> Kind {
                match self { $(Self::$name => Kind::$kind,)+ }
            }

            /// What a person reads when the feature says nothing better.
            pub const fn message(self, language: Language) -> &'static str {
                match (self, language) {
                    $((Self::$name, Language::En) => $en, (Self::$name, Language::Ar) => $ar,)+
                }
            }
        }
    };
}

codes! {
    Malformed "MALFORMED" BadRequest "The request could not be read." "تعذرت قراءة الطلب.";
    CursorInvalid "CURSOR_INVALID" BadRequest "The cursor does not belong to this list." "المؤشر لا يخص هذه القائمة.";
    TokenInvalid "TOKEN_INVALID" BadRequest "The link is not valid or has expired." "الرابط غير صالح أو انتهت صلاحيته.";
    WrongCredentials "WRONG_CREDENTIALS" BadRequest "The e-mail or the password is wrong." "البريد الإلكتروني أو كلمة المرور غير صحيحة.";
    SelfAction "SELF_ACTION" BadRequest "You cannot do this to yourself." "لا يمكنك تنفيذ هذا الإجراء على نفسك.";
    EmailDomainBlocked "EMAIL_DOMAIN_BLOCKED" BadRequest "Use the e-mail address of your organization." "استخدم البريد الإلكتروني الخاص بمؤسستك.";
    Unauthenticated "UNAUTHENTICATED" Unauthenticated "Sign in to go on." "سجّل الدخول للمتابعة.";
    SessionExpired "SESSION_EXPIRED" Unauthenticated "Your session has ended. Sign in again." "انتهت جلستك. سجّل الدخول مرة أخرى.";
    TryRefresh "TRY_REFRESH" Unauthenticated "The session has to be refreshed." "يجب تجديد الجلسة.";
    Forbidden "FORBIDDEN" Forbidden "You may not do this." "لا تملك صلاحية لهذا الإجراء.";
    EmailNotVerified "EMAIL_NOT_VERIFIED" Forbidden "Confirm your e-mail address first." "أكّد بريدك الإلكتروني أولاً.";
    Blocked "BLOCKED" Forbidden "You cannot write to each other." "لا يمكنكما تبادل الرسائل.";
    NotFound "NOT_FOUND" NotFound "There is nothing here." "لم يتم العثور على المطلوب.";
    MethodNotAllowed "METHOD_NOT_ALLOWED" MethodNotAllowed "This cannot be done here." "هذه العملية غير متاحة هنا.";
    EmailTaken "EMAIL_TAKEN" Conflict "This e-mail address is already in use." "هذا البريد الإلكتروني مستخدم بالفعل.";
    DomainTaken "DOMAIN_TAKEN" Conflict "Your organization is already registered. Ask its administrator for an invitation." "مؤسستك مسجلة بالفعل. اطلب دعوة من مسؤولها.";
    BadState "BAD_STATE" Conflict "This is not possible in its present state." "هذا غير ممكن في الحالة الحالية.";
    VersionConflict "VERSION_CONFLICT" Conflict "It was changed in the meantime. Load it again." "تم تعديله في هذه الأثناء. أعد تحميله.";
    TooLarge "TOO_LARGE" TooLarge "The request is too large." "حجم الطلب أكبر من المسموح.";
    FileType "FILE_TYPE" UnsupportedType "Files of this type are not accepted." "هذا النوع من الملفات غير مقبول.";
    Validation "VALIDATION" Invalid "Some fields are not valid." "بعض الحقول غير صالحة.";
    RateLimited "RATE_LIMITED" RateLimited "Too many requests. Try again later." "طلبات كثيرة. حاول لاحقاً.";
    LockedOut "LOCKED_OUT" RateLimited "Too many failed attempts. Try again later." "محاولات فاشلة كثيرة. حاول لاحقاً.";
    Internal "INTERNAL" Internal "Something went wrong on our side." "حدث خطأ من جانبنا.";
    FeatureUnavailable "FEATURE_UNAVAILABLE" Unavailable "This part is not available at the moment." "هذا الجزء غير متاح حالياً.";
    Busy "BUSY" Unavailable "Too much is going on at once. Try again in a moment." "الضغط مرتفع حالياً. حاول بعد لحظات.";
}

impl Code {
    /// The HTTP status.
    pub const fn status(self) -> u16 {
        self.kind().status()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_speaks_both_languages() {
        for code in Code::ALL {
            let arabic = code.message(Language::Ar);
            assert!(arabic.chars().any(|c| ('\u{600}'..'\u{700}').contains(&c)), "{}", code.as_str());
            assert!(code.message(Language::En).is_ascii(), "{}", code.as_str());
        }
    }
}
