//! One function per capability. `export!` calls those that a feature lists, and only what is called here is linked: an
//! interface that is not listed is no import of the component.

use std::rc::Rc;

use super::direct::Direct;
use super::overlapping::Overlapping;
use crate::Host;

macro_rules! grants {
    ($($name:ident)+) => {
        $(#[doc = concat!("Grants `", stringify!($name), "`.")]
        pub fn $name(host: &mut Host) {
            host.$name = Some(Rc::new(Direct));
            overlap(host, |twin| twin.$name = Some(Rc::new(Overlapping)));
        })+
    };
}

macro_rules! grants_direct {
    ($($name:ident)+) => {
        $(#[doc = concat!("Grants `", stringify!($name), "`; its answers have no need to overlap.")]
        pub fn $name(host: &mut Host) {
            host.$name = Some(Rc::new(Direct));
            overlap(host, |twin| twin.$name = Some(Rc::new(Direct)));
        })+
    };
}

grants! { sql documents blobs text directory cache }
grants_direct! { events credentials sessions callers mail config secrets clock random }

/// Grants `log`, and lets a panic leave its words there before it traps.
pub fn log(host: &mut Host) {
    host.log = Some(Rc::new(Direct));
    overlap(host, |twin| twin.log = Some(Rc::new(Direct)));
    std::panic::set_hook(Box::new(|panic| super::direct::log_panic(&panic.to_string())));
}

fn overlap(host: &mut Host, grant: impl FnOnce(&mut Host)) {
    if let Some(twin) = host.overlapping.as_mut().and_then(Rc::get_mut) {
        grant(twin);
    }
}
