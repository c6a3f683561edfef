use std::{
    fs,
    sync::{
        Mutex as Lock,
        atomic::{AtomicUsize, Ordering},
    },
};

use serde_json::json;

use super::*;

const X: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";

fn set_of(kids: &[&str]) -> String {
    let keys: Vec<_> = kids
        .iter()
        .map(|kid| json!({"kty": "OKP", "crv": "Ed25519", "kid": kid, "x": X}))
        .collect();
    json!({ "keys": keys }).to_string()
}

/// An issuer elsewhere that counts how often it is asked.
struct Issuer {
    keys: Arc<RemoteKeys>,
    asked: Arc<AtomicUsize>,
    answer: Arc<Lock<Result<String, String>>>,
}

impl Issuer {
    /// Answers after a second.
    fn new(kids: &[&str]) -> Self {
        let asked = Arc::<AtomicUsize>::default();
        let answer = Arc::new(Lock::new(Ok(set_of(kids))));
        let (counted, answers) = (Arc::clone(&asked), Arc::clone(&answer));
        let fetch: Fetch = Box::new(move || {
            counted.fetch_add(1, Ordering::SeqCst);
            let answers = Arc::clone(&answers);
            Box::pin(async move {
                tokio::time::sleep(Duration::from_secs(1)).await;
                let answer = answers.lock().unwrap().clone();
                answer.map(Bytes::from)
            })
        });
        let keys = RemoteKeys::with("https://i", "there".to_owned(), Source::Url(fetch));
        Self {
            keys: Arc::new(keys),
            asked,
            answer,
        }
    }

