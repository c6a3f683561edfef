//! A session over a desk in memory: what is asked of whom, and when.

use std::{
    collections::BTreeMap,
    pin::pin,
    sync::Mutex,
    task::{Context, Poll, Waker},
    time::SystemTime,
};

use config13::Config13;
use npm_model::{DistTag, PackageName, Version};

use crate::*;

/// Has 13 bytes, one user and the last key that was made, and no more.
struct Memory {
    config: Mutex<Config13>,
    written: Mutex<Vec<ConfigChange>>,
    key: Mutex<Option<NewKey>>,
    removed: Mutex<Vec<String>>,
}

impl Memory {
    fn new() -> Self {
        Self {
            config: Mutex::new(Config13::new(7)),
            written: Mutex::default(),
            key: Mutex::default(),
            removed: Mutex::default(),
        }
    }
}

/// What these stories do not come by.
fn not_here<T>() -> Done<T> {
    Err(CommandError::unavailable("not here"))
}

fn user(name: &str) -> User {
    User {
        name: name.to_ascii_lowercase(),
        role: Role::Publisher,
        disabled: false,
        email: String::new(),
        created: SystemTime::UNIX_EPOCH,
        last_used: None,
    }
}

fn line(name: &str) -> PackageLine {
    PackageLine {
        name: name.to_owned(),
        version: "1.1.0".to_owned(),
        ..PackageLine::default()
    }
}

