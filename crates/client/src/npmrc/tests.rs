use super::*;

fn environment(variables: &[(&str, &str)]) -> Environment {
    variables.iter().copied().collect()
}

fn parsed(text: &str) -> Npmrc {
    Npmrc::parse(text, &Environment::default())
}

fn header(npmrc: &Npmrc, registry: &str) -> Option<String> {
    let credentials = npmrc.credentials_for(&registry.parse().unwrap()).unwrap();
    Some(credentials?.header().to_str().unwrap().to_owned())
}

#[test]
fn a_package_belongs_to_the_registry_of_its_scope() {
    let npmrc =
        parsed("registry = http://localhost:4873\n@acme:registry=https://npm.acme.example/x\n");
    let registry = |name: &str| {
        let name = PackageName::parse(name).unwrap();
        npmrc.registry_for(&name).unwrap().to_string()
    };
    assert_eq!(registry("left-pad"), "http://localhost:4873/");
    assert_eq!(registry("@other/left-pad"), "http://localhost:4873/");
    assert_eq!(registry("@acme/left-pad"), "https://npm.acme.example/x/");
    assert_eq!(parsed("").default_registry().unwrap().as_str(), PUBLIC);
    let refused = parsed("registry=nonsense").default_registry().unwrap_err();
    assert!(matches!(refused, NpmrcError::Registry { key, .. } if key == "registry"));
}

#[test]
fn the_nearest_path_has_the_credentials() {
    let npmrc = parsed(
        "//a/:_authToken=root\n//a/team/:_authToken=team\n//a/slashless:_authToken=bare\n\
         //a:8080/:_authToken=port\n//b/:_auth=dTpw\n//c/:username=alice\n//c/:_password=c2VjcmV0\n//d/:username=half\n",
    );
    for (registry, expected) in [
        ("http://a/", Some("Bearer root")),
        ("https://a/teams", Some("Bearer root")),
        ("https://a/team", Some("Bearer team")),
        ("https://a/team/deep/er", Some("Bearer team")),
        ("https://a/slashless/x", Some("Bearer bare")),
        ("https://a:8080/team", Some("Bearer port")),
        ("https://a:8081/", None),
        ("https://aa/", None),
        ("http://b/", Some("Basic dTpw")),
        ("http://c/", Some("Basic YWxpY2U6c2VjcmV0")),
        ("http://d/", None),
    ] {
        assert_eq!(header(&npmrc, registry).as_deref(), expected, "{registry}");
    }
}

#[test]
fn secrets_are_neither_shown_nor_given_out() {
    let npmrc = parsed(
        "//a/:_authToken=hunter2\n_authToken=hunter3\n//a/:_password=!\n//a/:username=u\ntag=next",
    );
    assert!(!format!("{npmrc:?}").contains("hunter"));
    assert_eq!(npmrc.get("//a/:_authToken"), None);
    assert_eq!(npmrc.get("tag"), Some("next"));
    assert_eq!(
        npmrc.unscoped_credentials().collect::<Vec<_>>(),
        ["_authToken"]
    );
    let refused = parsed("//a/:_authToken=hunter 2").credentials_for(&"http://a".parse().unwrap());
    assert!(!refused.unwrap_err().to_string().contains("hunter"));
}

#[test]
fn variables_are_put_in_as_npm_does() {
    let environment = environment(&[("TOKEN", "t0k"), ("EMPTY", ""), ("A-B", "ab")]);
    for (text, expanded) in [
        ("${TOKEN}", "t0k"),
        ("<${TOKEN}${TOKEN}>", "<t0kt0k>"),
        ("${NONE}", "${NONE}"),
        ("${NONE?}", ""),
        ("${NONE-fall-back}", "fall-back"),
        ("${EMPTY-x}", ""),
        ("${EMPTY:-x}", "x"),
        ("${A-B}", "ab"),
        (r"\${TOKEN}", "${TOKEN}"),
        (r"\\${TOKEN}", r"\t0k"),
        ("${TOKEN", "${TOKEN"),
        ("$TOKEN", "$TOKEN"),
        ("é${TOKEN}é", "ét0ké"),
    ] {
        assert_eq!(environment.expand(text), expanded, "{text}");
    }
    let npmrc = Npmrc::parse("//${HOST?}a/:_authToken=${TOKEN}", &environment);
    assert_eq!(header(&npmrc, "http://a").as_deref(), Some("Bearer t0k"));
}

#[test]
fn lines_are_read_as_npm_reads_them() {
    let npmrc = parsed(
        "\u{feff}; comment\n  # comment\r\n\r\nalone\n=nothing\nspaced   =  a b  \nquoted = \"a;\\u0062\"\nsingle='a#b'\n\
         cut = a ; comment\nkept = a\\;b\nlist[]=one\nlist[]=two\ntwice=1\ntwice=2\nodd=a=b\n[section]\nregistry=http://no/\n",
    );
    for (key, value) in [
        ("alone", "true"),
        ("spaced", "a b"),
        ("quoted", "a;b"),
        ("single", "a#b"),
        ("cut", "a"),
        ("kept", "a;b"),
        ("list", "two"),
        ("twice", "2"),
        ("odd", "a=b"),
    ] {
        assert_eq!(npmrc.get(key), Some(value), "{key}");
    }
    assert_eq!(npmrc.get("registry"), None);
}

#[test]
fn the_environment_wins_over_the_project_and_that_over_the_user() {
    let folder = tempfile::tempdir().unwrap();
    let (home, project) = (folder.path().join("home"), folder.path().join("project"));
    let inside = project.join("src/deep");
    fs::create_dir_all(&home).unwrap();
    fs::create_dir_all(&inside).unwrap();
    fs::write(project.join("package.json"), "{}").unwrap();
    fs::write(
        project.join(".npmrc"),
        "registry=http://project/\na=project\nb=project\n",
    )
    .unwrap();
    fs::write(
        home.join(".npmrc"),
        "registry=http://user/\na=user\nc=user\n//env/:_authToken=t\n",
    )
    .unwrap();
    let home = home.to_str().unwrap();
    let load = |variables: &[(&str, &str)]| Npmrc::load(&inside, &environment(variables)).unwrap();
    let npmrc = load(&[
        ("HOME", home),
        ("NPM_CONFIG_REGISTRY", "http://env/"),
        ("npm_config_b", "env"),
        ("npm_config_d_e", "1"),
    ]);
    let registry = npmrc.default_registry().unwrap();
    assert_eq!(registry.as_str(), "http://env/");
    assert_eq!(header(&npmrc, "http://env/").as_deref(), Some("Bearer t"));
    let values = ["a", "b", "c", "d-e"].map(|key| npmrc.get(key).unwrap());
    assert_eq!(values, ["project", "env", "user", "1"]);
    let other = folder.path().join("other");
    fs::write(&other, "c=other").unwrap();
    let npmrc = load(&[
        ("HOME", home),
        ("npm_config_userconfig", other.to_str().unwrap()),
    ]);
    assert_eq!(npmrc.get("c"), Some("other"));
    assert_eq!(
        npmrc.default_registry().unwrap().as_str(),
        "http://project/"
    );
}

proptest::proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "([\\[\\]=;#\"'\\\\${}?:/@a-c_é\u{feff}\n -]|_authToken|//a/:){0,60}") {
        let npmrc = Npmrc::parse(&text, &environment(&[("a", "b"), ("npm_config_\u{e9}", "é")]));
        let _ = npmrc.credentials_for(&"http://a/b/c".parse().unwrap());
        let _ = npmrc.registry_for(&PackageName::parse("@a/b").unwrap());
    }
}