    fn publish(&self, answer: Result<String, String>) {
        *self.answer.lock().unwrap() = answer;
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    async fn has(&self, kid: &str) -> bool {
        self.keys.find(kid).await.is_some()
    }
}

#[tokio::test(start_paused = true)]
async fn a_known_key_is_fetched_once_in_ten_minutes() {
    let issuer = Issuer::new(&["a"]);
    assert_eq!(issuer.asked(), 0, "nobody is asked before it is needed");
    for _ in 0..100 {
        assert!(issuer.has("a").await);
    }
    assert_eq!(issuer.asked(), 1);
    tokio::time::advance(FRESH).await;
    assert!(issuer.has("a").await);
    assert!(issuer.has("a").await);
    assert_eq!(issuer.asked(), 2);
}

#[tokio::test(start_paused = true)]
async fn unknown_kids_ask_once_in_half_a_minute_however_many_there_are() {
    let issuer = Arc::new(Issuer::new(&["a"]));
    for round in 1..=3 {
        let storm: Vec<_> = (0..200)
            .map(|number| {
                let issuer = Arc::clone(&issuer);
                tokio::spawn(async move { issuer.has(&format!("unknown {number}")).await })
            })
            .collect();
        for asked in storm {
            assert!(!asked.await.unwrap());
        }
        assert_eq!(issuer.asked(), round);
        assert!(issuer.has("a").await, "the storm takes nothing from others");
        tokio::time::advance(PAUSE / 2).await;
        assert!(!issuer.has("unknown").await);
        assert_eq!(issuer.asked(), round);
        tokio::time::advance(PAUSE / 2).await;
    }
}

#[tokio::test(start_paused = true)]
async fn those_who_need_the_key_that_is_being_fetched_wait_for_it() {
    let issuer = Arc::new(Issuer::new(&["a"]));
    let waiting: Vec<_> = (0..20)
        .map(|_| {
            let issuer = Arc::clone(&issuer);
            tokio::spawn(async move { issuer.has("a").await })
        })
        .collect();
    for waited in waiting {
        assert!(waited.await.unwrap());
    }
    assert_eq!(issuer.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn whoever_hangs_up_does_not_stop_the_fetch_that_others_need() {
    let issuer = Issuer::new(&["a"]);
    let hung_up = tokio::time::timeout(Duration::from_millis(10), issuer.has("a")).await;
    assert!(hung_up.is_err());
    assert!(issuer.has("a").await);
    assert_eq!(issuer.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_new_key_is_found_and_one_that_was_taken_back_is_gone() {
    let issuer = Issuer::new(&["old"]);
    assert!(issuer.has("old").await);
    issuer.publish(Ok(set_of(&["new"])));
    assert!(!issuer.has("new").await, "it asked a moment ago");
    tokio::time::advance(PAUSE).await;
    assert!(issuer.has("new").await);
    assert!(!issuer.has("old").await);
}

#[tokio::test(start_paused = true)]
async fn a_failure_keeps_the_last_good_keys_and_is_told_once() {
    let issuer = Issuer::new(&["a"]);
    assert!(issuer.has("a").await);
    for failure in [Err("refused".to_owned()), Ok("<html>".to_owned())] {
        issuer.publish(failure);
        tokio::time::advance(FRESH).await;
        assert!(issuer.has("a").await);
        assert!(!issuer.keys.current().complaint.is_empty());
    }
    issuer.publish(Ok(set_of(&[])));
    tokio::time::advance(PAUSE).await;
    assert!(!issuer.has("a").await, "an empty set is an answer");
    assert!(issuer.keys.current().complaint.is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_issuer_that_never_answered_vouches_for_nobody() {
    let issuer = Issuer::new(&[]);
    issuer.publish(Err("no route".to_owned()));
    assert!(!issuer.has("a").await && !issuer.has("a").await);
    assert_eq!(issuer.asked(), 1);
    issuer.publish(Ok(set_of(&["a"])));
    tokio::time::advance(PAUSE).await;
    assert!(issuer.has("a").await);
}

fn open(path: &Path) -> Result<Arc<RemoteKeys>, String> {
    RemoteKeys::open("https://i", &JwksSource::File(path.to_owned())).map(Arc::new)
}

#[tokio::test]
async fn a_file_is_read_again_once_it_has_changed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys.json");
    fs::write(&path, set_of(&["a"])).unwrap();
    let keys = open(&path).unwrap();
    assert!(keys.find("a").await.is_some());
    fs::write(&path, set_of(&["b"])).unwrap();
    assert!(keys.find("b").await.is_some() && keys.find("a").await.is_none());
    // One that is put in its place, and looks older.
    let other = folder.path().join("other.json");
    fs::write(&other, set_of(&["c"])).unwrap();
    let long_ago = SystemTime::now() - Duration::from_hours(1);
    File::options()
        .write(true)
        .open(&other)
        .unwrap()
        .set_modified(long_ago)
        .unwrap();
    fs::rename(&other, &path).unwrap();
    assert!(keys.find("c").await.is_some() && keys.find("b").await.is_none());
    assert!(
        keys.current().seen.is_some(),
        "it need not be read each time"
    );
    // What cannot be read changes nothing, and neither does its absence.
    fs::write(&path, "half a s").unwrap();
    assert!(keys.find("c").await.is_some());
    fs::remove_file(&path).unwrap();
    assert!(keys.find("c").await.is_some());
    fs::write(&path, set_of(&[])).unwrap();
    assert!(keys.find("c").await.is_none());
}

#[test]
fn a_file_that_is_wrong_at_the_start_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys.json");
    assert!(open(&path).is_err());
    assert!(open(folder.path()).unwrap_err().contains("no file"));
    fs::write(&path, "{}").unwrap();
    assert!(open(&path).is_err());
    let mut long = set_of(&["a"]);
    long.push_str(&" ".repeat(64 * 1024));
    fs::write(&path, long).unwrap();
    assert!(open(&path).unwrap_err().contains("larger"));
    assert!(
        open(Path::new("/dev/null"))
            .unwrap_err()
            .contains("no file")
    );
}

#[test]
fn only_this_machine_is_loopback() {
    for (url, is) in [
        ("http://localhost:1/x", true),
        ("http://127.0.0.1/x", true),
        ("http://[::1]:8080/x", true),
        ("http://localhost.evil.example/x", false),
        ("http://10.0.0.1/x", false),
    ] {
        assert_eq!(is_loopback(&url.parse().unwrap()), is, "{url}");
    }
}
