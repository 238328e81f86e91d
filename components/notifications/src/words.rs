//! What a notification says, in the reader's language. Made when it is read: people change their names and their
//! language, and nothing of that is stored.

use p2p_sdk::Language;

use crate::kind::Kind;

/// What the words are about.
#[derive(Debug, Clone, Copy)]
pub struct Said<'a> {
    pub kind: Kind,
    /// Whose thing: topic, post, reply, use-case, or empty.
    pub about: &'a str,
    /// Who did it, as they are called in this language; none when nobody in particular.
    pub actor: Option<&'a str>,
    pub subject: &'a str,
    pub excerpt: &'a str,
    pub count: i64,
}

impl Said<'_> {
    /// One line.
    pub fn title(&self, language: Language) -> String {
        match language {
            Language::En => self.english(),
            Language::Ar => self.arabic(),
        }
    }

    /// What follows it: how the text begins, or else what it is about.
    pub fn body(&self, language: Language) -> String {
        let fixed = match (self.kind, language) {
            (Kind::Welcome, Language::En) => {
                "Your e-mail address is confirmed. Ask, answer, and share what works for you."
            }
            (Kind::Welcome, Language::Ar) => "تم تأكيد بريدك الإلكتروني. اسأل وأجب وشارك ما ينجح لديك.",
            (Kind::Invitation, Language::En) => "You work in the same organization now.",
            (Kind::Invitation, Language::Ar) => "أصبحتما تعملان في المؤسسة نفسها.",
            _ if self.excerpt.is_empty() => self.subject,
            _ => self.excerpt,
        };
        fixed.to_owned()
    }

    fn english(&self) -> String {
        let (subject, count) = (self.subject, self.count);
        let actor = self.actor.unwrap_or("Somebody");
        match self.kind {
            Kind::Mention => format!("{actor} mentioned you in “{subject}”"),
            Kind::Reply => match self.about {
                "topic" => format!("{actor} answered in your topic “{subject}”"),
                "post" => format!("{actor} replied to your post in “{subject}”"),
                _ => format!("{actor} answered your reply in “{subject}”"),
            },
            Kind::BestAnswer => format!("Your reply is the best answer in “{subject}”"),
            Kind::Message if count > 1 => format!("{count} new messages from {actor}"),
            Kind::Message => format!("New message from {actor}"),
            Kind::UseCase => format!("{actor} published your use case “{subject}”"),
            Kind::Like => {
                let thing = match self.about {
                    "topic" => "your topic",
                    "post" => "your post in",
                    "reply" => "your reply in",
                    _ => "your use case",
                };
                let who = match (self.actor, count) {
                    (Some(actor), ..=1) => format!("{actor} likes"),
                    (Some(actor), 2) => format!("{actor} and 1 other like"),
                    (Some(actor), _) => format!("{actor} and {} others like", count - 1),
                    (None, ..=1) => "Somebody likes".to_owned(),
                    (None, _) => format!("{count} people like"),
                };
                format!("{who} {thing} “{subject}”")
            }
            Kind::Invitation => format!("{actor} accepted your invitation"),
            Kind::Welcome => "Welcome to the network".to_owned(),
        }
    }

    fn arabic(&self) -> String {
        let (subject, count) = (self.subject, self.count);
        let actor = self.actor.unwrap_or("أحد الأعضاء");
        match self.kind {
            Kind::Mention => format!("ذكرك {actor} في «{subject}»"),
            Kind::Reply => match self.about {
                "topic" => format!("أجاب {actor} في موضوعك «{subject}»"),
                "post" => format!("ردّ {actor} على مشاركتك في «{subject}»"),
                _ => format!("أجاب {actor} على ردك في «{subject}»"),
            },
            Kind::BestAnswer => format!("اختير ردك أفضل إجابة في «{subject}»"),
            Kind::Message if count > 1 => format!("رسائل جديدة من {actor} ({count})"),
            Kind::Message => format!("رسالة جديدة من {actor}"),
            Kind::UseCase => format!("نشر {actor} حالة الاستخدام الخاصة بك «{subject}»"),
            Kind::Like => {
                let thing = match self.about {
                    "topic" => "موضوعك",
                    "post" => "مشاركتك في",
                    "reply" => "ردك في",
                    _ => "حالة الاستخدام الخاصة بك",
                };
                let who = match (self.actor, count) {
                    (_, ..=1) => actor.to_owned(),
                    (Some(actor), _) => format!("{actor} وآخرون ({})", count - 1),
                    (None, _) => format!("عدد من الأعضاء ({count})"),
                };
                format!("نال إعجاب {who} {thing} «{subject}»")
            }
            Kind::Invitation => format!("قبل {actor} دعوتك"),
            Kind::Welcome => "أهلًا بك في الشبكة".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(kind: Kind, about: &str) -> Said<'_> {
        Said { kind, about, actor: Some("Huda"), subject: "Pumps", excerpt: "", count: 1 }
    }

    #[test]
    fn every_kind_speaks_both_languages() {
        for kind in Kind::ALL {
            let said = said(kind, "");
            assert!(said.title(Language::En).contains(char::is_alphabetic), "{kind:?}");
            let arabic = |text: &str| text.chars().any(|c| ('\u{600}'..'\u{700}').contains(&c));
            assert!(arabic(&said.title(Language::Ar)), "{kind:?}");
            assert!(!arabic(&said.title(Language::En)), "{kind:?}");
        }
    }

    #[test]
    fn it_says_whose_thing_it_is() {
        for (about, wanted) in [
            ("topic", "Huda answered in your topic “Pumps”"),
            ("post", "Huda replied to your post in “Pumps”"),
            ("reply", "Huda answered your reply in “Pumps”"),
        ] {
            assert_eq!(said(Kind::Reply, about).title(Language::En), wanted);
        }
    }

    #[test]
    fn several_are_told_as_one() {
        let like = |count, actor| Said { count, actor, ..said(Kind::Like, "use-case") }.title(Language::En);
        assert_eq!(like(1, Some("Huda")), "Huda likes your use case “Pumps”");
        assert_eq!(like(2, Some("Huda")), "Huda and 1 other like your use case “Pumps”");
        assert_eq!(like(5, Some("Huda")), "Huda and 4 others like your use case “Pumps”");
        assert_eq!(like(4, None), "4 people like your use case “Pumps”");
        assert_eq!(like(1, None), "Somebody likes your use case “Pumps”");
        let message = Said { count: 3, ..said(Kind::Message, "") };
        assert_eq!(message.title(Language::En), "3 new messages from Huda");
        assert_eq!(message.title(Language::Ar), "رسائل جديدة من Huda (3)");
    }

    #[test]
    fn the_body_is_the_text_or_what_it_is_about() {
        let with = Said { excerpt: "Look at the bearings.", ..said(Kind::Mention, "") };
        assert_eq!(with.body(Language::En), "Look at the bearings.");
        assert_eq!(said(Kind::Mention, "").body(Language::En), "Pumps");
        assert_ne!(said(Kind::Welcome, "").body(Language::Ar), said(Kind::Welcome, "").body(Language::En));
    }
}
