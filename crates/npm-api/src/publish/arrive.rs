//! Brings a body from the connection to where it is written, on threads that may wait for the disk.

use bytes::Bytes;
use http_body::Body;
use tokio::sync::mpsc;
use web::receive::Pieces;

use super::intake::{Arrived, Intake};
use crate::reject::Reject;

/// Pieces that may wait for the disk. With those that are being written they are all of the body
/// that is in memory; the connection waits when the disk is slower.
const WAITING: usize = 2;

/// Receives a document, and does with it what `then` says, where waiting for the disk holds up nobody.
///
/// A client that sends slowly holds no thread, and one that goes away leaves nothing behind. What is
/// refused is refused at once, however much is still to come.
pub(crate) async fn arrive<B, T>(
    mut pieces: Pieces<B>,
    intake: Intake,
    then: impl FnOnce(Arrived) -> Result<T, Reject> + Send + 'static,
) -> Result<T, Reject>
where
    B: Body<Data = Bytes> + Unpin,
    T: Send + 'static,
{
    let (send, receive) = mpsc::channel(WAITING);
    let pass_on = async move {
        while let Some(piece) = pieces.next().await? {
            if send.send(piece).await.is_err() {
                break;
            }
        }
        Ok::<(), Reject>(())
    };
    let take_in = take_in(receive, intake, then);
    tokio::pin!(take_in);
    tokio::select! {
        // It ends first only when it refuses.
        taken = &mut take_in => taken,
        passed = pass_on => {
            passed?;
            take_in.await
        }
    }
}

async fn take_in<T: Send + 'static>(
    mut pieces: mpsc::Receiver<Bytes>,
    mut intake: Intake,
    then: impl FnOnce(Arrived) -> Result<T, Reject> + Send + 'static,
) -> Result<T, Reject> {
    let mut waiting = Vec::new();
    while pieces.recv_many(&mut waiting, WAITING).await > 0 {
        let arrived = std::mem::take(&mut waiting);
        intake = blocking(move || {
            intake.push(&arrived)?;
            Ok(intake)
        })
        .await?;
    }
    blocking(move || then(intake.finish()?)).await
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Reject> + Send + 'static,
) -> Result<T, Reject> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| Reject::logged(&error))?
}

#[cfg(test)]
mod tests;
