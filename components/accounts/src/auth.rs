//! Signing up, in and out. The host keeps credentials and sessions; what stands here is when to ask it.

mod activate;
mod email;
mod login;
mod logout;
mod password;
mod refresh;
mod session;
mod signup;

use serde::Serialize;

pub use activate::{SIGNED_UP, activate_signed_up};
pub use login::{Login, login};
pub use logout::logout;
pub use refresh::refresh;
pub use session::{SignedIn, claims};
pub use signup::{Signup, signup};

/// It was done, and there is nothing to tell of it: `{}`, since clients read JSON from every answer.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
pub struct Done {}
