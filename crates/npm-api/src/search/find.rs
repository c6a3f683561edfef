use std::{ops::ControlFlow, sync::Arc, time::SystemTime};

use auth::{Action, Permit};
use http::StatusCode;
use npm_model::{PackageName, rfc3339_millis};
use storage::{Question, Summary};
use web::{Response, reply};

use super::{
    page,
    wire::{Answer, Object},
};
use crate::{query, reject::Reject, service::Context};

/// Finds packages by words and qualifiers, among those that the caller may read.
#[derive(Debug)]
pub(crate) struct Search;

#[derive(Default)]
struct Found {
    total: usize,
    page: Vec<(PackageName, Summary)>,
}

impl Search {
    #[allow(clippy::unused_self, reason = "every endpoint is applied the same way")]
    pub(crate) async fn apply(
        self,
        permit: &Permit,
        context: &Context<'_>,
    ) -> Result<Response, Reject> {
        let text = query::value(context.query, "text").unwrap_or_default();
        let question = Question::parse(&text);
        let places = page::places(context.query);
        let from = places.start;
        let (auth, permit) = (Arc::clone(context.auth), permit.clone());
        let settings = *context.settings;
        let words = question.words().to_vec();
        let each = move |found: &mut Found, name: PackageName, summary: &str| {
            if !auth.may_too(&permit, Action::Read, &name, &settings) {
                return ControlFlow::Continue(());
            }
            let on_page = places.contains(&found.total);
            // A summary that nobody is shown and nothing is asked of need not be read.
            if on_page || !question.is_plain() {
                let Some(summary) = Summary::parse(summary) else {
                    return ControlFlow::Continue(());
                };
                if !question.accepts(name.scope(), &summary) {
                    return ControlFlow::Continue(());
                }
                if on_page {
                    found.page.push((name, summary));
                }
            }
            found.total += 1;
            ControlFlow::Continue(())
        };
        let found = context.store.search(words, Found::default(), each).await?;
        let objects = found
            .page
            .into_iter()
            .enumerate()
            .map(|(place, (name, summary))| {
                Object::new(&name, summary, &context.base, from.saturating_add(place))
            });
        let answer = Answer {
            objects: objects.collect(),
            total: found.total,
            time: rfc3339_millis(SystemTime::now()),
        };
        Ok(reply::json(StatusCode::OK, &answer))
    }
}
