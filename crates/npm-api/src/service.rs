use std::{net::IpAddr, sync::Arc};

use auth::{Action, Auth, DecideError, Identity, Need, Permit};
use bytes::Bytes;
use catalog::Origin;
use config13::Config13;
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, header};
use http_body::Body;
use http_body_util::BodyExt;
use npm_model::PackageName;
use storage::Store;
use web::{HeadTooLong, HostPolicy, Response, Visit, is_from_here, receive};

use crate::{
    audit::{self, Advisories},
    bodies::Bodies,
    endpoint::Endpoint,
    live::Live,
    reject::Reject,
    surroundings::Surroundings,
};

/// What a request may ask of the machine.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Limits {
    /// Longest publish document, in bytes. The tarball in it is base64, a third longer than it is.
    pub publish_bytes: usize,
}

/// Answers the npm protocol.
#[derive(Debug)]
pub struct NpmApi {
    auth: Arc<Auth>,
    store: Store,
    advisories: Arc<Advisories>,
    bodies: Bodies,
    questions: Bodies,
    hosts: HostPolicy,
    limits: Limits,
    live: Arc<Live>,
    surroundings: Surroundings,
}

/// The body of a request, on its way. Why one breaks off makes no difference here.
pub(crate) type Incoming = dyn Body<Data = Bytes, Error = ()> + Send + Unpin;

/// What an endpoint is applied with.
#[derive(Debug)]
pub(crate) struct Context<'a> {
    pub(crate) auth: &'a Arc<Auth>,
    pub(crate) store: &'a Store,
    pub(crate) advisories: &'a Arc<Advisories>,
    pub(crate) bodies: &'a Bodies,
    /// The bodies of those who need no account.
    pub(crate) questions: &'a Bodies,
    pub(crate) limits: Limits,
    pub(crate) live: &'a Arc<Live>,
    pub(crate) surroundings: &'a Surroundings,
    /// The 13 bytes as they were when the request arrived.
    pub(crate) settings: &'a Config13,
    pub(crate) identity: &'a Identity,
    /// The registry's base URL as this client sees it, without a trailing slash.
    pub(crate) base: Arc<str>,
    /// The client's address.
    pub(crate) address: IpAddr,
    pub(crate) method: &'a Method,
    pub(crate) headers: &'a HeaderMap,
    /// What follows the question mark, as it was sent.
    pub(crate) query: Option<&'a str>,
}

impl Context<'_> {
    /// Asks for a right that only the request's body tells to be needed.
    pub(crate) async fn decide(&self, permit: &Permit, need: Need) -> Result<Permit, Reject> {
        Ok(self
            .auth
            .decide(permit.identity(), &need, self.settings)
            .await?)
    }

    /// Refuses, with this text, what a page of another site makes a browser send: it comes from the
    /// address of whoever looks at that page.
    pub(crate) fn refuse_other_sites(&self, text: &'static str) -> Result<(), Reject> {
        if is_from_here(self.headers, &self.base) {
            Ok(())
        } else {
            Err(Reject::told(StatusCode::FORBIDDEN, text))
        }
    }

    /// Who asks, and from where.
    pub(crate) fn by(&self) -> Origin {
        self.identity.origin(self.address)
    }

    /// Whether the caller may do something, which is no reason to refuse if not.
    pub(crate) async fn may(&self, permit: &Permit, need: Need) -> Result<bool, Reject> {
        let decided = self.auth.decide(permit.identity(), &need, self.settings);
        match decided.await {
            Ok(_) => Ok(true),
            Err(DecideError::Denied(_)) => Ok(false),
            Err(error @ DecideError::Catalog(_)) => Err(error.into()),
        }
    }

    /// Returns the packages of a list that the caller may do something with.
    pub(crate) async fn where_caller_may(
        &self,
        permit: &Permit,
        action: Action,
        mut packages: Vec<PackageName>,
    ) -> Result<Vec<PackageName>, Reject> {
        let (auth, permit) = (Arc::clone(self.auth), permit.clone());
        let settings = *self.settings;
        let filtered = tokio::task::spawn_blocking(move || {
            packages.retain(|package| auth.may_too(&permit, action, package, &settings));
            packages
        });
        filtered.await.map_err(|error| Reject::logged(&error))
    }
}

