//! `/-/live` tells what happens while it happens, to whoever may know of it, and ends when it should.

use std::fs::OpenOptions;
use std::os::unix::fs::FileExt as _;
use std::thread;
use std::time::Duration;

use integration::{
    DEBUG, Live, LiveEvent, Lockfile, PRIVATE_REGISTRY, Package, Registry, User, eventually,
    write_flags,
};
use serde_json::{Value, json};

/// Follows, and hears of the 13 bytes, with which everything begins.
#[track_caller]
fn follow(user: &User) -> Live {
    let mut live = user.http.get("/-/live").follow();
    assert_eq!(live.next().unwrap().name, "config");
    live
}

#[track_caller]
fn follow_as_nobody(registry: &Registry) -> Live {
    let mut live = registry.http().get("/-/live").follow();
    assert_eq!(live.next().unwrap().name, "config");
    live
}

#[track_caller]
fn publish(user: &User, name: &str, version: &str) {
    let package = Package::new(name, version);
    package.publish(&user.http).send().expect(201);
}

fn hex(registry: &Registry) -> Value {
    json!({ "bytes": Lockfile::read(&registry.lockfile()).hex() })
}

fn package(name: &str) -> LiveEvent {
    LiveEvent {
        name: "package".to_owned(),
        data: json!({ "name": name }),
    }
}

#[test]
fn the_13_bytes_are_told_first_and_each_time_that_any_program_changes_them() {
    let registry = Registry::start();
    let mut live = registry.http().get("/-/live").follow();
    let first = live.next().unwrap();
    assert_eq!(
        (first.name.as_str(), first.data),
        ("config", hex(&registry))
    );
    let file = OpenOptions::new()
        .write(true)
        .open(registry.lockfile())
        .unwrap();
    for rows in [24, 50, 7] {
        file.write_all_at(&[rows], 0x0a).unwrap();
        assert_eq!(live.next_of("config"), hex(&registry));
    }
    registry
        .command(&["config", "set", "cols", "80"])
        .succeeds();
    assert_eq!(live.next_of("config"), hex(&registry));
}

#[test]
fn each_change_of_a_package_is_told() {
    let registry = Registry::start();
    let alice = registry.user("alice");
    registry.user("bob");
    let mut live = follow_as_nobody(&registry);
    let mut changes = |change: &dyn Fn() -> u16| {
        let status = change();
        assert!(status < 300, "{status}");
        assert_eq!(live.next().unwrap(), package("@acme/left-pad"));
    };
    for version in ["1.0.0", "2.0.0"] {
        changes(&|| {
            let package = Package::new("@acme/left-pad", version);
            package.publish(&alice.http).send().status
        });
    }
    changes(&|| {
        let tag = alice.http.put("/-/package/@acme%2fleft-pad/dist-tags/next");
        tag.json(&json!("1.0.0")).send().status
    });
    changes(&|| {
        let owner = alice.http.put("/-/package/@acme%2fleft-pad/owners");
        owner.json(&json!({ "user": "bob" })).send().status
    });
    let rev = || {
        let document = registry.packument("@acme/left-pad");
        document["_rev"].as_str().unwrap().to_owned()
    };
    changes(&|| {
        let path = "/@acme%2fleft-pad";
        let mut document = registry.packument("@acme/left-pad");
        document["versions"]["1.0.0"]["deprecated"] = json!("old");
        alice.http.put(path).json(&document).send().status
    });
    changes(&|| {
        let path = format!("/@acme%2fleft-pad/-rev/{}", rev());
        alice.http.request("DELETE", &path).send().status
    });
}

#[test]
fn nothing_is_told_of_a_package_that_one_may_not_read() {
    let rules = "[access.\"@secret/*\"]\nread = [\"alice\"]\n";
    let registry = Registry::options().config(rules).start();
    let (root, alice, bob) = (
        registry.user("root"),
        registry.user("alice"),
        registry.user("bob"),
    );
    publish(&alice, "hers", "1.0.0");
    let restricted = json!({ "access": "restricted" });
    let path = "/-/package/hers/access";
    let restrict = alice.http.request("POST", path).json(&restricted).send();
    assert!(restrict.status < 300, "{restrict}");
    let (mut owner, mut admin) = (follow(&alice), follow(&root));
    let strangers = [follow(&bob), follow_as_nobody(&registry)];
    publish(&alice, "@secret/plan", "1.0.0");
    publish(&alice, "hers", "2.0.0");
    publish(&alice, "open", "1.0.0");
    let told = |names: &[&str], live: &mut Live| {
        for name in names {
            assert_eq!(live.next_of("package")["name"], *name);
        }
    };
    told(&["@secret/plan", "hers", "open"], &mut owner);
    // A rule decides alone, also about admins; what is restricted they see.
    told(&["hers", "open"], &mut admin);
    for mut stranger in strangers {
        assert_eq!(stranger.next().unwrap(), package("open"));
    }
}

