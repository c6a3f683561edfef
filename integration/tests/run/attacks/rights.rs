//! People who ask for more than they have.

use integration::{Http, Package, Response, User, document_path};
use serde_json::{Value, json};

use super::{Ground, VICTIM};

/// Mallory publishes in one scope, and the other one is somebody else's.
const TWO_SCOPES: &str = "[access.\"**\"]\npublish = []\ntag = []\ndeprecate = []\nunpublish = []\n\n\
                          [access.\"@a/*\"]\npublish = [\"mallory\"]\ntag = [\"mallory\"]\n\n\
                          [access.\"@b/*\"]\npublish = [\"bea\"]\ntag = [\"bea\"]\n";

/// What somebody can want of a package that is not theirs, as `(what, request's answer)`.
pub(super) fn all_wishes(http: &Http, name: &str, document: &Value) -> Vec<(String, Response)> {
    let path = document_path(name);
    let rev = document["_rev"].as_str().unwrap_or("1-x");
    let file = format!("{}-1.0.0.tgz", name.rsplit('/').next().unwrap());
    let about = |what: &str| format!("/-/package{path}/{what}");
    let mut deprecated = document.clone();
    deprecated["versions"]["1.0.0"]["deprecated"] = json!("evil");
    let mut without = document.clone();
    without["versions"] = json!({});
    let mallory = json!([{ "name": "mallory", "email": "" }]);
    let owned = json!({ "_id": name, "_rev": rev, "maintainers": mallory });
    let put = |path: String, body: &Value| http.put(&path).json(body).send();
    let post = |path: String, body: &Value| http.request("POST", &path).json(body).send();
    let delete = |path: String| http.request("DELETE", &path).send();
    let publish = |version: &str| Package::new(name, version).publish(http).send();
    let again = Package::new(name, "1.0.0").filler("evil");
    vec![
        ("publish".to_owned(), publish("6.6.6")),
        (
            "publish the same version".to_owned(),
            again.publish(http).send(),
        ),
        (
            "tag".to_owned(),
            put(about("dist-tags/evil"), &json!("1.0.0")),
        ),
        (
            "tag the old way".to_owned(),
            put(format!("{path}/evil"), &json!("1.0.0")),
        ),
        (
            "merge tags".to_owned(),
            put(about("dist-tags"), &json!({ "evil": "1.0.0" })),
        ),
        ("untag".to_owned(), delete(about("dist-tags/latest"))),
        ("deprecate".to_owned(), put(path.clone(), &deprecated)),
        (
            "unpublish a version".to_owned(),
            put(format!("{path}/-rev/{rev}"), &without),
        ),
        (
            "unpublish a tarball".to_owned(),
            delete(format!("{path}/-/{file}/-rev/{rev}")),
        ),
        (
            "unpublish all".to_owned(),
            delete(format!("{path}/-rev/{rev}")),
        ),
        (
            "take it over".to_owned(),
            put(format!("{path}/-rev/{rev}"), &owned),
        ),
        (
            "own it".to_owned(),
            put(about("owners"), &json!({ "user": "mallory" })),
        ),
        (
            "disown".to_owned(),
            delete(about(&format!("owners/{VICTIM}"))),
        ),
        (
            "open it".to_owned(),
            post(about("access"), &json!({ "access": "public" })),
        ),
        (
            "close it".to_owned(),
            post(about("access"), &json!({ "access": "restricted" })),
        ),
    ]
}

fn publish(user: &User, name: &str, version: &str) -> Response {
    Package::new(name, version).publish(&user.http).send()
}

#[test]
fn whoever_may_not_do_anything_does_nothing() {
    let ground = Ground::start();
    let mallory = ground.registry.user("mallory");
    let nobody = ground.registry.http();
    for (who, http, refused) in [
        ("mallory", &mallory.http, &[403, 404][..]),
        ("nobody", &nobody, &[401, 404]),
    ] {
        for (what, answer) in all_wishes(http, super::PACKAGE, &ground.before) {
            let what = format!("{who}: {what}");
            ground.refused(&what, &answer, refused);
            // Whose it is, is not told to who may not see it.
            assert!(!answer.to_string().contains(VICTIM), "{what}: {answer}");
        }
    }
    // Where it can be seen that it is not there, or that it is, all the same.
    for name in ["@victim/plan", "@victim/not-there"] {
        for path in [
            document_path(name),
            format!("/-/package{}/access", document_path(name)),
        ] {
            let answer = mallory.http.get(&path).send();
            ground.refused(&path, &answer, &[403, 404]);
        }
    }
    ground.unharmed();
}

