//! Argon2id over passwords, as PHC strings. Salt is handed in; whoever calls keeps the work off async threads.

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

/// Random bytes for each hash.
pub const SALT_BYTES: usize = 16;
const OUTPUT_BYTES: usize = 32;

/// How much work a guess costs. The default, 19 MiB and two passes on one lane, is the smallest that OWASP names for
/// argon2id; it takes about 25 ms of a present-day core, so that a login stays cheap and the number of checks at once
/// bounds memory. A hash carries its own cost: raising this later leaves stored ones valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PasswordCost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

impl Default for PasswordCost {
    fn default() -> Self {
        Self { memory_kib: 19_456, passes: 2, lanes: 1 }
    }
}

/// The cost is outside what argon2 can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("argon2 refuses this cost")]
pub struct HashFault;

impl PasswordCost {
    /// The password's hash as a PHC string.
    pub fn hash(self, password: &str, salt: [u8; SALT_BYTES]) -> Result<String, HashFault> {
        let hash: PasswordHash =
            self.argon2()?.hash_password_with_salt(password.as_bytes(), &salt).map_err(|_| HashFault)?;
        Ok(hash.to_string())
    }

    /// Whether the password made this PHC string; false also for a string that is none.
    pub fn matches(self, password: &str, phc: &str) -> bool {
        let Ok(argon2) = self.argon2() else { return false };
        PasswordHash::new(phc).is_ok_and(|hash| argon2.verify_password(password.as_bytes(), &hash).is_ok())
    }

    /// A PHC string of this cost that no known password matches. Checking against it does the same work as checking
    /// against a real one, which is how an unknown address answers no sooner than a wrong password.
    pub fn decoy(self) -> String {
        let salt = STANDARD_NO_PAD.encode([0; SALT_BYTES]);
        let output = STANDARD_NO_PAD.encode([0; OUTPUT_BYTES]);
        let Self { memory_kib, passes, lanes } = self;
        format!("$argon2id$v=19$m={memory_kib},t={passes},p={lanes}${salt}${output}")
    }

    fn argon2(self) -> Result<Argon2<'static>, HashFault> {
        let params = Params::new(self.memory_kib, self.passes, self.lanes, Some(OUTPUT_BYTES))
            .map_err(|_| HashFault)?;
        Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUICK: PasswordCost = PasswordCost { memory_kib: 8, passes: 1, lanes: 1 };

    #[test]
    fn only_the_password_that_made_it_matches() {
        let phc = QUICK.hash("right 1", [7; SALT_BYTES]).unwrap();
        assert!(phc.starts_with("$argon2id$v=19$m=8,t=1,p=1$"), "{phc}");
        assert!(QUICK.matches("right 1", &phc));
        assert!(!QUICK.matches("right 2", &phc));
        assert!(!QUICK.matches("right 1", "not a hash"));
        assert_ne!(phc, QUICK.hash("right 1", [8; SALT_BYTES]).unwrap());
    }

    #[test]
    fn a_hash_outlives_a_change_of_cost() {
        let phc = QUICK.hash("right 1", [7; SALT_BYTES]).unwrap();
        assert!(PasswordCost::default().matches("right 1", &phc));
    }

    #[test]
    fn the_decoy_is_a_hash_of_full_cost() {
        let cost = PasswordCost::default();
        let decoy = cost.decoy();
        let parsed = PasswordHash::new(&decoy).unwrap();
        assert_eq!(
            Params::try_from(&parsed).unwrap(),
            Params::new(19_456, 2, 1, Some(OUTPUT_BYTES)).unwrap()
        );
        assert!(!cost.matches("", &decoy));
    }

    #[test]
    fn a_cost_that_argon2_cannot_do_is_refused() {
        assert_eq!(PasswordCost { memory_kib: 1, passes: 0, lanes: 0 }.hash("x", [0; 16]), Err(HashFault));
    }
}
