//! What can follow what is being typed, with the names that only the registry or the machine knows.

use std::{collections::BTreeSet, path::Path};

use console::{Completion, Desk, Names, Token, complete, quote};

/// Most words that are shown.
const MOST: usize = 200;

/// Completes a line up to the cursor. `packages` are the names that are known.
pub(crate) async fn completed(
    desk: &impl Desk,
    packages: &[String],
    line: &str,
) -> tui::Completions {
    let Completion {
        from,
        typed,
        mut words,
        names,
    } = complete(line);
    let names = match names {
        None => Vec::new(),
        Some(Names::Packages) => packages.to_vec(),
        Some(Names::Folders) => folders(&typed).await,
        Some(names) => asked(desk, names).await,
    };
    let begins = |name: &String| {
        let head = name.get(..typed.len());
        head.is_some_and(|head| head.eq_ignore_ascii_case(&typed))
    };
    let names: BTreeSet<String> = names.into_iter().filter(begins).collect();
    words.extend(names.iter().map(|name| quote(name)));
    words.truncate(MOST);
    tui::Completions {
        line: line.to_owned(),
        from,
        words,
    }
}

/// The names that the registry knows. Where it does not tell, nothing is completed.
async fn asked(desk: &impl Desk, names: Names) -> Vec<String> {
    match names {
        Names::Users => {
            let users = desk.users().await.unwrap_or_default();
            users.into_iter().map(|user| user.name).collect()
        }
        Names::Teams => {
            let mut teams = Vec::new();
            for org in desk.orgs().await.unwrap_or_default() {
                let of_org = desk.org(&org.org).await.map(|org| org.teams);
                let of_org = of_org.unwrap_or_default();
                teams.push(format!("@{}", org.org));
                teams.extend(of_org.iter().map(|it| format!("@{}:{}", org.org, it.team)));
            }
            teams
        }
        Names::Keys | Names::Tokens => {
            let tokens = desk.tokens(None).await.unwrap_or_default().into_iter();
            let wanted = |token: &Token| names == Names::Tokens || token.kind == Token::KEY;
            tokens.filter(wanted).map(|token| token.id).collect()
        }
        Names::Packages | Names::Folders => Vec::new(),
    }
}

/// The folders that begin like this, each with a slash at its end.
async fn folders(typed: &str) -> Vec<String> {
    let (parent, hidden) = match typed.rsplit_once('/') {
        Some((parent, name)) => (format!("{parent}/"), name.starts_with('.')),
        None => (String::new(), typed.starts_with('.')),
    };
    let place = if parent.is_empty() { "." } else { &parent };
    let mut found = Vec::new();
    let Ok(mut entries) = tokio::fs::read_dir(Path::new(place)).await else {
        return found;
    };
    while let Ok(Some(entry)) = entries.next_entry().await {
        let is_folder = tokio::fs::metadata(entry.path())
            .await
            .is_ok_and(|it| it.is_dir());
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        if is_folder && (hidden || !name.starts_with('.')) && found.len() < MOST {
            found.push(format!("{parent}{name}/"));
        }
    }
    found
}