#[test]
fn who_publishes_in_one_scope_publishes_in_no_other() {
    let ground = Ground::with(TWO_SCOPES);
    let (mallory, bea) = (ground.registry.user("mallory"), ground.registry.user("bea"));
    publish(&bea, "@b/x", "1.0.0").expect(201);
    publish(&mallory, "@a/x", "1.0.0").expect(201);
    let before = ground.registry.packument("@b/x");
    for (what, answer) in all_wishes(&mallory.http, "@b/x", &before) {
        // The tag that would be taken away is `latest`, which stays in any case.
        ground.refused(&what, &answer, &[403]);
    }
    for name in ["@b/new", "@ab/x", "@a-b/x", "x", "a", "@victim/new"] {
        ground.refused(name, &publish(&mallory, name, "1.0.0"), &[403]);
    }
    assert_eq!(ground.registry.packument("@b/x"), before);
    ground.unharmed();
}

/// The name in the path is the one that was permitted, so another one anywhere else is refused.
#[test]
fn another_packages_document_does_not_come_in_through_an_own_one() {
    let ground = Ground::with(TWO_SCOPES);
    let (mallory, bea) = (ground.registry.user("mallory"), ground.registry.user("bea"));
    publish(&bea, "@b/x", "1.0.0").expect(201);
    publish(&mallory, "@a/x", "1.0.0").expect(201);
    let before = ground.registry.packument("@b/x");
    let theirs = Package::new("@b/x", "6.6.6").document();
    let mine = Package::new("@a/x", "6.6.6").document();
    let with = |path: &[&str], value: &Value| {
        let mut document = mine.clone();
        let (last, before) = path.split_last().unwrap();
        let place = before.iter().fold(&mut document, |it, name| &mut it[*name]);
        place[*last] = value.clone();
        document
    };
    // In Mallory's package, with a tarball of the other one.
    let mut tarball =
        Package::new("@a/x", "6.6.6").with_tarball(Package::new("@b/x", "6.6.6").tarball());
    tarball = tarball.sealed();
    for (what, path, document) in [
        ("all of it", "/@a%2fx", theirs.clone()),
        ("its _id", "/@a%2fx", with(&["_id"], &json!("@b/x"))),
        ("its name", "/@a%2fx", with(&["name"], &json!("@b/x"))),
        (
            "its manifest's name",
            "/@a%2fx",
            with(&["versions", "6.6.6", "name"], &json!("@b/x")),
        ),
        (
            "its manifest",
            "/@a%2fx",
            with(&["versions"], &theirs["versions"]),
        ),
        ("its tarball", "/@a%2fx", tarball.document()),
        (
            "its attachment",
            "/@a%2fx",
            with(&["_attachments"], &theirs["_attachments"]),
        ),
        ("a path through mine", "/@a%2f..%2f@b%2fx", theirs.clone()),
        ("a path past mine", "/@a/../@b%2fx", theirs.clone()),
        (
            "a second slash",
            "/@a%2fx%2f..%2f..%2f@b%2fx",
            theirs.clone(),
        ),
        ("two names", "/@a%2fx@b%2fx", theirs.clone()),
    ] {
        let answer = mallory.http.put(path).json(&document).send();
        ground.refused(what, &answer, &[400, 403, 404]);
    }
    assert_eq!(ground.registry.packument("@b/x"), before);
    let own = ground.registry.packument("@a/x");
    assert_eq!(own["versions"].as_object().unwrap().len(), 1, "{own}");
    ground.unharmed();
}

#[test]
fn nobody_sees_or_ends_the_tokens_of_others() {
    let ground = Ground::start();
    let mallory = ground.registry.user("mallory");
    let hers = ground
        .victim
        .http
        .get("/-/npm/v1/tokens")
        .send()
        .expect(200)
        .json();
    let listed = mallory.http.get("/-/npm/v1/tokens").send().expect(200);
    assert!(!listed.to_string().contains(VICTIM), "{listed}");
    for token in hers["objects"].as_array().unwrap() {
        let key = token["key"].as_str().unwrap();
        assert!(!listed.to_string().contains(key), "{listed}");
        for path in [
            format!("/-/npm/v1/tokens/token/{key}"),
            format!("/-/user/token/{key}"),
        ] {
            let answer = mallory.http.request("DELETE", &path).send();
            ground.refused(&path, &answer, &[404]);
        }
    }
    // Of somebody's packages, those are told that the asker may see.
    let packages = mallory
        .http
        .get(&format!("/-/user/{VICTIM}/package"))
        .send()
        .expect(200);
    assert_eq!(packages.json(), json!({}));
    let found = mallory
        .http
        .get("/-/v1/search?text=plan")
        .send()
        .expect(200);
    assert_eq!(found.json()["objects"], json!([]));
    ground.unharmed();
}
