//! `log`.

use serde_json::json;

use crate::{
    desk::{Desk, Done, Surface},
    grid::Grid,
    kind::{EventKind, Number, Target, UserName},
    nouns::LogFilter,
    reply::{Reply, or_hyphen, second},
    session::Session,
};

/// Events that are shown when nobody says how many.
const LIMIT: u32 = 50;

impl<D: Desk, S: Surface> Session<D, S> {
    pub(crate) async fn log(
        &self,
        user: Option<UserName>,
        kind: Option<EventKind>,
        target: Option<Target>,
        refused: bool,
        limit: Option<Number>,
    ) -> Done<Reply> {
        let filter = LogFilter {
            user: user.map(|user| user.0),
            kind: kind.map(|kind| kind.0),
            target: target.map(|target| target.0),
            refused,
            limit: limit.map_or(LIMIT, |limit| limit.0),
        };
        let mut events = self.desk.events(&filter).await?;
        // As a log is read: the newest stands where the eye is.
        events.reverse();
        let text = if events.is_empty() {
            "nothing of that kind happened".to_owned()
        } else {
            let head = ["WHEN", "WHO", "FROM", "WHAT", "TO", "RESULT", "DETAIL"];
            let mut grid = Grid::with_head(head);
            for event in &events {
                grid.row([
                    second(event.at),
                    or_hyphen(event.actor.as_deref().unwrap_or_default()),
                    event.address.clone(),
                    event.kind.clone(),
                    or_hyphen(&event.target),
                    if event.refused { "refused" } else { "done" }.to_owned(),
                    event.detail.clone(),
                ]);
            }
            grid.to_string()
        };
        Reply::new(text, &json!({ "events": events }))
    }
}