impl NpmApi {
    /// Puts the doors before the house.
    pub fn new(
        auth: Arc<Auth>,
        store: Store,
        hosts: HostPolicy,
        limits: Limits,
        surroundings: Surroundings,
    ) -> Self {
        Self {
            auth,
            store,
            advisories: Arc::new(Advisories::none()),
            bodies: Bodies::new(),
            questions: Bodies::for_documents_of(audit::LONGEST),
            hosts,
            limits,
            live: Arc::default(),
            surroundings,
        }
    }

    /// Answers audits from these advisories. Without them nothing is known to be vulnerable.
    #[must_use]
    pub fn with_advisories(mut self, advisories: Advisories) -> Self {
        self.advisories = Arc::new(advisories);
        self
    }

    /// Answers one request of the `peer` at the other end of the connection, under the settings that
    /// are in force now.
    pub async fn call<B>(&self, request: Request<B>, peer: IpAddr, settings: &Config13) -> Response
    where
        B: Body<Data = Bytes> + Send + Unpin + 'static,
    {
        let (head, body) = request.into_parts();
        let mut body = body.map_err(|_| ());
        let mut response = match self.answer(&head, &mut body, peer, settings).await {
            Ok(response) => response,
            Err(reject) => {
                let mut response = reject.into_response();
                // Clients that are still sending would miss an answer that closes the connection.
                if !receive::discard(&head.headers, &mut body).await {
                    let close = HeaderValue::from_static("close");
                    response.headers_mut().insert(header::CONNECTION, close);
                }
                response
            }
        };
        let headers = response.headers_mut();
        headers
            .entry(header::CACHE_CONTROL)
            .or_insert(HeaderValue::from_static("no-store"));
        let nosniff = HeaderValue::from_static("nosniff");
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, nosniff);
        response
    }

    async fn answer(
        &self,
        head: &http::request::Parts,
        body: &mut Incoming,
        peer: IpAddr,
        settings: &Config13,
    ) -> Result<Response, Reject> {
        HeadTooLong::check(&head.uri, &head.headers)?;
        let Visit {
            base,
            path,
            address,
        } = self.hosts.visit(peer, &head.uri, &head.headers)?;
        let endpoint = Endpoint::route(&head.method, path)?;
        let (need, authorization) = (endpoint.need(), authorization(&head.headers)?);
        let identity = match need {
            Need::Nobody => Identity::Anonymous(None),
            _ => self.auth.identify(authorization, address, settings).await?,
        };
        let (auth, store, limits) = (&self.auth, &self.store, self.limits);
        let context = Context {
            auth,
            store,
            advisories: &self.advisories,
            bodies: &self.bodies,
            questions: &self.questions,
            limits,
            live: &self.live,
            surroundings: &self.surroundings,
            settings,
            identity: &identity,
            base,
            address,
            method: &head.method,
            headers: &head.headers,
            query: head.uri.query(),
        };
        let answered = match self.auth.decide(&identity, &need, settings).await {
            Ok(permit) => endpoint.apply(permit, &context, body).await,
            Err(error) => Err(error.into()),
        };
        if let Err(reject) = &answered
            && let Some((kind, target, why)) = reject.denied()
        {
            self.auth.tell_refused(context.by(), kind, target, why);
        }
        answered
    }
}

/// Returns the one `Authorization` header. Several are a mistake or an attack, since the next
/// program on the way may read another one than we do.
fn authorization(headers: &HeaderMap) -> Result<Option<&str>, Reject> {
    let refused = |text| Reject::told(StatusCode::BAD_REQUEST, text);
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    if values.next().is_some() {
        return Err(refused(
            "the request has more than one Authorization header",
        ));
    }
    value
        .to_str()
        .map(Some)
        .map_err(|_| refused("the Authorization header is not plain text"))
}