impl Desk for Memory {
    fn check(&self, command: &Command) -> Done<()> {
        match command {
            Command::UserAdd { name, .. } if name.0.contains(' ') => {
                Err(CommandError::wrong("a user name has no blank"))
            }
            _ => Ok(()),
        }
    }
    async fn config(&self) -> Done<Config13> {
        Ok(*self.config.lock().unwrap())
    }
    async fn write_config(&self, changes: &[ConfigChange]) -> Done<()> {
        for change in changes {
            let mut config = self.config.lock().unwrap();
            match *change {
                ConfigChange::Set(value) => config.set(value),
                ConfigChange::Features { on, off } => {
                    let flags = (config.feature_flags().bits() | on.bits()) & !off.bits();
                    config.set_feature_flags(config13::FeatureFlags::from_bits(flags));
                }
            }
            self.written.lock().unwrap().push(*change);
        }
        Ok(())
    }
    async fn status(&self) -> Done<Status> {
        Ok(Status {
            registry: "http://localhost:4873".to_owned(),
            problem: Some("the server is down".to_owned()),
            ..Status::default()
        })
    }
    async fn publish(
        &self,
        what: &ToPublish,
        progress: &mut (dyn FnMut(Progress) + Send),
    ) -> Done<Published> {
        progress(Progress {
            what: "packing",
            done: 1,
            total: 2,
        });
        Ok(Published {
            name: what.dir.display().to_string(),
            version: "1.0.0".to_owned(),
            tag: what
                .tag
                .as_ref()
                .map_or("latest", DistTag::as_str)
                .to_owned(),
            dry_run: what.dry_run,
            size: 1_234,
            notes: vec!["`prepack` was not run".to_owned()],
            ..Published::default()
        })
    }
    async fn packages(&self) -> Done<Vec<PackageLine>> {
        Ok(["@acme/left-pad", "left-pad"].map(line).to_vec())
    }
    async fn package(&self, name: &PackageName) -> Done<PackageInfo> {
        let version = |version: &str| VersionInfo {
            version: version.to_owned(),
            ..VersionInfo::default()
        };
        Ok(PackageInfo {
            name: name.to_string(),
            tags: self.dist_tags(name).await?,
            versions: ["1.0.0", "1.1.0"].map(version).to_vec(),
            ..PackageInfo::default()
        })
    }
    async fn search(&self, text: &str, limit: u32) -> Done<Found> {
        assert_eq!((text, limit), ("left pad keywords:x", 20));
        Ok(Found {
            total: 21,
            packages: vec![line("left-pad")],
        })
    }
    async fn dist_tags(&self, _: &PackageName) -> Done<BTreeMap<String, String>> {
        Ok([("latest".to_owned(), "1.1.0".to_owned())].into())
    }
    async fn set_dist_tag(&self, _: &PackageName, version: &Version, _: &DistTag) -> Done<()> {
        match version.as_str() {
            "1.0.0" => Ok(()),
            _ => Err(CommandError::not_found("there is no such version")),
        }
    }
    async fn remove_dist_tag(&self, _: &PackageName, _: &DistTag) -> Done<()> {
        not_here()
    }
    async fn users(&self) -> Done<Vec<User>> {
        Ok(Vec::new())
    }
    async fn user(&self, name: &str) -> Done<User> {
        Ok(user(name))
    }
    async fn check_new_user(&self, name: &str) -> Done<()> {
        match name {
            "taken" => Err(CommandError::refused("the name is taken")),
            _ => Ok(()),
        }
    }
    async fn add_user(&self, new: NewUser) -> Done<User> {
        assert_eq!(new.password, "a secret");
        Ok(user(&new.name))
    }
    async fn set_password(&self, _: &str, _: String) -> Done<User> {
        not_here()
    }
    async fn set_role(&self, _: &str, _: Role) -> Done<User> {
        not_here()
    }
    async fn set_disabled(&self, _: &str, _: bool) -> Done<User> {
        not_here()
    }
    async fn owned_alone(&self, _: &str) -> Done<Vec<String>> {
        Ok(vec!["left-pad".to_owned()])
    }
    async fn remove_user(&self, name: &str) -> Done<RemovedUser> {
        self.removed.lock().unwrap().push(name.to_owned());
        Ok(RemovedUser::default())
    }
    async fn invite(&self, _: Role, _: Option<u32>) -> Done<Invitation> {
        not_here()
    }
    async fn orgs(&self) -> Done<Vec<OrgSummary>> {
        not_here()
    }
    async fn org(&self, _: &str) -> Done<Org> {
        not_here()
    }
    async fn team(&self, _: &Team) -> Done<TeamView> {
        not_here()
    }
    async fn create_team(&self, _: &Team) -> Done<()> {
        not_here()
    }
    async fn destroy_team(&self, _: &Team) -> Done<()> {
        not_here()
    }
    async fn add_to_team(&self, _: &Team, _: &str) -> Done<()> {
        not_here()
    }
    async fn set_member(&self, _: &str, _: &str, _: OrgRole) -> Done<()> {
        not_here()
    }
    async fn remove_member(&self, _: &OrgOrTeam, _: &str) -> Done<()> {
        not_here()
    }
    async fn rules(&self) -> Done<Vec<Rule>> {
        not_here()
    }
    async fn change_rules(&self, _: &str, _: &[Action], _: &RuleChange) -> Done<Vec<Rule>> {
        not_here()
    }
    async fn clear_rule(&self, _: &str, _: Action) -> Done<()> {
        not_here()
    }
    async fn can(&self, _: Option<&str>, _: Action, _: &PackageName) -> Done<Decision> {
        not_here()
    }
    async fn tokens(&self, _: Option<&str>) -> Done<Vec<Token>> {
        not_here()
    }
    fn key_takes_password(&self) -> bool {
        true
    }
    async fn create_key(&self, new: NewKey) -> Done<MadeKey> {
        *self.key.lock().unwrap() = Some(new);
        not_here()
    }
    async fn revoke(&self, _: &str, _: Only) -> Done<()> {
        not_here()
    }
    async fn verify(&self, token: &str, _: Option<&str>) -> Done<Verified> {
        Ok(Verified::Bad {
            reason: "malformed".to_owned(),
            error: format!("{token} is none"),
        })
    }
    async fn events(&self, _: &LogFilter) -> Done<Vec<Event>> {
        not_here()
    }
}

/// Gives one secret and one answer to all that is asked, and remembers it.
#[derive(Default)]
struct Person {
    agrees: bool,
    asked: Vec<String>,
}

impl Surface for Person {
    async fn ask_secret(&mut self, secret: &Secret) -> Done<String> {
        self.asked.push(secret.prompt());
        Ok("a secret".to_owned())
    }
    async fn confirm(&mut self, question: &str) -> Done<bool> {
        self.asked.push(question.to_owned());
        Ok(self.agrees)
    }
    fn progress(&mut self, progress: Progress) {
        let Progress { what, done, total } = progress;
        self.asked.push(format!("{what} {done}/{total}"));
    }
}

