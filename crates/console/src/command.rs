//! The commands: one table, from which parsing, help, completion and suggestions come.

use config13::{Feature, Field, FieldValue};
use npm_model::{DistTag, PackageName};

use crate::{
    kind::{
        Action, Address, CommandWord, Email, EventKind, Flag, Folder, KeyId, KeyName, List,
        NamePart, Network, Number, OrgOrTeam, OrgRole, PackageOrRelease, Pattern, Release, Role,
        Said, Scope, SearchText, Somebody, Subject, Target, Team, TokenId, TokenText, UserName,
    },
    table::{Argument, Group, Opt, Spec},
};

/// Declares [`Command`] and [`TABLE`] together, so that neither says what the other does not.
///
/// What is in parentheses has to be typed, what is in brackets may be, and what is in braces are
/// options. The comments are the help.
macro_rules! commands {
    ($(
        $(#[doc = $help:literal])+
        $group:ident $variant:ident = $name:literal
        ($($(#[doc = $about:literal])+ $field:ident: $kind:ty),* $(,)?)
        [$($(#[doc = $optional_about:literal])+ $optional:ident: $optional_kind:ty),* $(,)?]
        {$($(#[doc = $option_about:literal])+ $option:ident = $option_name:literal: $option_kind:ty),* $(,)?}
        like $($example:literal),+;
    )+) => {
        /// What can be typed, on every surface.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Command { $(
            $(#[doc = $help])+
            $variant {
                $($(#[doc = $about])+ $field: $kind,)*
                $($(#[doc = $optional_about])+ $optional: Option<$optional_kind>,)*
                $($(#[doc = $option_about])+ $option: Option<$option_kind>,)*
            },
        )+ }

        /// All commands, as lists have them.
        pub static TABLE: &[Spec] = &[$(Spec {
            name: $name,
            group: Group::$group,
            help: &[$($help),+],
            arguments: &[
                $(Argument {
                    help: concat!($($about),+),
                    required: true,
                    kind: <$kind as Said>::KIND,
                },)*
                $(Argument {
                    help: concat!($($optional_about),+),
                    required: false,
                    kind: <$optional_kind as Said>::KIND,
                },)*
            ],
            options: &[$(Opt {
                name: $option_name,
                help: concat!($($option_about),+),
                kind: <$option_kind as Said>::KIND,
            },)*],
            examples: &[$($example),+],
            build: |given| {
                let _ = &given;
                Ok(Command::$variant {
                    $($field: given.argument()?,)*
                    $($optional: given.optional()?,)*
                    $($option: given.option($option_name)?,)*
                })
            },
        },)+];
    };
}

commands! {
    /// Shows the 13 bytes, and what is to be changed of them.
    Config Show = "show" () [] {}
    like "show", "show --json";

    /// Changes a field, once `save` is typed.
    ///
    /// Until then nothing but this session knows of it: `diff` shows what is pending, `revert` forgets it.
    Config Set = "set" (
        /// Which one.
        field: Field,
        /// What it shall be.
        value: FieldValue,
    ) [] {}
    like "set rows 40", "set terminal_mode cooked", "set registry_hash 0x28aa1533";

    /// Turns a feature on, once `save` is typed.
    ///
    /// Other features stay as they are, also when somebody else changes one meanwhile.
    Config Enable = "enable" (
        /// Which one.
        feature: Feature,
    ) [] {}
    like "enable PRIVATE_REGISTRY", "enable debug";

    /// Turns a feature off, once `save` is typed.
    Config Disable = "disable" (
        /// Which one.
        feature: Feature,
    ) [] {}
    like "disable PRIVATE_REGISTRY";

    /// Shows what `save` would change.
    Config Diff = "diff" () [] {}
    like "diff";

    /// Forgets what is pending.
    Config Revert = "revert" () [] {}
    like "revert";

    /// Writes what is pending into the lockfile, in place.
    ///
    /// Each field is one write, and it is said which bytes have changed. Whoever has the file open,
    /// a running server above all, follows at once.
    Config Save = "save" () [] {}
    like "save", "set rows 40; save";

    /// Prints the 13 bytes as environment variables.
    Config Export = "export" () [] {}
    like "export";

    /// Packs a folder as `npm pack` does, and publishes it.
    ///
    /// Scripts of the package are not run. Where it goes and under which tag may stand in its
    /// `publishConfig`; it goes to this registry otherwise.
    Packages Publish = "publish" (
        /// Which one.
        folder: Folder,
    ) [] {
        /// The dist-tag that points at it then; latest unless it is said.
        tag = "--tag": DistTag,
        /// Says what would be published, and sends nothing.
        dry_run = "--dry-run": Flag,
    }
    like "publish ./packages/@mycompany/pkg-1", "publish . --tag beta", "publish . --dry-run";

    /// Lists packages, by name.
    Packages Packages = "packages" () [
        /// What is in their names; all packages unless it is said.
        part: NamePart,
    ] {
        /// How many at most; 100 unless it is said.
        limit = "--limit": Number,
    }
    like "packages", "packages @acme/ --limit 20", "packages --json";

    /// Shows a package, or one version of it.
    Packages Info = "info" (
        /// Which one.
        package: PackageOrRelease,
    ) [] {}
    like "info @acme/left-pad", "info left-pad@1.0.0", "info left-pad@beta --json";

    /// Finds packages by words in their names, descriptions, keywords and people.
    Packages Search = "search" (
        /// What to look for.
        text: SearchText,
    ) [] {
        /// How many at most; 20 unless it is said.
        limit = "--limit": Number,
    }
    like "search left pad", "search keywords:cli author:alice --limit 5";

    /// Shows what the dist-tags of a package point at.
    Packages TagList = "tag list" (
        /// Which package.
        package: PackageName,
    ) [] {}
    like "tag list @acme/left-pad";

    /// Points a dist-tag at a version.
    Packages TagAdd = "tag add" (
        /// Which version.
        release: Release,
        /// Which tag.
        tag: DistTag,
    ) [] {}
    like "tag add @acme/left-pad@1.0.0 beta";

    /// Removes a dist-tag; `latest` always stays.
    Packages TagRemove = "tag remove" (
        /// Of which package.
        package: PackageName,
        /// Which tag.
        tag: DistTag,
    ) [] {}
    like "tag remove @acme/left-pad beta";

    /// Lists everybody who has an account.
    Access UserList = "user list" () [] {}
    like "user list", "user list --json";

    /// Makes an account; its password is asked for.
    Access UserAdd = "user add" (
        /// What it is called.
        name: UserName,
    ) [] {
        /// What it may do; publisher unless it is said.
        role = "--role": Role,
        /// Its e-mail address, which the packages that the user owns show.
        email = "--email": Email,
    }
    like "user add alice", "user add root --role admin --email root@acme.example";

    /// Sets a password, which is asked for, and ends the logins by the old one.
    ///
    /// Tokens that were made by name stay.
    Access UserPasswd = "user passwd" (
        /// Whose.
        name: UserName,
    ) [] {}
    like "user passwd alice";

    /// Changes what a user may do.
    Access UserRole = "user role" (
        /// Who.
        name: UserName,
        /// What they may do from now on.
        role: Role,
    ) [] {}
    like "user role alice maintainer";

    /// Keeps a user out: no login and no token of theirs counts until they are enabled.
    Access UserDisable = "user disable" (
        /// Who.
        name: UserName,
    ) [] {}
    like "user disable alice";

    /// Lets a user in again, with the tokens they have.
    Access UserEnable = "user enable" (
        /// Who.
        name: UserName,
    ) [] {}
    like "user enable alice";

    /// Removes an account with its tokens, memberships and ownership, for good.
    ///
    /// Packages that have no other owner are left to the admins. Whoever takes the name next inherits
    /// nothing.
    Access UserRemove = "user remove" (
        /// Who.
        name: UserName,
    ) [] {
        /// Does not ask.
        yes = "--yes": Flag,
    }
    like "user remove alice", "user remove alice --yes";

    /// Invites somebody to make an account: prints the invitation, which is good once.
    Access UserInvite = "user invite" () [] {
        /// What the account may do; publisher unless it is said.
        role = "--role": Role,
        /// For how many days it is good; 7 unless it is said.
        days = "--days": Number,
    }
    like "user invite", "user invite --role reader --days 2";

    /// Shows organisations, the teams and members of one, or who is in a team and what it may.
    ///
    /// A scope is an organisation: @acme/left-pad belongs to @acme.
    Access TeamList = "team list" () [
        /// Which organisation or team; all organisations unless it is said.
        of: OrgOrTeam,
    ] {}
    like "team list", "team list @acme", "team list @acme:core";

    /// Makes a team.
    Access TeamCreate = "team create" (
        /// The organisation and what the team is called.
        team: Team,
    ) [] {}
    like "team create @acme:core";

    /// Removes a team, and what was granted to it.
    Access TeamDestroy = "team destroy" (
        /// Which one.
        team: Team,
    ) [] {
        /// Does not ask.
        yes = "--yes": Flag,
    }
    like "team destroy @acme:core --yes";

    /// Puts a user into a team, or into an organisation.
    ///
    /// Whoever is put into a team is a member of its organisation from then on.
    Access TeamAdd = "team add" (
        /// Where.
        to: OrgOrTeam,
        /// Who.
        user: UserName,
    ) [] {
        /// What they are in the organisation; developer unless it is said. Not for a team.
        role = "--role": OrgRole,
    }
    like "team add @acme:core alice", "team add @acme alice --role owner";

    /// Takes a user out of a team, or out of an organisation and all its teams.
    Access TeamRemove = "team remove" (
        /// Where.
        from: OrgOrTeam,
        /// Who.
        user: UserName,
    ) [] {}
    like "team remove @acme:core alice", "team remove @acme alice";

    /// Lets somebody do something with packages.
    ///
    /// Adds them to the rule of that very pattern; where there is none, makes one that names them alone:
    /// the most specific rule that speaks of an action decides, and nobody else is let then.
    /// `grant $nobody …` makes a rule that lets nobody. A rule of the settings file is taken over and
    /// stays as it is in the file; `rule clear` goes back to it.
    Access Grant = "grant" (
        /// Whom.
        subject: Subject,
        /// What they may do.
        actions: List<Action>,
        /// With which packages.
        pattern: Pattern,
    ) [] {}
    like "grant alice publish @acme/*", "grant team:core publish,tag @acme/left-pad", "grant $nobody unpublish **";

    /// Takes somebody out of the rule of a pattern.
    ///
    /// Others whom the rule names stay. A rule that names nobody any more lets nobody.
    Access Revoke = "revoke" (
        /// Whom.
        subject: Subject,
        /// What they may no longer do.
        actions: List<Action>,
        /// With which packages.
        pattern: Pattern,
    ) [] {}
    like "revoke alice publish @acme/*";

    /// Lists the rules, the most specific first.
    Access RuleList = "rule list" () [] {}
    like "rule list";

    /// Removes a rule that was made while the registry runs.
    ///
    /// The one of the settings file for the same pattern counts again, if there is one, or else a less
    /// specific one.
    Access RuleClear = "rule clear" (
        /// Of which action.
        action: Action,
        /// For which packages.
        pattern: Pattern,
    ) [] {}
    like "rule clear publish @acme/*";

    /// Says whether a user may do something with a package, and why.
    Access Can = "can" (
        /// Who.
        user: Somebody,
        /// What.
        action: Action,
        /// With which package.
        package: PackageName,
    ) [] {}
    like "can alice publish @acme/left-pad", "can $anonymous read left-pad";

    /// Lists API keys.
    Access KeyList = "key list" () [
        /// Whose; yours unless it is said, and everybody's for the owner of the machine.
        user: UserName,
    ] {}
    like "key list", "key list alice";

    /// Makes an API key, and shows it once.
    Access KeyCreate = "key create" (
        /// What it is called.
        name: KeyName,
        /// What it may do, if its owner may.
        scopes: List<Scope>,
    ) [] {
        /// Whose it is; yours unless it is said.
        user = "--user": UserName,
        /// For how many days it is good; as long as a login unless it is said.
        days = "--days": Number,
        /// Where it may be used from; everywhere unless it is said.
        networks = "--cidr": List<Network>,
    }
    like "key create ci publish:@acme/* --user alice", "key create mirror read --user bob --days 30 --cidr 10.0.0.0/8";

    /// Revokes an API key; it is refused from the next request on.
    Access KeyRevoke = "key revoke" (
        /// Which one.
        id: KeyId,
    ) [] {}
    like "key revoke 0123456789abcdef0123456789abcdef";

    /// Lists all that is good in place of a password: logins, tokens, API keys.
    Access TokenList = "token list" () [
        /// Whose; yours unless it is said, and everybody's for the owner of the machine.
        user: UserName,
    ] {}
    like "token list alice";

    /// Revokes a token or a login; it is refused from the next request on.
    Access TokenRevoke = "token revoke" (
        /// Which one.
        id: TokenId,
    ) [] {}
    like "token revoke 0123456789abcdef0123456789abcdef";

    /// Says what a token stands for, or why it is not believed.
    ///
    /// Without the token it is asked for, so that it stands in no history.
    Access Verify = "verify" () [
        /// Its text.
        token: TokenText,
    ] {
        /// From where it is used; from this machine unless it is said.
        from = "--from": Address,
    }
    like "verify", "verify r13k_0123456789abcdef --from 10.1.2.3";

    /// Shows what happened, the newest last.
    Access Log = "log" () [] {
        /// What somebody did.
        user = "--user": UserName,
        /// What is of a kind.
        kind = "--kind": EventKind,
        /// What was done to something.
        target = "--target": Target,
        /// What was refused, alone.
        refused = "--refused": Flag,
        /// How many at most; 50 unless it is said.
        limit = "--limit": Number,
    }
    like "log", "log --user alice --kind package --limit 10", "log --refused";

    /// Shows how the registry is: whether it runs, since when, what it keeps and how quick it is.
    Session Status = "status" () [] {}
    like "status", "status --json";

    /// Reads the 13 bytes and all that is shown of the registry anew.
    ///
    /// What is pending stays pending; `revert` forgets it.
    Session Reload = "reload" () [] {}
    like "reload";

    /// Clears the screen.
    Session Clear = "clear" () [] {}
    like "clear";

    /// Leaves.
    ///
    /// What is pending of the 13 bytes and was not saved is forgotten, which is said.
    Session Exit = "exit" () [] {}
    like "exit";

    /// Shows which commands there are, or what one of them does.
    Session Help = "help" () [
        /// Which one, or the first word of some.
        command: CommandWord,
        /// Its second word.
        second: CommandWord,
    ] {}
    like "help", "help user", "help user add";
}
