//! What is left of a word without its endings: plurals of both languages meet their singular, an Arabic word meets itself
//! with the article. Light on purpose: it rather leaves two forms apart than makes one of two words.

/// Articles and what is written together with them, and the letters that must be left.
const ARTICLES: [(&str, usize); 8] =
    [("وال", 2), ("بال", 2), ("كال", 2), ("فال", 2), ("ولل", 2), ("لل", 2), ("ال", 2), ("و", 3)];
/// Endings; three letters must be left.
const ENDINGS: [&str; 8] = ["ها", "ان", "ات", "ون", "ين", "يه", "ه", "ي"];
const ARABIC_LEAST: usize = 3;

/// Whether a folded word is written in Arabic letters.
pub fn is_arabic(word: &str) -> bool {
    word.chars().next().is_some_and(|c| ('\u{620}'..='\u{6d3}').contains(&c))
}

/// The stem of a folded word; the word itself when nothing can be taken away.
pub fn stem(word: &str) -> &str {
    if is_arabic(word) {
        arabic(word)
    } else if word.is_ascii() {
        english(word)
    } else {
        word
    }
}

fn arabic(word: &str) -> &str {
    let bare = ARTICLES
        .into_iter()
        .find_map(|(article, least)| word.strip_prefix(article).filter(|rest| rest.chars().count() >= least));
    let bare = bare.unwrap_or(word);
    let cut = |word| {
        let rest = ENDINGS.into_iter().find_map(|ending| without(word, ending, ARABIC_LEAST));
        rest.unwrap_or(word)
    };
    // Two at most: a plural and the letter before it.
    let short = cut(cut(bare));
    without(short, "ء", ARABIC_LEAST).unwrap_or(short)
}

fn without<'a>(word: &'a str, ending: &str, least: usize) -> Option<&'a str> {
    word.strip_suffix(ending).filter(|rest| rest.chars().count() >= least)
}

fn english(word: &str) -> &str {
    let word = singular(word);
    let verb = without(word, "ing", 3).or_else(|| without(word, "ed", 3)).filter(|rest| can_be_said(rest));
    let verb = verb.map(undouble);
    let short = verb.unwrap_or(word);
    // `reduce` and `reducing`, `battery` and `batteries`.
    let short = without(short, "e", 3).unwrap_or(short);
    without(short, "y", 4).or_else(|| without(short, "i", 4)).unwrap_or(short)
}

fn singular(word: &str) -> &str {
    if ["ss", "us", "is"].iter().any(|ending| word.ends_with(ending)) {
        return word;
    }
    if let Some(rest) = without(word, "es", 3) {
        // `boxes`, `switches`, but `valves`: its `e` goes with the other ones.
        let sibilant = ["s", "x", "z", "ch", "sh", "i"].iter().any(|ending| rest.ends_with(ending));
        return if sibilant { rest } else { word.strip_suffix('s').unwrap_or(word) };
    }
    without(word, "s", 3).unwrap_or(word)
}

/// `sav` of `saving` is a stem, `str` of `string` and `spe` of `speed` are none.
fn can_be_said(rest: &str) -> bool {
    rest.contains(['a', 'e', 'i', 'o', 'u', 'y']) && (!rest.ends_with('e') || rest.len() > 3)
}

/// `stopp` of `stopped`; `install` keeps its own.
fn undouble(word: &str) -> &str {
    let mut letters = word.bytes().rev();
    match (letters.next(), letters.next()) {
        (Some(last), Some(before)) if last == before && !b"lsz".contains(&last) => {
            word.get(..word.len() - 1).unwrap_or(word)
        }
        _ => word,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meet(words: &[&str]) {
        let stems: Vec<_> = words.iter().map(|word| stem(word)).collect();
        assert!(stems.iter().all(|other| *other == stems[0]), "{words:?}: {stems:?}");
    }

    #[test]
    fn english_forms_meet() {
        meet(&["pump", "pumps", "pumped", "pumping"]);
        meet(&["battery", "batteries"]);
        meet(&["reduce", "reduces", "reduced", "reducing"]);
        meet(&["switch", "switches", "switching"]);
        meet(&["valve", "valves"]);
        meet(&["stopped", "stopping"]);
        meet(&["save", "saved", "saving"]);
        meet(&["install", "installed", "installing"]);
    }

    #[test]
    fn arabic_forms_meet() {
        meet(&["مضخه", "المضخه", "مضخات", "والمضخات", "للمضخات"]);
        meet(&["صيانه", "الصيانه", "بالصيانه"]);
        meet(&["مهندس", "المهندسين", "مهندسون", "مهندسه"]);
        meet(&["ري", "الري"]);
        meet(&["كهرباء", "الكهرباء"]);
    }

    #[test]
    fn other_words_stay_apart() {
        for (one, other) in [
            ("gas", "gap"),
            ("analysis", "analyst"),
            ("bus", "bu"),
            ("string", "str"),
            ("speed", "spe"),
            ("ماء", "ما"),
            ("ولد", "لد"),
        ] {
            assert_ne!(stem(one), stem(other), "{one} {other}");
        }
        assert_eq!(
            (stem("process"), stem("status"), stem("2026"), stem("gas")),
            ("process", "status", "2026", "gas")
        );
    }
}