#[test]
fn admins_alone_hear_what_is_done_and_what_is_refused() {
    let registry = Registry::start();
    let (root, bob) = (registry.user("root"), registry.user("bob"));
    let (mut admin, mut other) = (follow(&root), follow(&bob));
    publish(&root, "left-pad", "1.0.0");
    let told = admin.next_of("log");
    assert_eq!(told["kind"], "package.publish");
    let listed = root.http.get("/_auth/events?limit=1").send().expect(200);
    assert_eq!(told, listed.json()["events"][0], "as it is listed");
    let path = "/-/package/left-pad/owners/root";
    bob.http.request("DELETE", path).send().expect(403);
    let told = admin.next_of("log");
    assert_eq!(
        (&told["actor"], &told["refused"]),
        (&json!("bob"), &json!(true))
    );
    // Bob becomes one, hears it from then on, and ceases to be one.
    registry
        .command(&["user", "role", "bob", "admin"])
        .succeeds();
    assert_eq!(admin.next_of("log")["kind"], "account.role");
    let heard = eventually("bob hears what happens", Duration::from_secs(10), || {
        publish_anything(&root);
        other.next().filter(|it| it.name == "log")
    });
    assert_eq!(heard.0.data["kind"], "package.publish");
    registry
        .command(&["user", "role", "bob", "reader"])
        .succeeds();
    eventually(
        "bob hears of packages alone",
        Duration::from_secs(10),
        || {
            publish_anything(&root);
            let heard: Vec<LiveEvent> = other.by_ref().take(2).collect();
            heard.iter().all(|it| it.name == "package").then_some(())
        },
    );
}

/// Publishes a package of a name of its own, twice.
fn publish_anything(user: &User) {
    let name = format!("any-{}", fastrand::u64(..));
    publish(user, &name, "1.0.0");
    publish(user, &name, "2.0.0");
}

#[test]
fn what_other_processes_do_is_told_as_well() {
    let registry = Registry::start();
    let (root, alice) = (registry.user("root"), registry.user("alice"));
    registry.user("bob");
    publish(&alice, "hers", "1.0.0");
    publish(&root, "his", "1.0.0");
    let mut live = follow(&root);
    registry
        .command(&["exec", "user remove alice --yes"])
        .succeeds();
    let mut kinds = Vec::new();
    let mut packages = Vec::new();
    while kinds.len() < 2 || packages.is_empty() {
        let event = live.next().unwrap();
        match event.name.as_str() {
            "log" => kinds.push(event.data["kind"].as_str().unwrap().to_owned()),
            "package" => packages.push(event.data["name"].as_str().unwrap().to_owned()),
            other => panic!("{other}"),
        }
    }
    assert_eq!(kinds, ["account.remove", "package.owner"]);
    assert_eq!(packages, ["hers"]);
    publish(&root, "his", "2.0.0");
    // And what this one does goes on being told, each once, in either order.
    let mut heard: Vec<LiveEvent> = live.by_ref().take(2).collect();
    heard.sort_by_key(|it| it.name.clone());
    assert_eq!(heard[0].data["target"], "his");
    assert_eq!(heard[1], package("his"));
}

#[test]
fn figures_come_every_second_to_those_who_want_them() {
    let registry = Registry::start();
    let root = registry.user("root");
    let mut live = root.http.get("/-/live?figures").follow();
    let first = live.next_of("figures");
    assert_eq!(
        (&first["user"], &first["packages"]),
        (&json!("root"), &json!(0))
    );
    publish(&root, "left-pad", "1.0.0");
    let mut figures = (0..5).map(|_| live.next_of("figures"));
    let figures = figures.find(|it| it["packages"] == 1);
    let figures = figures.expect("the package should be counted");
    let status = root.http.get("/-/status").send().expect(200).json();
    let keys = |it: &Value| it.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&figures), keys(&status));
    assert_eq!(figures["config"], status["config"]);
}

#[test]
fn a_stream_is_no_slow_request() {
    let registry = Registry::start();
    let mut live = registry.http().get("/-/live?figures").follow();
    for _ in 0..3 {
        live.next_of("figures");
    }
    drop(live);
    let said = registry.http().get("/-/status").send().expect(200).json();
    assert!(said["latency_p99_us"].as_u64() < Some(1_000_000), "{said}");
}

#[test]
fn a_stream_ends_with_its_token() {
    let registry = Registry::start();
    let (root, alice, bob, carol) = (
        registry.user("root"),
        registry.user("alice"),
        registry.user("bob"),
        registry.user("carol"),
    );
    let streams = [&alice, &bob, &carol].map(follow);
    let mut stays = follow(&root);
    let logout = format!("/-/user/token/{}", alice.token);
    let logout = alice.http.request("DELETE", &logout).send();
    assert!(logout.status < 300, "{logout}");
    let disable = root.http.request("PATCH", "/_auth/users/bob");
    disable
        .json(&json!({ "disabled": true }))
        .send()
        .expect(200);
    // Another process does it.
    registry.command(&["user", "disable", "carol"]).succeeds();
    for stream in streams {
        stream.rest();
    }
    publish(&root, "still", "1.0.0");
    assert_eq!(stays.next_of("package")["name"], "still");
}

