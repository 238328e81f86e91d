//! Whose an address is: the domain of an organization, the providers that give addresses to anybody, and what stands in
//! for a domain when there is none.

/// Bytes of randomness in a generated domain.
pub const RANDOM_BYTES: u32 = 6;

/// Providers, by their whole domain.
const PROVIDERS: &[&str] = &[
    "10minutemail.com",
    "126.com",
    "163.com",
    "aim.com",
    "aol.com",
    "email.com",
    "fastmail.com",
    "fastmail.fm",
    "free.fr",
    "gmail.com",
    "googlemail.com",
    "guerrillamail.com",
    "hey.com",
    "hushmail.com",
    "icloud.com",
    "inbox.com",
    "laposte.net",
    "libero.it",
    "mac.com",
    "mail.com",
    "mail.ru",
    "mailinator.com",
    "maktoob.com",
    "me.com",
    "msn.com",
    "naver.com",
    "orange.fr",
    "pm.me",
    "proton.me",
    "protonmail.ch",
    "protonmail.com",
    "qq.com",
    "rediffmail.com",
    "rocketmail.com",
    "seznam.cz",
    "sharklasers.com",
    "t-online.de",
    "temp-mail.org",
    "tuta.io",
    "tutamail.com",
    "tutanota.com",
    "web.de",
    "windowslive.com",
    "wp.pl",
    "yopmail.com",
    "zohomail.com",
];
/// Providers that have a domain in many countries, by its first label.
const BRANDS: &[&str] = &["gmx", "hotmail", "live", "outlook", "yahoo", "yandex", "ymail", "zoho"];

const SLUG_LENGTH: usize = 40;

/// What stands behind the `@`.
pub fn of_email(email: &str) -> &str {
    email.rsplit_once('@').map_or("", |(_, domain)| domain)
}

/// Whether anybody can have an address there.
pub fn is_free_mail(domain: &str) -> bool {
    let brand =
        domain.split_once('.').is_some_and(|(label, end)| BRANDS.contains(&label) && is_registry(end));
    brand || PROVIDERS.contains(&domain)
}

/// A word that no address can have as its domain, because it has no dot: the name's Latin letters, then randomness.
pub fn generated(name: &str, random: &[u8]) -> String {
    let latin = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let folded: String = name.chars().map(latin).collect();
    let words: Vec<_> = folded.split('-').filter(|word| !word.is_empty()).collect();
    let mut slug = if words.is_empty() { "organization".to_owned() } else { words.join("-") };
    slug.truncate(SLUG_LENGTH);
    random.iter().fold(slug + "-", |slug, byte| format!("{slug}{byte:02x}"))
}

/// Whether it is an end under which a registry sells names (`com`, `sa`, `co.uk`, `com.sa`), as far as providers go.
fn is_registry(end: &str) -> bool {
    match end.split_once('.') {
        None => end.len() == 2 || ["com", "net", "org"].contains(&end),
        Some((kind, country)) => ["co", "com"].contains(&kind) && country.len() == 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn providers_are_known_in_every_country() {
        for free in
            ["gmail.com", "outlook.sa", "yahoo.com", "yahoo.co.uk", "hotmail.com.tr", "live.fr", "gmx.net"]
        {
            assert!(is_free_mail(free), "{free}");
        }
        for own in [
            "nakheel.sa",
            "gmail.nakheel.sa",
            "live.acme.com",
            "outlook.acme.com",
            "myyahoo.com",
            "yahoo",
            "",
        ] {
            assert!(!is_free_mail(own), "{own}");
        }
    }

    #[test]
    fn generated_domains_are_nobodys_address() {
        assert_eq!(generated("Al-Nakheel  Works!", &[1, 0xab]), "al-nakheel-works-01ab");
        assert_eq!(generated("مصنع النخيل", &[0xff]), "organization-ff");
        let long = generated(&"ab ".repeat(60), &[0; 6]);
        assert!(long.len() <= SLUG_LENGTH + 13 && !long.contains('.'), "{long}");
    }

    #[test]
    fn the_domain_stands_behind_the_at() {
        assert_eq!(of_email("layla@nakheel.sa"), "nakheel.sa");
    }
}
