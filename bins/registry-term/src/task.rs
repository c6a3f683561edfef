//! Tasks that do not outlive whoever started them.

use tokio::task::JoinHandle;

/// A task that ends with whoever started it.
pub(crate) struct Ends<T>(pub(crate) JoinHandle<T>);

impl<T> Drop for Ends<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}
