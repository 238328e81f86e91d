//! Documents in MongoDB, against a server that speaks its protocol: the conformance suite, then what only this driver
//! can get wrong. `cargo xtask services up` starts that server, a stand-in that is slower than the real one and knows
//! no text search; nothing here needs a replica set. With MONGODB_URL the same tests run against a real mongod.

#[cfg(test)]
mod conformance;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod indexes;
#[cfg(test)]
mod outbox;
#[cfg(test)]
mod server;
#[cfg(test)]
mod storm;
#[cfg(test)]
mod support;
