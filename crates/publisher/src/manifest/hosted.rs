//! Repositories on hosts that npm knows, in the many ways in which people write them.

use std::fmt::Write as _;

/// A host that npm knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Host {
    GitHub,
    GitLab,
    Bitbucket,
    Gist,
    SourceHut,
}

use Host::{Bitbucket, Gist, GitHub, GitLab, SourceHut};

const HOSTS: [Host; 5] = [GitHub, GitLab, Bitbucket, Gist, SourceHut];

impl Host {
    fn shortcut(self) -> &'static str {
        match self {
            GitHub => "github",
            GitLab => "gitlab",
            Bitbucket => "bitbucket",
            Gist => "gist",
            SourceHut => "sourcehut",
        }
    }

    fn domain(self) -> &'static str {
        match self {
            GitHub => "github.com",
            GitLab => "gitlab.com",
            Bitbucket => "bitbucket.org",
            Gist => "gist.github.com",
            SourceHut => "git.sr.ht",
        }
    }

    fn protocols(self) -> &'static [&'static str] {
        match self {
            GitHub => &["git", "http", "git+ssh", "git+https", "ssh", "https"],
            Gist => &["git", "git+ssh", "git+https", "ssh", "https"],
            GitLab | Bitbucket => &["git+ssh", "git+https", "ssh", "https"],
            SourceHut => &["git+ssh", "https"],
        }
    }
}

/// How a repository was written, which is how it is written again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Shortcut,
    Ssh,
    Https,
    Git,
    /// npm has no other way to write it than the first.
    Other,
}

/// A repository on one of them.
#[derive(Clone, Debug)]
pub(super) struct Hosted {
    host: Host,
    user: Option<String>,
    auth: Option<String>,
    project: String,
    commit: String,
    form: Form,
}

impl Hosted {
    /// Reads `user/project`, `github:user/project`, `git@github.com:user/project.git` and URLs.
    pub(super) fn parse(text: &str) -> Option<Self> {
        if is_shorthand(text) {
            return Self::shortcut(GitHub, text);
        }
        let (scheme, rest) = text.split_once(':')?;
        let lower = scheme.to_ascii_lowercase();
        if let Some(host) = HOSTS.into_iter().find(|host| host.shortcut() == lower) {
            return Self::shortcut(host, rest.trim_start_matches('/'));
        }
        let (scheme, place) = match rest.strip_prefix("//") {
            Some(place) => (lower, place.to_owned()),
            // `git@host:user/project`, and the same behind a scheme without slashes.
            None if scheme.contains('@') => ("git+ssh".to_owned(), text.to_owned()),
            None => (lower, rest.to_owned()),
        };
        let (place, commit) = place.split_once('#').unwrap_or((&place, ""));
        let (auth, place) = match place.rsplit_once('@') {
            Some((auth, place)) if !auth.contains('/') => (Some(auth.to_owned()), place),
            _ => (None, place),
        };
        let end = place.find(['/', ':'])?;
        let (domain, path) = place.split_at_checked(end)?;
        let mut path = path.get(1..)?;
        // A port, which is no part of the path.
        if let Some((port, rest)) = path.split_once('/')
            && place.get(end..=end) == Some(":")
            && port.parse::<u16>().is_ok()
        {
            path = rest;
        }
        let domain = domain.to_ascii_lowercase();
        let domain = domain.strip_prefix("www.").unwrap_or(&domain);
        let host = HOSTS.into_iter().find(|host| host.domain() == domain)?;
        if !host.protocols().contains(&scheme.as_str()) {
            return None;
        }
        let path = path.split('?').next().unwrap_or_default();
        let (user, project, commit) = segments(host, path, commit)?;
        let form = match scheme.as_str() {
            "git+ssh" | "ssh" => Form::Ssh,
            "git+https" | "https" => Form::Https,
            "git" => Form::Git,
            _ => Form::Other,
        };
        // Only HTTP keeps a user and password.
        let auth = auth.filter(|_| form != Form::Ssh);
        Some(Self {
            host,
            user,
            auth,
            project,
            commit,
            form,
        })
    }

    fn shortcut(host: Host, text: &str) -> Option<Self> {
        let (path, commit) = text.split_once('#').unwrap_or((text, ""));
        let path = path.split_once('@').map_or(path, |(_, path)| path);
        let (user, project) = match path.rsplit_once('/') {
            Some((user, project)) => (Some(user), project),
            None => (None, path),
        };
        let project = project.strip_suffix(".git").unwrap_or(project);
        let user = user.filter(|user| !user.is_empty()).map(str::to_owned);
        if project.is_empty() || project.contains(char::is_whitespace) {
            return None;
        }
        Some(Self {
            host,
            user,
            auth: None,
            project: project.to_owned(),
            commit: commit.to_owned(),
            form: Form::Shortcut,
        })
    }

