//! The production stores against a real PostgreSQL server, which `DATABASE_URL` names: the conformance suites, then what
//! only that server and a network can do.

#[cfg(test)]
mod beside_mongo;
#[cfg(test)]
mod conformance;
#[cfg(test)]
mod crossings;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod full_text;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod leadership;
#[cfg(test)]
mod migrations;
#[cfg(test)]
mod own_server;
#[cfg(test)]
mod pools;
#[cfg(test)]
mod roles;
#[cfg(test)]
mod support;
