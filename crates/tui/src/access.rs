//! The screen of who has accounts and keys.

use ratatui::layout::Rect;

use crate::{
    ask::Ask,
    canvas::{Canvas, Spot, from_column, from_row, part, row_of},
    input::{Key, KeyCode},
    list::Cursor,
    news::{Access, ApiKeyLine, Connection, Server, UserLine},
    screen::{Step, as_word},
    text::{count, day, minute},
    theme::Role,
};

/// From this height on both lists are seen, one above the other.
const BOTH_ROWS: u16 = 14;
/// From this width on they stand beside each other.
const BESIDE_COLS: u16 = 150;

/// Which list takes the keys.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
enum Pane {
    #[default]
    Users,
    Keys,
}

/// The screen.
#[derive(Default)]
pub(crate) struct AccessScreen {
    /// Nothing until it is told.
    told: Option<Result<Access, String>>,
    pane: Pane,
    users: Cursor,
    keys: Cursor,
}

impl AccessScreen {
    /// Takes who there is, or why that is not told.
    pub(crate) fn tell(&mut self, told: Result<Access, String>) {
        self.told = Some(told);
    }

    fn users(&self) -> &[UserLine] {
        match &self.told {
            Some(Ok(access)) => &access.users,
            _ => &[],
        }
    }

    fn keys(&self) -> &[ApiKeyLine] {
        match &self.told {
            Some(Ok(access)) => &access.keys,
            _ => &[],
        }
    }

    /// Does what a key does here.
    pub(crate) fn key(&mut self, key: Key) -> Step {
        let (users, keys) = (self.users().len(), self.keys().len());
        let is_moved = match self.pane {
            Pane::Users => self.users.key(key, users),
            Pane::Keys => self.keys.key(key, keys),
        };
        if is_moved {
            return Step::Used;
        }
        match (self.pane, key.code, key.typed()) {
            (Pane::Users, KeyCode::Tab, _) => self.pane = Pane::Keys,
            (Pane::Keys, KeyCode::BackTab, _) => self.pane = Pane::Users,
            (_, KeyCode::Enter, _) => return self.act(),
            (_, _, Some('r')) => return Step::Ask(Ask::LoadAccess),
            (Pane::Users, _, Some('n')) => return Step::Type("user add ".to_owned()),
            (Pane::Keys, _, Some('n')) => return Step::Type("key create ".to_owned()),
            _ => return Step::Unused,
        }
        Step::Used
    }

    /// Begins the command that acts on what the cursor is on. Whoever presses Enter there runs it.
    fn act(&self) -> Step {
        let (words, name) = match self.pane {
            Pane::Users => match self.users().get(self.users.at()) {
                Some(user) if user.disabled => ("user enable", &user.name),
                Some(user) => ("user disable", &user.name),
                None => return Step::Unused,
            },
            Pane::Keys => match self.keys().get(self.keys.at()) {
                Some(key) => ("key revoke", &key.id),
                None => return Step::Unused,
            },
        };
        as_word(name).map_or_else(Step::Wrong, |name| Step::Type(format!("{words} {name}")))
    }

    /// Goes to the part that is first, coming from the tabs.
    pub(crate) const fn enter_from(&mut self, forward: bool) {
        self.pane = if forward { Pane::Users } else { Pane::Keys };
    }

    pub(crate) fn press(&mut self, spot: Spot) -> Step {
        let (pane, cursor, place) = match spot {
            Spot::Row(place) => (Pane::Users, &mut self.users, place),
            Spot::OtherRow(place) => (Pane::Keys, &mut self.keys, place),
            _ => return Step::Unused,
        };
        let is_second = self.pane == pane && cursor.at() == place;
        cursor.go_to(place);
        self.pane = pane;
        // A second click does what Enter does.
        if is_second { self.act() } else { Step::Used }
    }

    pub(crate) fn scroll(&mut self, down: bool, rows: usize) {
        let (users, keys) = (self.users().len(), self.keys().len());
        match self.pane {
            Pane::Users => self.users.scroll(down, rows, users),
            Pane::Keys => self.keys.scroll(down, rows, keys),
        }
    }

