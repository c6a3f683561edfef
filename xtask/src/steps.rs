//! The named steps of a command, how long each took, and which failed.

use std::fmt::Display;
use std::time::{Duration, Instant};

/// A run of steps. A failed step does not stop the others, only those that need it.
#[derive(Debug, Default)]
pub(crate) struct Steps {
    done: Vec<Step>,
}

#[derive(Debug)]
struct Step {
    name: &'static str,
    outcome: Outcome,
}

#[derive(Debug)]
enum Outcome {
    Passed(Duration),
    Failed(Duration),
    /// Not tried, because the named step did not pass.
    Skipped(&'static str),
}

/// The steps that failed, by name.
#[derive(Debug, thiserror::Error)]
#[error("failed: {}", .0.join(", "))]
pub(crate) struct StepsFailed(Vec<&'static str>);

impl Steps {
    /// Runs one step, unless a step that it needs was tried here and did not pass.
    pub(crate) fn run<E: Display>(
        &mut self,
        name: &'static str,
        needs: &[&'static str],
        work: impl FnOnce() -> Result<(), E>,
    ) {
        let missing = |step: &&Step| {
            needs.contains(&step.name) && !matches!(step.outcome, Outcome::Passed(_))
        };
        if let Some(missing) = self.done.iter().find(missing) {
            let outcome = Outcome::Skipped(missing.name);
            self.done.push(Step { name, outcome });
            return;
        }
        println!("==> {name}");
        let start = Instant::now();
        let outcome = match work() {
            Ok(()) => Outcome::Passed(start.elapsed()),
            Err(error) => {
                eprintln!("xtask: {name}: {error}");
                Outcome::Failed(start.elapsed())
            }
        };
        self.done.push(Step { name, outcome });
    }

    /// Prints a line for each step, and fails if one of them did.
    pub(crate) fn finish(self) -> Result<(), StepsFailed> {
        println!("==> summary");
        for Step { name, outcome } in &self.done {
            match outcome {
                Outcome::Passed(time) => {
                    println!("    passed  {:>8.1} s  {name}", time.as_secs_f64());
                }
                Outcome::Failed(time) => {
                    println!("    FAILED  {:>8.1} s  {name}", time.as_secs_f64());
                }
                Outcome::Skipped(missing) => {
                    println!("    skipped          -  {name} (it needs: {missing})");
                }
            }
        }
        let failed: Vec<_> = self
            .done
            .iter()
            .filter(|step| matches!(step.outcome, Outcome::Failed(_)))
            .map(|step| step.name)
            .collect();
        if failed.is_empty() {
            Ok(())
        } else {
            Err(StepsFailed(failed))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_step_is_named_and_stops_only_what_needs_it() {
        let mut ran = Vec::new();
        let mut steps = Steps::default();
        steps.run("a", &[], || Err("broken"));
        steps.run::<&str>("b", &["a"], || {
            ran.push("b");
            Ok(())
        });
        steps.run::<&str>("c", &["b"], || {
            ran.push("c");
            Ok(())
        });
        steps.run::<&str>("d", &["not tried here"], || {
            ran.push("d");
            Ok(())
        });
        assert_eq!(steps.finish().unwrap_err().to_string(), "failed: a");
        assert_eq!(ran, ["d"]);
    }

    #[test]
    fn steps_that_pass_end_well() {
        let mut steps = Steps::default();
        steps.run::<&str>("a", &[], || Ok(()));
        steps.run::<&str>("b", &["a"], || Ok(()));
        assert!(steps.finish().is_ok());
    }
}
