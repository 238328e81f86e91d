//! Texts in English and Arabic, made of words that are as frequent as words are: a few are everywhere, most are rare. The
//! same numbers make the same texts.

use std::fmt::Write as _;

/// Different words of a language.
const DIFFERENT: f64 = 8_000.0;
/// No word is in every text: what would be is left out of an index, or tells nothing.
const FLAT: f64 = 30.0;

const ENGLISH: [&str; 32] = [
    "pump",
    "bearing",
    "machine",
    "vibration",
    "pressure",
    "sensor",
    "maintenance",
    "conveyor",
    "compressor",
    "valve",
    "temperature",
    "production",
    "quality",
    "energy",
    "supplier",
    "furnace",
    "hydraulic",
    "inspection",
    "packaging",
    "overhaul",
    "lubrication",
    "downtime",
    "calibration",
    "coolant",
    "welding",
    "gearbox",
    "assembly",
    "moisture",
    "operator",
    "efficiency",
    "spindle",
    "corrosion",
];
const ARABIC: [&str; 32] = [
    "مضخة",
    "صيانة",
    "مصنع",
    "محرك",
    "ضغط",
    "حرارة",
    "جودة",
    "إنتاج",
    "طاقة",
    "حساس",
    "ناقل",
    "ضاغط",
    "اهتزاز",
    "تشحيم",
    "مورد",
    "فحص",
    "تعبئة",
    "توقف",
    "معايرة",
    "تبريد",
    "لحام",
    "تروس",
    "تجميع",
    "رطوبة",
    "مشغل",
    "كفاءة",
    "تآكل",
    "صمام",
    "فرن",
    "هيدروليك",
    "عطل",
    "سلامة",
];
const SYLLABLES: [&str; 20] = [
    "ba", "ker", "lon", "mi", "tra", "vel", "sto", "ned", "gri", "pul", "dar", "fen", "hos", "jur", "cam",
    "rit", "wex", "zol", "que", "sim",
];
const LETTERS: [&str; 20] = [
    "با", "كر", "لن", "مي", "تر", "فل", "ست", "ند", "جر", "بل", "دا", "فن", "هو", "جو", "كم", "رت", "وس",
    "زل", "قو", "سم",
];
const ENDS: [&str; 5] = ["", "t", "ler", "nic", "sor"];

/// Chance that is the same every time.
#[derive(Debug, Clone)]
pub struct Dice(u64);

/// The two languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tongue {
    English,
    Arabic,
}

impl Dice {
    /// For the thing of this kind and number.
    pub fn of(kind: &str, number: u32) -> Self {
        let seed =
            kind.bytes().fold(u64::from(number), |seed, byte| seed.wrapping_mul(257) + u64::from(byte));
        let mut dice = Self(seed);
        dice.throw();
        dice
    }

    /// SplitMix64.
    fn throw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From zero up to, and without, one.
    fn part(&mut self) -> f64 {
        (self.throw() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A number below this one.
    pub fn below(&mut self, end: u32) -> u32 {
        (self.part() * f64::from(end)) as u32
    }

    /// A language.
    pub fn tongue(&mut self) -> Tongue {
        if self.below(2) == 0 { Tongue::English } else { Tongue::Arabic }
    }

    /// A word as often as it is used: the hundredth is used far less than the first.
    pub fn word(&mut self, tongue: Tongue) -> String {
        let rank = FLAT * ((DIFFERENT + FLAT) / FLAT).powf(self.part()) - FLAT;
        word(tongue, rank as usize)
    }

    /// So many words, in sentences.
    pub fn text(&mut self, tongue: Tongue, words: u32) -> String {
        let mut text = String::new();
        for number in 0..words {
            let end = if (number + 1) % 9 == 0 || number + 1 == words { "." } else { "" };
            let space = if number == 0 { "" } else { " " };
            let _ = write!(text, "{space}{}{end}", self.word(tongue));
        }
        text
    }
}

/// What somebody wrote: the text of the thing of this kind and number, in one of the languages. Texts differ in length.
pub fn written(kind: &str, number: u32, words: u32) -> String {
    let mut dice = Dice::of(kind, number);
    let tongue = dice.tongue();
    let words = words / 2 + dice.below(words);
    dice.text(tongue, words)
}

/// What posts say.
pub fn post(number: u32) -> String {
    written("post", number, 25)
}

/// The word of this rank.
pub fn word(tongue: Tongue, rank: usize) -> String {
    let (known, parts) = match tongue {
        Tongue::English => (ENGLISH, SYLLABLES),
        Tongue::Arabic => (ARABIC, LETTERS),
    };
    if let Some(known) = known.get(rank) {
        return (*known).to_owned();
    }
    let part = |at: usize| parts.get(at % parts.len()).copied().unwrap_or_default();
    let made = [part(rank), part(rank / parts.len()), part(rank / (parts.len() * parts.len()))].concat();
    let end = ENDS.get(rank % ENDS.len()).copied().filter(|_| tongue == Tongue::English);
    made + end.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn words_differ_and_some_are_frequent() {
        for tongue in [Tongue::English, Tongue::Arabic] {
            let all: BTreeSet<_> = (0..DIFFERENT as usize).map(|rank| word(tongue, rank)).collect();
            assert!(all.len() > 7_900, "{}", all.len());
            let first = word(tongue, 0);
            let has = |number: &u32| Dice::of("text", *number).text(tongue, 25).contains(&first);
            let texts = (0..2_000).filter(has).count();
            assert!((150..600).contains(&texts), "{texts} of 2000 texts have the first word");
        }
    }

    #[test]
    fn the_same_numbers_make_the_same_texts() {
        let text = |number| Dice::of("post", number).text(Tongue::English, 12);
        assert_eq!(text(1), text(1));
        assert_ne!(text(1), text(2));
    }
}
