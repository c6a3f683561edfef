//! The screens of the registry, drawn into a cell buffer.
//!
//! An [`App`] is told what a person did ([`Input`]) and what the host learned ([`News`]), answers with
//! what the host is to do ([`Ask`]), and draws itself when it is asked to. Every change that is made on
//! a screen is asked for as a line of the one command language, which the host runs; what is pending of
//! the 13 bytes is told back. So a terminal, a page and a script do the same things in the same words.
//!
//! Left to others: the terminal or page that shows the cells, the clock, sockets, files, and the
//! command language itself, of which only the words are known here. Nothing happens between two calls,
//! so that an idle screen costs nothing.
//!
//! Read next: [`App`], then [`News`], then [`Ask`].

mod access;
mod app;
mod ask;
mod bar;
mod canvas;
mod config;
mod edit;
mod filter;
mod help;
mod history;
mod input;
mod keys;
mod layout;
mod list;
mod log;
mod news;
mod packages;
mod panel;
mod prompt;
mod screen;
mod status;
mod text;
mod theme;

pub use app::{App, Options, SizeRule};
pub use ask::{Answer, Ask};
pub use input::{Input, Key, KeyCode, Modifiers, Mouse, MouseKind, Pasted};
pub use layout::{LEAST_COLS, LEAST_ROWS};
pub use news::{
    Access, ApiKeyLine, Completions, Connection, Lockfile, LogEvent, News, Outcome, PackageDetails,
    PackageLine, Progress, Prompt, PromptKind, Said, Server, StatusFigures, UserLine, VersionLine,
};
pub use screen::Screen;
pub use theme::Theme;
