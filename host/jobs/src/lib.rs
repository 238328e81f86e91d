//! Everything that happens after a commit: events from outbox to subscriber, once each in effect, in order per key;
//! retries, dead letters, jobs by the clock, letters to people, and the chores of a running host. Never decides what an event means.

mod audit;
mod backoff;
mod deliver;
mod deliveries;
mod housekeeping;
mod mail;
mod relay;
mod rung;
mod schedule;
mod underway;
mod worker;

pub use deliveries::{Deliveries, Delivery, JobsError, Standing};
pub use housekeeping::{Chores, chores};
pub use mail::{InvalidMail, Login, Mailer, Security, Sender, SmtpSettings};
pub use worker::Worker;
