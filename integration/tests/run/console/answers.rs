//! What commands answer.

/// What is typed, and some of what is said then.
type Told = (&'static str, &'static [&'static str]);

/// What commands answer. Those that come later need what those before have done.
pub(crate) fn answers() -> impl Iterator<Item = Told> {
    [CONFIG, PACKAGES, ACCESS].concat().into_iter()
}

const CONFIG: &[Told] = &[
    ("help", &["THE 13 BYTES", "user add", "Makes an account"]),
    (
        "help key create",
        &["usage: key create NAME SCOPE", "for example"],
    ),
    ("show", &["0x0A    00           rows           0"]),
    (
        "set rows 40",
        &[
            "rows 0 (follows the window) → 40, pending",
            "1 field was set and not saved",
        ],
    ),
    ("enable DEBUG", &["→ 0x00000004 (DEBUG), pending"]),
    (
        "disable debug",
        &["feature_flags is 0x00000000 (none) already"],
    ),
    (
        "set cols 80; diff",
        &["0x0B    cols   0 (follows the window)  80"],
    ),
    ("diff", &["nothing is pending"]),
    (
        "set rows 40; revert; diff",
        &["1 pending change forgotten", "nothing is pending"],
    ),
    (
        "set rows 40; set version 2; save",
        &[
            "0x00    version  01      02",
            "0x0A    rows     00      28",
            "2 bytes changed, 2 fields written",
        ],
    ),
    (
        "export",
        &["REGISTRY_CONFIG_ROWS=40\n", "REGISTRY_CONFIG_DEBUG=0\n"],
    ),
];

/// Of `left-pad` with its versions 1.0.0 and 1.1.0, which are bob's.
const PACKAGES: &[Told] = &[
    (
        "packages",
        &[
            "PACKAGE   LATEST",
            "left-pad  1.1.0   2",
            "  bob  pads to the left",
        ],
    ),
    ("packages LEFT --limit 1", &["left-pad"]),
    ("packages zzz", &["no package has \"zzz\" in its name"]),
    (
        "search pads keywords:text --limit 5",
        &["left-pad  1.1.0", "pads to the left"],
    ),
    ("search keywords:nothing", &["nothing was found"]),
    (
        "info left-pad",
        &[
            "owners       bob",
            "tags         latest 1.1.0",
            "1.0.0    2",
            "sha512-",
        ],
    ),
    ("tag list left-pad", &["TAG     VERSION\nlatest  1.1.0"]),
    (
        "tag add left-pad@1.0.0 beta",
        &["beta of left-pad points at 1.0.0"],
    ),
    (
        "info left-pad@beta",
        &["left-pad@1.0.0", "tags         beta"],
    ),
    (
        "tag remove left-pad beta",
        &["left-pad has no tag beta any more"],
    ),
    (
        "tag list left-pad --json",
        &[r#"{"tags":{"latest":"1.1.0"}}"#],
    ),
    (
        "status",
        &[
            "registry        http://localhost:",
            "terminal mode   raw",
            "13 bytes        02 ",
        ],
    ),
    ("reload", &["the 13 bytes are 02 "]),
    ("set cols 9; reload", &["; 1 change still pending"]),
    ("clear; show", &["OFFSET  BYTES"]),
    ("set cols 9; exit; save", &["1 pending change not saved\n"]),
];

const ACCESS: &[Told] = &[
    (
        "user list",
        &["NAME  ROLE", "bob   publisher  active  bob@acme.example"],
    ),
    ("user role BOB maintainer", &["bob is a maintainer now"]),
    ("user disable bob", &["bob is disabled: no login"]),
    ("user enable bob", &["bob is enabled"]),
    (
        "user invite --role reader --days 2",
        &["r13i_", "one account, of a reader, until 2"],
    ),
    ("team list", &["no organisation has members or teams yet"]),
    ("team create @acme:core", &["the team @acme:core was made"]),
    ("team add @acme:core bob", &["bob is in @acme:core now"]),
    (
        "team add @acme root --role owner",
        &["root belongs to @acme now, as owner"],
    ),
    ("team list", &["@acme         2        1"]),
    (
        "team list @acme",
        &["@acme:core  bob", "bob     developer", "root    owner"],
    ),
    ("team list acme:core", &["MEMBER\nbob"]),
    (
        "grant team:core publish,tag @acme/*",
        &[
            "who may publish @acme/*: team:core\nwho may tag @acme/*: team:core",
            "had no rule of its own for publish, tag",
        ],
    ),
    (
        "grant root publish @acme/*",
        &["who may publish @acme/*: team:core, root\n"],
    ),
    (
        "grant root publish @file/*",
        &["who may publish @file/*: bob, root\n"],
    ),
    (
        "grant $nobody read @acme/secret",
        &["who may read @acme/secret: nobody"],
    ),
    (
        "rule list",
        &[
            "@acme/secret  read     nobody           run time",
            "@file/*       publish  bob              settings, overruled",
        ],
    ),
    (
        "revoke root publish @acme/*",
        &["who may publish @acme/*: team:core\n"],
    ),
    (
        "rule clear publish @file/*",
        &["the settings file's counts again: bob"],
    ),
    (
        "rule clear read @acme/secret",
        &["a less specific one or the default counts now"],
    ),
    (
        "can bob publish @acme/x",
        &["yes: the rule for \"@acme/*\" that was made at run time says so"],
    ),
    ("can $anonymous read x", &["yes: "]),
    (
        "team remove @acme:core bob",
        &["bob is no longer in @acme:core"],
    ),
    ("team remove @acme bob", &["bob no longer belongs to @acme"]),
    (
        "team destroy @acme:core --yes",
        &["the team @acme:core was removed"],
    ),
    ("key list", &["there are no API keys"]),
    (
        "key create ci read,publish:@acme/* --user bob --days 30 --cidr 10.0.0.0/8",
        &["r13k_", "is not shown again"],
    ),
    (
        "key list bob",
        &["bob   ci    read, publish:@acme/*  10.0.0.0/8"],
    ),
    ("token list", &["key    ci"]),
    (
        "log --kind rule --limit 2",
        &[
            "local  command line  rule.remove  @file/*",
            "rule.remove  @acme/secret",
        ],
    ),
];
