//! `user list|add|passwd|role|disable|enable|remove|invite`.

use serde_json::json;

use crate::{
    desk::{Desk, Done, Secret, Surface},
    error::CommandError,
    grid::Grid,
    kind::Role,
    nouns::{NewUser, User},
    reply::{Reply, day, day_or_never, or_hyphen, second},
    session::Session,
};

impl<D: Desk, S: Surface> Session<D, S> {
    pub(crate) async fn user_list(&self) -> Done<Reply> {
        let users = self.desk.users().await?;
        let text = if users.is_empty() {
            "nobody has an account yet; make the admin's with `user add NAME --role admin`"
                .to_owned()
        } else {
            table(&users)
        };
        Reply::new(text, &json!({ "users": users }))
    }

    pub(crate) async fn user_add(
        &mut self,
        name: String,
        role: Option<Role>,
        email: Option<String>,
    ) -> Done<Reply> {
        self.desk.check_new_user(&name).await?;
        let secret = Secret::NewPassword { user: name.clone() };
        let new = NewUser {
            password: self.surface.ask_secret(&secret).await?,
            name,
            email: email.unwrap_or_default(),
            role: role.unwrap_or(Role::Publisher),
        };
        let user = self.desk.add_user(new).await?;
        let text = format!("{} was added as {}", user.name, with_article(user.role));
        Reply::new(text, &user)
    }

    pub(crate) async fn user_passwd(&mut self, name: &str) -> Done<Reply> {
        let user = self.desk.user(name).await?.name;
        let password = self
            .surface
            .ask_secret(&Secret::NewPassword { user: user.clone() })
            .await?;
        let user = self.desk.set_password(&user, password).await?;
        let name = &user.name;
        let text = format!("{name} has a new password, and the logins by the old one have ended");
        Reply::new(text, &user)
    }

    pub(crate) async fn user_role(&self, name: &str, role: Role) -> Done<Reply> {
        let user = self.desk.set_role(name, role).await?;
        let text = format!("{} is {} now", user.name, with_article(user.role));
        Reply::new(text, &user)
    }

    pub(crate) async fn user_disabled(&self, name: &str, disabled: bool) -> Done<Reply> {
        let user = self.desk.set_disabled(name, disabled).await?;
        let name = &user.name;
        let text = if disabled {
            format!("{name} is disabled: no login and no token of theirs counts")
        } else {
            format!("{name} is enabled, and so are the tokens they have")
        };
        Reply::new(text, &user)
    }

    pub(crate) async fn user_remove(&mut self, name: &str, yes: bool) -> Done<Reply> {
        let name = self.desk.user(name).await?.name;
        if !yes {
            let alone = self.desk.owned_alone(&name).await?;
            let loses = alone
                .iter()
                .map(|package| format!("{package} will have no owner\n"));
            let loses: String = loses.collect();
            let question = format!(
                "{loses}Remove {name}, with all tokens, memberships and ownership, for good?"
            );
            if !self.surface.confirm(&question).await? {
                return Err(CommandError::refused(format!("{name} was not removed")));
            }
        }
        let removed = self.desk.remove_user(&name).await?;
        let unowned = removed.unowned.iter();
        let lines = unowned.map(|it| format!("\n{it} has no owner now; admins look after it"));
        let text = format!("{name} was removed{}", lines.collect::<String>());
        let json = json!({
            "removed": name,
            "unowned": removed.unowned,
            "named_in_settings": removed.named_in_settings,
        });
        let reply = Reply::new(text, &json)?;
        if !removed.named_in_settings {
            return Ok(reply);
        }
        Ok(reply.note(format!(
            "note: the settings file names {name} in an access rule; whoever takes the name next has \
             that right, so remove it there"
        )))
    }

    pub(crate) async fn user_invite(&self, role: Option<Role>, days: Option<u32>) -> Done<Reply> {
        let role = role.unwrap_or(Role::Publisher);
        let invitation = self.desk.invite(role, days).await?;
        let note = format!(
            "It makes one account, of {}, until {}, and is not shown again.",
            with_article(invitation.role),
            second(invitation.expires),
        );
        let reply = Reply::new(&invitation.text, &invitation)?.note(note);
        Ok(reply.note(&invitation.use_of_it))
    }
}

fn table(users: &[User]) -> String {
    let mut grid = Grid::with_head(["NAME", "ROLE", "STATE", "E-MAIL", "MADE", "LAST USED"]);
    for user in users {
        let state = if user.disabled { "disabled" } else { "active" };
        grid.row([
            user.name.clone(),
            user.role.to_string(),
            state.to_owned(),
            or_hyphen(&user.email),
            day(user.created),
            day_or_never(user.last_used),
        ]);
    }
    grid.to_string()
}

fn with_article(role: Role) -> String {
    let article = match role {
        Role::Admin => "an",
        Role::Reader | Role::Publisher | Role::Maintainer => "a",
    };
    format!("{article} {role}")
}
