//! SPDX expressions: whether one can be satisfied by allowed licences. Knows no licence by name.

use std::collections::BTreeSet;

use anyhow::{Result, bail};

/// Whether the allowed licences satisfy the expression. `/` counts as OR, as old manifests have it.
///
/// # Errors
/// When it is no expression.
pub fn is_allowed(expression: &str, allowed: &BTreeSet<String>) -> Result<bool> {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let mut words = Words { words: spaced.split_whitespace().collect(), at: 0 };
    let fits = words.any_of(allowed)?;
    if let Some(word) = words.peek() {
        bail!("`{expression}` goes on with `{word}`");
    }
    Ok(fits)
}

struct Words<'a> {
    words: Vec<&'a str>,
    at: usize,
}

impl<'a> Words<'a> {
    fn any_of(&mut self, allowed: &BTreeSet<String>) -> Result<bool> {
        let mut fits = self.all_of(allowed)?;
        while self.take("OR") {
            fits |= self.all_of(allowed)?;
        }
        Ok(fits)
    }

    fn all_of(&mut self, allowed: &BTreeSet<String>) -> Result<bool> {
        let mut fits = self.one(allowed)?;
        while self.take("AND") {
            fits &= self.one(allowed)?;
        }
        Ok(fits)
    }

    fn one(&mut self, allowed: &BTreeSet<String>) -> Result<bool> {
        if self.take("(") {
            let fits = self.any_of(allowed)?;
            if !self.take(")") {
                bail!("a bracket is not closed");
            }
            return Ok(fits);
        }
        let mut name = self.name()?.to_owned();
        if self.take("WITH") {
            name = format!("{name} WITH {}", self.name()?);
        }
        Ok(allowed.contains(&name))
    }

    fn name(&mut self) -> Result<&'a str> {
        match self.peek() {
            Some(word) if !["OR", "AND", "WITH", "(", ")"].contains(&word) => {
                self.at += 1;
                Ok(word)
            }
            other => bail!("a licence is expected instead of `{}`", other.unwrap_or("the end")),
        }
    }

    fn take(&mut self, word: &str) -> bool {
        let taken = self.peek() == Some(word);
        self.at += usize::from(taken);
        taken
    }

    fn peek(&self) -> Option<&'a str> {
        self.words.get(self.at).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(expression: &str) -> bool {
        let allowed = ["MIT", "Unicode-3.0", "Apache-2.0 WITH LLVM-exception"].map(String::from);
        is_allowed(expression, &allowed.into()).unwrap()
    }

    #[test]
    fn expressions_are_weighed() {
        assert!(fits("MIT") && fits("GPL-3.0 OR MIT") && fits("GPL-3.0/MIT") && fits("Apache-2.0 / MIT"));
        assert!(fits("(MIT OR Apache-2.0) AND Unicode-3.0"));
        assert!(fits("Apache-2.0 WITH LLVM-exception"));
        assert!(!fits("Apache-2.0") && !fits("MIT AND GPL-3.0") && !fits("(GPL-3.0 OR MIT) AND Zlib"));
    }

    #[test]
    fn nonsense_is_an_error_not_a_pass() {
        for nonsense in ["", "MIT OR", "(MIT", "MIT MIT", "OR", "MIT)"] {
            assert!(is_allowed(nonsense, &["MIT".to_owned()].into()).is_err(), "{nonsense}");
        }
    }
}