    /// As `repository.url` has it.
    pub(super) fn repository(&self) -> String {
        match self.form {
            Form::Shortcut => self.https(),
            _ => self.canonical(),
        }
    }

    /// As it was written, in its full form.
    pub(super) fn canonical(&self) -> String {
        let (domain, path, hash) = (self.host.domain(), self.path(), self.hash());
        match self.form {
            Form::Shortcut => format!("{}:{path}{hash}", self.host.shortcut()),
            Form::Https => self.https(),
            Form::Git => {
                let auth = self.auth_before();
                format!("git://{auth}{domain}/{path}.git{hash}")
            }
            Form::Ssh | Form::Other => format!("git+ssh://git@{domain}/{path}.git{hash}"),
        }
    }

    pub(super) fn bugs(&self) -> Option<String> {
        let (domain, path) = (self.host.domain(), self.path());
        match self.host {
            SourceHut => None,
            Gist => Some(format!("https://{domain}/{path}")),
            _ => Some(format!("https://{domain}/{path}/issues")),
        }
    }

    pub(super) fn docs(&self) -> String {
        let (domain, path) = (self.host.domain(), self.path());
        let commit = percent_encoded(&self.commit);
        let tree = match self.host {
            _ if commit.is_empty() => String::new(),
            Gist => format!("/{commit}"),
            Bitbucket => format!("/src/{commit}"),
            _ => format!("/tree/{commit}"),
        };
        let readme = if self.host == Gist { "" } else { "#readme" };
        format!("https://{domain}/{path}{tree}{readme}")
    }

    fn https(&self) -> String {
        let (domain, path, hash) = (self.host.domain(), self.path(), self.hash());
        match self.host {
            SourceHut => format!("https://{domain}/{path}{hash}"),
            Gist => format!("git+https://{domain}/{path}.git{hash}"),
            _ => format!(
                "git+https://{}{domain}/{path}.git{hash}",
                self.auth_before()
            ),
        }
    }

    fn path(&self) -> String {
        match &self.user {
            Some(user) if self.host != Gist => format!("{user}/{}", self.project),
            _ => self.project.clone(),
        }
    }

    fn hash(&self) -> String {
        if self.commit.is_empty() {
            String::new()
        } else {
            format!("#{}", self.commit)
        }
    }

    fn auth_before(&self) -> String {
        let auth = self.auth.as_ref().filter(|_| self.host != Gist);
        auth.map(|auth| format!("{auth}@")).unwrap_or_default()
    }
}

/// `user/project#commit`, and nothing that could be a path or a scope.
fn is_shorthand(text: &str) -> bool {
    let (path, _) = text.split_once('#').unwrap_or((text, ""));
    let slashes = path.matches('/').count();
    slashes == 1
        && !path.starts_with(['/', '.'])
        && !path.ends_with('/')
        && !path.contains(['@', ':'])
        && !path.contains(char::is_whitespace)
}

/// User, project and commit of a path on a host.
fn segments(host: Host, path: &str, commit: &str) -> Option<(Option<String>, String, String)> {
    let names: Vec<&str> = path.split('/').collect();
    let third = names.get(2).copied().unwrap_or_default();
    let mut commit = commit;
    let (user, project) = match host {
        GitLab => {
            if path.contains("/-/") || path.contains("/archive.tar.gz") {
                return None;
            }
            path.rsplit_once('/')?
        }
        Gist => {
            if third == "raw" {
                return None;
            }
            match (names.first()?, names.get(1).filter(|name| !name.is_empty())) {
                (user, Some(project)) => (*user, *project),
                (project, None) => ("", *project),
            }
        }
        _ => {
            match (host, third) {
                (GitHub, "tree") => commit = names.get(3).copied().unwrap_or_default(),
                (GitHub, "") => {}
                (GitHub, _) | (Bitbucket, "get") | (SourceHut, "archive") => return None,
                _ => {}
            }
            (*names.first()?, *names.get(1)?)
        }
    };
    let project = project.strip_suffix(".git").unwrap_or(project);
    if project.is_empty() || (user.is_empty() && host != Gist) {
        return None;
    }
    let user = Some(user.to_owned()).filter(|user| !user.is_empty());
    Some((user, project.to_owned(), commit.to_owned()))
}

fn percent_encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.!~*'()".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}
