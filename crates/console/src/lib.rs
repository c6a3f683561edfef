//! The one command language of the registry: what can be typed, what it does, and what it answers.
//!
//! [`parse`] turns a text into [`Line`]s by one table ([`TABLE`]), from which [`help`] and [`complete`]
//! come too. A [`Session`] runs them: it holds what is pending of the 13 bytes, does everything else
//! through a [`Desk`], and asks the person who types through a [`Surface`]. So the same words work in
//! `registryd exec`, in a terminal and in a page.
//!
//! Left to others: what typed the line and where the answer is shown ([`Surface`]), how a thing is done
//! and whether it may be ([`Desk`]).
//! Read next: [`Command`], then [`Session`], then [`Desk`].

mod command;
mod complete;
mod config_file;
mod desk;
mod error;
mod grid;
pub mod help;
mod kind;
mod nouns;
mod parse;
mod pending;
mod reply;
mod run;
mod session;
mod suggest;
mod table;
mod words;

pub use command::{Command, TABLE};
pub use complete::{Completion, complete};
pub use config_file::write_changes;
pub use desk::{Desk, Done, Only, Secret, Surface};
pub use error::{CommandError, ErrorKind};
pub use kind::{
    Action, Address, CommandWord, Email, EventKind, Flag, Folder, KeyId, KeyName, Kind, List,
    NamePart, Names, Network, Number, OrgOrTeam, OrgRole, PackageOrRelease, Pattern, Release, Role,
    Scope, SearchText, Somebody, Subject, Target, Team, TokenId, TokenText, UserName,
};
pub use nouns::{
    ConfigChange, Decision, Event, Found, GoodToken, Invitation, LogFilter, MadeKey, Member,
    NewKey, NewUser, Org, OrgSummary, PackageInfo, PackageLine, PackedFile, Progress, Published,
    RemovedUser, Rule, RuleChange, RuleSource, ServerFigures, Status, TeamPackage, TeamView,
    ToPublish, Token, User, Verified, VersionInfo,
};
pub use parse::{Line, ParseError, parse};
pub use pending::Pending;
pub use reply::{Reply, Then};
pub use run::json_value;
pub use session::Session;
pub use table::{Argument, Group, JSON, Opt, Spec, find};
pub use words::{Word, WordsError, quote, split};

#[cfg(test)]
mod tests;