    pub(crate) fn draw(
        &mut self,
        canvas: &mut Canvas<'_>,
        area: Rect,
        connection: &Connection,
        is_active: bool,
    ) {
        let why = match (&self.told, &connection.server) {
            (Some(Ok(_)), _) => None,
            (_, Server::Down { why, .. }) => Some(format!("The server is down: {why}")),
            (Some(Err(why)), _) => Some(why.clone()),
            (None, _) => Some("Who there is is being read …".to_owned()),
        };
        if let Some(why) = why {
            let place = Rect {
                width: area.width.saturating_sub(2),
                ..from_column(from_row(area, 1), 1)
            };
            canvas.put_wrapped(place, &why, Role::Dim);
            return;
        }
        if area.width >= BESIDE_COLS {
            let half = area.width / 2;
            self.draw_users(canvas, part(area, 0, half.saturating_sub(1)), is_active);
            self.draw_keys(canvas, from_column(area, half + 1), is_active);
        } else if area.height >= BOTH_ROWS {
            // The lists share the height; what the users do not need is for the keys.
            let needed = u16::try_from(self.users().len()).unwrap_or(u16::MAX);
            let users = (needed.saturating_add(2)).clamp(3, area.height / 2);
            let upper = Rect {
                height: users,
                ..area
            };
            self.draw_users(canvas, upper, is_active);
            self.draw_keys(canvas, from_row(area, users + 1), is_active);
        } else {
            let other = if self.pane == Pane::Users {
                self.draw_users(canvas, area, is_active);
                format!("Tab: {} ", count(self.keys().len(), "API key"))
            } else {
                self.draw_keys(canvas, area, is_active);
                format!("Shift-Tab: {} ", count(self.users().len(), "user"))
            };
            canvas.put_right(row_of(area, 0), &other, Role::Dim);
        }
    }

    fn draw_users(&mut self, canvas: &mut Canvas<'_>, area: Rect, is_active: bool) {
        let number = count(self.users().len(), "account");
        draw_title(canvas, area, "Users", &number, self.pane == Pane::Users);
        let rows = from_row(area, 1);
        let len = self.users().len();
        if len == 0 {
            let text = "No accounts yet; n makes one.";
            canvas.put(from_column(row_of(rows, 0), 1), text, Role::Dim);
        }
        let seen = self.users.seen(len, rows.height);
        let is_here = is_active && self.pane == Pane::Users;
        for (line, place) in seen.enumerate() {
            let row = row_of(rows, line);
            if let Some(user) = self.users().get(place) {
                draw_user(canvas, from_column(row, 1), user);
            }
            canvas.spot(row, Spot::Row(place));
            if place == self.users.at() && is_here {
                canvas.mark(row, Role::Selected);
            }
        }
    }

    fn draw_keys(&mut self, canvas: &mut Canvas<'_>, area: Rect, is_active: bool) {
        let number = count(self.keys().len(), "key");
        draw_title(canvas, area, "API keys", &number, self.pane == Pane::Keys);
        let rows = from_row(area, 1);
        let len = self.keys().len();
        if len == 0 {
            let text = "No API keys; n makes one.";
            canvas.put(from_column(row_of(rows, 0), 1), text, Role::Dim);
        }
        let seen = self.keys.seen(len, rows.height);
        let is_here = is_active && self.pane == Pane::Keys;
        for (line, place) in seen.enumerate() {
            let row = row_of(rows, line);
            if let Some(key) = self.keys().get(place) {
                draw_key(canvas, from_column(row, 1), key);
            }
            canvas.spot(row, Spot::OtherRow(place));
            if place == self.keys.at() && is_here {
                canvas.mark(row, Role::Selected);
            }
        }
    }
}

fn draw_title(canvas: &mut Canvas<'_>, area: Rect, title: &str, number: &str, is_here: bool) {
    let row = from_column(row_of(area, 0), 1);
    let role = if is_here { Role::Title } else { Role::Dim };
    let used = canvas.put(row, title, role) + 2;
    canvas.put(from_column(row, used), number, Role::Dim);
}

fn draw_user(canvas: &mut Canvas<'_>, row: Rect, user: &UserLine) {
    let state = if user.disabled { "disabled" } else { "" };
    let is_roomy = row.width >= 60;
    let name = if is_roomy { 24 } else { 14 };
    canvas.put(part(row, 0, name), &user.name, Role::Base);
    canvas.put(part(row, name + 1, 10), &user.role, Role::Dim);
    canvas.put(part(row, name + 12, 8), state, Role::Bad);
    let seen = user
        .last_seen
        .map_or_else(|| "never seen".to_owned(), minute);
    if is_roomy {
        canvas.put(from_column(row, name + 22), &seen, Role::Dim);
    }
}

fn draw_key(canvas: &mut Canvas<'_>, row: Rect, key: &ApiKeyLine) {
    let scopes = key.scopes.join(" ");
    let expires = key.expires.map_or_else(|| "never".to_owned(), day);
    let id = part(row, 0, 9);
    canvas.put(id, &key.id, Role::Dim);
    if row.width < 60 {
        canvas.put(part(row, 10, 9), &key.user, Role::Base);
        canvas.put(part(row, 20, 8), &key.name, Role::Base);
        canvas.put(from_column(row, 28), &expires, Role::Dim);
        return;
    }
    canvas.put(part(row, 11, 14), &key.user, Role::Base);
    canvas.put(part(row, 27, 14), &key.name, Role::Base);
    let rest = from_column(row, 43);
    let scope = rest.width.saturating_sub(13);
    canvas.put(part(rest, 0, scope), &scopes, Role::Accent);
    canvas.put(from_column(rest, scope + 2), &expires, Role::Dim);
}