fn session(agrees: bool) -> Session<Memory, Person> {
    let person = Person {
        agrees,
        ..Person::default()
    };
    Session::new(Memory::new(), person)
}

/// Runs commands of a desk that never waits, and returns what the last one answered.
fn run(session: &mut Session<Memory, Person>, commands: &str) -> Done<Reply> {
    let mut last = None;
    for line in parse(commands).unwrap() {
        let running = pin!(session.run(line.command));
        match running.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(done) => last = Some(done?),
            Poll::Pending => panic!("a desk in memory does not wait"),
        }
    }
    Ok(last.unwrap())
}

#[test]
fn each_changed_field_is_one_write_and_nothing_is_written_twice() {
    let mut session = session(true);
    let text = "set rows 40; set rows 50; set cols 0; enable debug; enable premium_types; save";
    let saved = run(&mut session, text).unwrap();
    assert!(
        saved.text.ends_with("2 bytes changed, 2 fields written"),
        "{saved:?}"
    );
    assert_eq!(session.desk().written.lock().unwrap().len(), 2);
    assert!(session.pending().is_empty());
    let again = run(&mut session, "save").unwrap();
    assert!(again.text.starts_with("nothing is pending"), "{again:?}");
    let reverted = run(&mut session, "set version 9; revert; save; diff").unwrap();
    assert_eq!(reverted.json["diff"], serde_json::json!([]));
    assert_eq!(session.desk().written.lock().unwrap().len(), 2);
}

#[test]
fn what_somebody_else_changes_meanwhile_is_shown_and_stays() {
    let mut session = session(true);
    run(&mut session, "enable debug; set rows 9").unwrap();
    session.desk().config.lock().unwrap().set_cols(80);
    let shown = run(&mut session, "show").unwrap();
    assert_eq!(shown.json["fields"]["cols"], 80);
    let pending = serde_json::json!({ "feature_flags": 4, "rows": 9 });
    assert_eq!(shown.json["pending"], pending);
    run(&mut session, "save").unwrap();
    assert_eq!(session.desk().config.lock().unwrap().cols(), 80);
}

#[test]
fn a_secret_is_asked_for_once_it_is_of_use() {
    let mut person = session(true);
    run(&mut person, "user add taken").unwrap_err();
    assert!(person.surface().asked.is_empty());
    run(&mut person, "user add Alice").unwrap();
    run(&mut person, "key create ci read").unwrap_err();
    let answer = run(&mut person, "verify").unwrap();
    assert!(answer.is_no && answer.text.contains("a secret is none"));
    run(&mut person, "verify mine").unwrap();
    let asked = ["Password for Alice: ", "Your password: ", "Token: "];
    assert_eq!(person.surface().asked, asked);
    let key = person.desk().key.lock().unwrap().take().unwrap();
    assert_eq!(key.password.as_deref(), Some("a secret"));
    assert!(!format!("{key:?}").contains("a secret"));
}

#[test]
fn what_destroys_is_done_when_it_is_agreed_to() {
    let mut no = session(false);
    let refused = run(&mut no, "user remove Bob").unwrap_err();
    assert_eq!(refused.kind, ErrorKind::Refused);
    assert!(no.desk().removed.lock().unwrap().is_empty());
    assert!(no.surface().asked[0].starts_with("left-pad will have no owner\nRemove bob,"));
    run(&mut no, "user remove Bob --yes").unwrap();
    assert_eq!(no.surface().asked.len(), 1);
    let mut yes = session(true);
    run(&mut yes, "user remove Bob").unwrap();
    assert_eq!(*yes.desk().removed.lock().unwrap(), ["bob"]);
}

#[test]
fn an_empty_list_says_what_to_do() {
    let answer = run(&mut session(true), "user list").unwrap();
    assert!(
        answer.text.contains("`user add NAME --role admin`"),
        "{answer:?}"
    );
    assert_eq!(answer.json, serde_json::json!({ "users": [] }));
}

