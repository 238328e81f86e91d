//! Names of the headers and cookies of the session protocol, and the lists that a CORS layer needs.

/// Cookie of the access token.
pub const ACCESS_COOKIE: &str = "sAccessToken";
/// Cookie of the refresh token.
pub const REFRESH_COOKIE: &str = "sRefreshToken";
/// Cookie of long past versions: a request with it is told to refresh, which removes it.
pub const LEGACY_COOKIE: &str = "sIdRefreshToken";

/// Access token in header mode.
pub const ACCESS_HEADER: &str = "st-access-token";
/// Refresh token in header mode.
pub const REFRESH_HEADER: &str = "st-refresh-token";
/// What the browser may read.
pub const FRONT_HEADER: &str = "front-token";
/// Anti-CSRF token, both ways.
pub const ANTI_CSRF_HEADER: &str = "anti-csrf";
/// The mode that a client asks for.
pub const MODE_HEADER: &str = "st-auth-mode";
/// Marks calls of the SDKs; its presence alone counts.
pub const RID_HEADER: &str = "rid";

/// Response headers that a browser's code must be allowed to read.
pub const EXPOSED: [&str; 4] = [FRONT_HEADER, ANTI_CSRF_HEADER, ACCESS_HEADER, REFRESH_HEADER];
/// Request headers that the SDKs send besides the ordinary ones.
pub const ALLOWED: [&str; 5] = [RID_HEADER, "fdi-version", ANTI_CSRF_HEADER, "authorization", MODE_HEADER];
