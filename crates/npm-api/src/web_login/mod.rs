//! Logging in through a page, which a person approves.
//!
//! The client asks, shows the person the page's address, and asks again and again whether it was
//! approved. Whatever token the client has plays no part: it is the one that is to be replaced.
//!
//! - `POST /-/v1/login` — `npm login`, `npm adduser`, `pnpm login`, `yarn npm login --web-login`
//! - `GET /-/v1/done/{poll}` — the same, until there is a token
//! - `GET` and `POST /-/v1/login/{page}` — the person's browser

mod answer;
mod begin;
mod page;
mod poll;
mod wire;

pub(crate) use answer::AnswerPage;
pub(crate) use begin::BeginLogin;
pub(crate) use page::ShowPage;
pub(crate) use poll::PollLogin;
