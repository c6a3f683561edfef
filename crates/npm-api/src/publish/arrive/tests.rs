use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use http::HeaderMap;
use http_body::Frame;
use npm_model::PackageName;

use super::*;
use crate::publish::testing::Home;

/// A body that is sent through a channel.
struct Sent(mpsc::Receiver<Bytes>);

impl Body for Sent {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let piece = self.0.poll_recv(context);
        piece.map(|piece| piece.map(|piece| Ok(Frame::data(piece))))
    }
}

const HEAD: &str = r#"{"_attachments":{"a-1.0.0.tgz":{"data":""#;

fn begin(home: &Home) -> (mpsc::Sender<Bytes>, Pieces<Sent>, Intake) {
    let (send, receive) = mpsc::channel(1);
    let pieces = Pieces::new(Sent(receive), usize::MAX).unwrap();
    let package = PackageName::parse("a").unwrap();
    (send, pieces, home.intake(&package, &HeaderMap::new(), None))
}

async fn eventually(what: &str, mut look: impl FnMut() -> bool) {
    for _ in 0..1000 {
        if look() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("{what}");
}

#[tokio::test]
async fn what_arrives_is_handed_on_whole() {
    let home = Home::new();
    let (send, pieces, intake) = begin(&home);
    let arriving = arrive(pieces, intake, |arrived| {
        Ok((arrived.document, arrived.tarball.is_some()))
    });
    let sending = async {
        send.send(HEAD.into()).await.unwrap();
        for _ in 0..1000 {
            send.send("AAAA".into()).await.unwrap();
        }
        send.send("\"}}}".into()).await.unwrap();
        drop(send);
    };
    let (arrived, ()) = tokio::join!(arriving, sending);
    let expected = format!("{HEAD}\"}}}}}}").into_bytes();
    assert_eq!(arrived.unwrap(), (expected, true));
}

#[tokio::test]
async fn what_is_refused_is_refused_while_more_could_come() {
    let home = Home::new();
    let (send, pieces, intake) = begin(&home);
    let arriving = arrive(pieces, intake, |_| Ok(()));
    let sending = async {
        send.send(HEAD.into()).await.unwrap();
        send.send("!".repeat(100_000).into()).await.unwrap();
    };
    // The client sends no more, and does not end the body either.
    let (refused, ()) = tokio::join!(arriving, sending);
    let refused = refused.unwrap_err().to_string();
    assert!(refused.contains("not valid base64"), "{refused}");
    drop(send);
    eventually("the file is removed", || home.incoming() == 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_goes_away_leaves_nothing_behind() {
    let home = Home::new();
    for sent in [1, 10, 1000] {
        let (send, pieces, intake) = begin(&home);
        let then = |_| -> Result<(), Reject> { panic!("it did not arrive") };
        let arriving = tokio::spawn(arrive(pieces, intake, then));
        send.send(HEAD.into()).await.unwrap();
        for _ in 0..sent {
            send.send("AAAA".repeat(1000).into()).await.unwrap();
        }
        eventually("a file is made", || home.incoming() == 1).await;
        // As the server does with the request of a connection that broke.
        arriving.abort();
        eventually("the file is removed", || home.incoming() == 0).await;
    }
}

#[test]
fn a_client_is_not_read_from_faster_than_the_disk_takes() {
    let home = Home::new();
    let (send, pieces, intake) = begin(&home);
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_time().max_blocking_threads(1).build();
    let (resume, resumed) = std::sync::mpsc::channel::<()>();
    let story = async {
        // The one thread that may wait for the disk waits.
        let waiting = tokio::task::spawn_blocking(move || resumed.recv());
        let arriving = tokio::spawn(arrive(pieces, intake, |_| Ok(())));
        send.send(HEAD.into()).await.unwrap();
        let mut taken = 0;
        let limit = Duration::from_millis(200);
        while let Ok(sent) = tokio::time::timeout(limit, send.send("AAAA".into())).await {
            sent.unwrap();
            taken += 1;
            assert!(taken < 10, "more is read than may wait");
        }
        resume.send(()).unwrap();
        waiting.await.unwrap().unwrap();
        send.send("\"}}}".into()).await.unwrap();
        drop(send);
        arriving.await.unwrap().unwrap();
    };
    runtime.unwrap().block_on(story);
}