#[test]
fn nobodys_stream_ends_when_the_registry_becomes_private_and_an_accounts_goes_on() {
    let registry = Registry::start();
    let alice = registry.user("alice");
    let (nobodys, mut hers) = (follow_as_nobody(&registry), follow(&alice));
    write_flags(&registry.lockfile(), PRIVATE_REGISTRY | DEBUG);
    assert!(nobodys.rest().is_empty(), "and is not told why");
    assert_eq!(hers.next_of("config"), hex(&registry));
    publish(&alice, "left-pad", "1.0.0");
    assert_eq!(hers.next_of("package")["name"], "left-pad");
}

#[test]
fn a_server_that_stops_does_not_wait_for_streams() {
    let mut registry = Registry::start();
    let alice = registry.user("alice");
    let streams = [follow(&alice), follow_as_nobody(&registry)];
    registry.stop();
    for stream in streams {
        assert!(stream.rest().is_empty());
    }
    let said = registry.stderr();
    assert!(!said.contains("cut off"), "{said}");
}

#[test]
fn an_address_has_so_many_streams_and_gets_back_what_it_gives_up() {
    let registry = Registry::start();
    let mut streams: Vec<Live> = (0..64).map(|_| follow_as_nobody(&registry)).collect();
    let refused = registry.http().get("/-/live").send().expect(503);
    assert!(refused.error().contains("too many"), "{refused}");
    let wait: u64 = refused.required_header("retry-after").parse().unwrap();
    assert!(wait > 0);
    // Everything else goes on.
    let http = registry.http();
    http.get("/-/status").send().expect(200);
    streams.pop();
    eventually("the place is free again", Duration::from_secs(10), || {
        let head = http.request("HEAD", "/-/live");
        let free = http.connect().unwrap().send(&head).unwrap().status == 200;
        free.then(|| follow_as_nobody(&registry))
    });
}

/// Opens streams as clients at many addresses, some of them with an account.
fn follow_from_everywhere(registry: &Registry, user: &User, count: usize) -> Vec<Live> {
    let streams = (0..count).map(|number| {
        let http = if number % 2 == 0 {
            &user.http
        } else {
            &registry.http()
        };
        let address = format!("10.0.{}.1", number % 50);
        let request = http.get("/-/live").header("x-forwarded-for", &address);
        let mut live = request.follow();
        live.next_of("config");
        live
    });
    streams.collect()
}

#[test]
fn idle_streams_cost_no_time() {
    let behind = "[server]\ntrusted_proxies = [\"127.0.0.1\"]\n[auth]\nregistration = \"open\"\n";
    let registry = Registry::options().config(behind).start();
    let root = registry.user("root");
    let mut clock = root.http.get("/-/live?figures").follow();
    let mut spent = || {
        clock.next_of("figures");
        let before = registry.computing();
        for _ in 0..6 {
            clock.next_of("figures");
        }
        registry.computing().since(&before)
    };
    let without = spent();
    let streams = follow_from_everywhere(&registry, &root, 200);
    let with = spent();
    assert_eq!(streams.len(), 200);
    println!("without: {without:?}, with 200 idle streams: {with:?}");
    assert!(with < without * 2, "{with:?}, and {without:?} without");
}

#[test]
fn clients_that_do_not_read_cost_no_memory_and_are_told_that_they_missed_something() {
    let behind = "[server]\ntrusted_proxies = [\"127.0.0.1\"]\n[auth]\nregistration = \"open\"\n";
    let registry = Registry::options().config(behind).start();
    let root = registry.user("root");
    publish(&root, "left-pad", "1.0.0");
    let mut streams = follow_from_everywhere(&registry, &root, 200);
    let change = |count: usize| {
        thread::scope(|scope| {
            for thread in 0..4 {
                let (registry, root) = (&registry, &root);
                scope.spawn(move || {
                    let mut connection = registry.http().connect().unwrap();
                    for _ in 0..count / 4 {
                        let tag = format!("/-/package/left-pad/dist-tags/next-{thread}");
                        let tag = root.http.put(&tag).json(&json!("1.0.0"));
                        assert_eq!(connection.send(&tag).unwrap().status, 201);
                    }
                });
            }
        });
    };
    change(400);
    let before = registry.memory();
    change(2000);
    let after = registry.memory();
    println!("before: {before}, after: {after}");
    assert!(
        after.now_kib < before.now_kib * 3 / 2,
        "{before}, then {after}"
    );
    // They may read on whenever they like.
    publish(&root, "the-last", "1.0.0");
    for stream in &mut streams[..2] {
        loop {
            let event = stream.next().unwrap();
            if event.name == "resync" || event == package("the-last") {
                break;
            }
        }
    }
}
