//! `registryd man`: the manual pages, from what the command line and the console say of themselves.

use std::{fs, io, path::Path, process::ExitCode};

use clap::CommandFactory as _;
use clap_mangen::roff::{Roff, bold, italic, roman};
use console::{Group, JSON, Spec, TABLE};

use crate::{args::Args, failure::Failure, output};

/// The page of the console's commands.
const COMMANDS: &str = "registry-commands.7";

pub(crate) fn run(dir: &Path) -> Result<ExitCode, Failure> {
    write(dir).map_err(|error| {
        let text = format!("the manual pages cannot be written into {}", dir.display());
        Failure::failed(text).caused_by(&error)
    })?;
    output::line(format_args!(
        "written into {}; `man {}` shows one",
        dir.display(),
        dir.join("registryd.1").display()
    ))?;
    Ok(ExitCode::SUCCESS)
}

fn write(dir: &Path) -> io::Result<()> {
    fs::create_dir_all(dir)?;
    clap_mangen::generate_to(Args::command(), dir)?;
    let mut page = Vec::new();
    commands().to_writer(&mut page)?;
    fs::write(dir.join(COMMANDS), page)
}

/// The console's commands, group by group.
fn commands() -> Roff {
    let mut page = Roff::new();
    page.control("TH", ["registry-commands", "7"]);
    page.control("SH", ["NAME"]);
    page.text([roman(
        "registry-commands - what can be typed in registryd exec and registry-term",
    )]);
    page.control("SH", ["DESCRIPTION"]);
    page.text([roman(
        "A semicolon or a new line parts two commands, and quotes hold a word with blanks together.",
    )]);
    page.text([bold(JSON.name), roman(" has any command answer in JSON.")]);
    for group in Group::ALL {
        page.control("SH", [group.title()]);
        for spec in TABLE.iter().filter(|spec| spec.group == group) {
            command(&mut page, spec);
        }
    }
    page.control("SH", ["SEE ALSO"]);
    page.text([roman("registryd(1), registry-term(1)")]);
    page
}

fn command(page: &mut Roff, spec: &Spec) {
    page.control("SS", [spec.usage().as_str()]);
    for paragraph in spec.text().split("\n\n") {
        page.text([roman(paragraph)]);
        page.control("PP", []);
    }
    let arguments = spec.arguments.iter();
    let arguments = arguments.map(|it| (it.kind.name.to_owned(), it.help, it.kind.allowed));
    let options = spec.options.iter().map(|it| {
        let name = format!("{} {}", it.name, it.kind.name);
        (name.trim_end().to_owned(), it.help, it.kind.allowed)
    });
    for (name, help, allowed) in arguments.chain(options) {
        page.control("TP", []);
        page.text([italic(name)]);
        let is = if allowed.is_empty() { "" } else { " It is " };
        page.text([roman(format!("{}{is}{allowed}", help.trim()))]);
    }
    page.control("PP", []);
    page.text([roman("For example:")]);
    page.control("nf", []);
    for example in spec.examples {
        page.text([roman(format!("    {example}"))]);
    }
    page.control("fi", []);
}
