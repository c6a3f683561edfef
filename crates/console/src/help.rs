//! What `help` shows, from the table.

use serde_json::{Value, json};

use crate::{
    command::TABLE,
    grid::Grid,
    table::{Group, Spec},
};

/// Lists all commands.
pub fn all() -> String {
    let groups = Group::ALL.map(|group| {
        let commands = TABLE.iter().filter(|spec| spec.group == group);
        format!("{}\n{}", group.title(), list(commands))
    });
    format!(
        "{}\n\n`help COMMAND` tells more; --json has any command answer in JSON; `;` parts commands.",
        groups.join("\n\n")
    )
}

/// Tells all of one command, or lists those that begin with a word.
pub fn of(topic: &str) -> String {
    let commands = about(topic);
    match commands.as_slice() {
        [spec] => command(spec),
        several => list(several.iter().copied()),
    }
}

/// The same for programs.
pub fn json(topic: &str) -> Value {
    let commands: Vec<Value> = about(topic).into_iter().map(of_spec).collect();
    json!({ "commands": commands })
}

/// Returns the commands whose names begin with the words of the topic.
fn about(topic: &str) -> Vec<&'static Spec> {
    let begins = |spec: &&Spec| {
        let rest = spec.name.strip_prefix(topic);
        topic.is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    };
    TABLE.iter().filter(begins).collect()
}

fn list<'a>(commands: impl Iterator<Item = &'a Spec>) -> String {
    let mut grid = Grid::plain("  ");
    for spec in commands {
        grid.row([spec.name.to_owned(), spec.summary().to_owned()]);
    }
    grid.to_string()
}

fn command(spec: &Spec) -> String {
    let text = format!("usage: {}\n\n{}", spec.usage(), spec.text());
    let mut words = Grid::plain("  ");
    for argument in spec.arguments {
        words.row([
            argument.kind.name.to_owned(),
            argument.help.trim().to_owned(),
            argument.kind.allowed.to_owned(),
        ]);
    }
    for option in spec.all_options() {
        words.row([
            format!("{} {}", option.name, option.kind.name),
            option.help.trim().to_owned(),
            option.kind.allowed.to_owned(),
        ]);
    }
    let examples = spec.examples.join("\n  ");
    format!("{text}\n\n{words}\n\nfor example\n  {examples}")
}

fn of_spec(spec: &'static Spec) -> Value {
    let arguments = spec.arguments.iter().map(|it| {
        json!({
            "name": it.kind.name,
            "required": it.required,
            "help": it.help.trim(),
            "allowed": it.kind.allowed,
        })
    });
    let options = spec.all_options().map(|it| {
        json!({
            "name": it.name,
            "value": Some(it.kind.name).filter(|name| !name.is_empty()),
            "help": it.help.trim(),
        })
    });
    json!({
        "name": spec.name,
        "usage": spec.usage(),
        "help": spec.text(),
        "arguments": arguments.collect::<Vec<_>>(),
        "options": options.collect::<Vec<_>>(),
        "examples": spec.examples,
    })
}
