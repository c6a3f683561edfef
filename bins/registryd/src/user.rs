//! `registryd user`: the console's commands about accounts, with a command line of their own.

use std::process::ExitCode;

use console::{Command, Email, Flag, Number, UserName};

use crate::{
    args::UserAction,
    exec::{self, Answers, CommandLine, Unasked},
    failure::Failure,
    settings::Settings,
};

pub(crate) fn run(settings: Settings, action: UserAction) -> Result<ExitCode, Failure> {
    let mut answers = Answers::Anywhere;
    let mut password_stdin = |is_set: bool| {
        if is_set {
            answers = Answers::Stdin;
        }
    };
    let (command, json) = match action {
        UserAction::Add {
            name,
            role,
            email,
            password_stdin: from_stdin,
            json,
        } => {
            password_stdin(from_stdin);
            let command = Command::UserAdd {
                name: UserName(name),
                role: Some(role),
                email: email.map(Email),
            };
            (command, json)
        }
        UserAction::Passwd {
            name,
            password_stdin: from_stdin,
        } => {
            password_stdin(from_stdin);
            let name = UserName(name);
            (Command::UserPasswd { name }, false)
        }
        UserAction::Disable { name } => {
            let name = UserName(name);
            (Command::UserDisable { name }, false)
        }
        UserAction::Enable { name } => {
            let name = UserName(name);
            (Command::UserEnable { name }, false)
        }
        UserAction::Remove { name, yes } => {
            let (name, yes) = (UserName(name), yes.then_some(Flag));
            (Command::UserRemove { name, yes }, false)
        }
        UserAction::Role { name, role } => {
            let name = UserName(name);
            (Command::UserRole { name, role }, false)
        }
        UserAction::List { json } => (Command::UserList {}, json),
        UserAction::Invite { role, days, json } => {
            let (role, days) = (Some(role), Some(Number(days)));
            (Command::UserInvite { role, days }, json)
        }
    };
    let surface = CommandLine::new(answers, Unasked::Yes);
    exec::run_one(settings, command, json, surface)
}