#[test]
fn what_no_registry_understands_is_refused_before_and_when_it_is_run() {
    let mut session = session(true);
    for (text, said) in [
        ("user add 'a b'", "a user name has no blank"),
        (
            "revoke $nobody read x",
            "nobody can be taken out of a rule by $nobody",
        ),
        (
            "team add @acme:core bob --role owner",
            "a role is for an organisation, not for a team",
        ),
    ] {
        let command = parse(text).unwrap().remove(0).command;
        assert_eq!(session.check(&command).unwrap_err().text, said);
        assert_eq!(run(&mut session, text).unwrap_err().text, said);
    }
}

#[test]
fn a_folder_is_published_while_it_is_said_how_far_that_is() {
    let mut session = session(true);
    let done = run(&mut session, "publish ./pkg-1 --tag beta").unwrap();
    assert!(
        done.text.ends_with("./pkg-1@1.0.0 published to  as beta"),
        "{done:?}"
    );
    assert!(
        done.text.contains("0 files, 0 B, packed 1.2 kB"),
        "{done:?}"
    );
    assert_eq!(done.notes, ["`prepack` was not run"]);
    assert_eq!(session.surface().asked, ["packing 1/2"]);
    let dry = run(&mut session, "publish . --dry-run").unwrap();
    assert!(dry.text.contains("would be published"), "{dry:?}");
    assert_eq!(dry.json["dry_run"], true);
}

#[test]
fn packages_are_listed_by_a_part_of_their_names_and_cut_where_it_is_said() {
    let mut session = session(true);
    let all = run(&mut session, "packages --limit 1").unwrap();
    assert_eq!(all.json["total"], 2);
    assert_eq!(all.notes, ["1 of 2; --limit N shows more"]);
    let some = run(&mut session, "packages ACME").unwrap();
    assert_eq!(some.json["packages"][0]["name"], "@acme/left-pad");
    assert!(some.notes.is_empty());
    let none = run(&mut session, "packages zzz").unwrap();
    assert_eq!(none.text, "no package has \"zzz\" in its name");
    let found = run(&mut session, "search left pad keywords:x").unwrap();
    assert_eq!(found.notes, ["1 of 21; --limit N shows more"]);
}

#[test]
fn a_version_is_shown_by_its_number_and_by_its_tag() {
    let mut session = session(true);
    for text in ["info @acme/left-pad@latest", "info @acme/left-pad@1.1.0"] {
        let shown = run(&mut session, text).unwrap();
        assert_eq!(shown.json["version"]["version"], "1.1.0", "{text}");
        assert_eq!(shown.json["tags"][0], "latest", "{text}");
    }
    let whole = run(&mut session, "info left-pad").unwrap();
    assert!(whole.text.contains("latest 1.1.0"), "{whole:?}");
    let none = run(&mut session, "info left-pad@2.0.0").unwrap_err();
    assert_eq!(none.kind, ErrorKind::NotFound);
    assert_eq!(none.text, "left-pad has no version and no dist-tag 2.0.0");
    let tag = run(&mut session, "tag add left-pad@1.0.0 beta").unwrap();
    assert_eq!(tag.text, "beta of left-pad points at 1.0.0");
    run(&mut session, "tag add left-pad@3.0.0 beta").unwrap_err();
}

#[test]
fn what_a_surface_has_to_do_is_said_beside_the_answer() {
    let mut session = session(true);
    let then = |session: &mut _, text: &str| run(session, text).unwrap().then;
    assert_eq!(then(&mut session, "set rows 9"), Then::GoOn);
    assert_eq!(then(&mut session, "clear"), Then::Clear);
    let reloaded = run(&mut session, "reload").unwrap();
    assert_eq!(reloaded.then, Then::Reload);
    assert!(reloaded.text.ends_with("; 1 change still pending"));
    let left = run(&mut session, "exit").unwrap();
    assert_eq!(
        (left.then, left.text.as_str()),
        (Then::Exit, "1 pending change not saved")
    );
    let status = run(&mut session, "status").unwrap();
    assert!(status.text.contains("the server is down"), "{status:?}");
}
