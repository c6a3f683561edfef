//! The screens as a person meets them: what keys ask for, and what is seen.

mod command_line;
mod config;
mod snapshot;
mod stage;
