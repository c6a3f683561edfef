//! A real browser, driven by a script.

use std::env;
use std::process::Command;
use std::time::Duration;

use crate::program::clients_folder;
use crate::run::{Finished, run};

/// Names the browser; `cargo xtask test` sets it.
const BROWSER: &str = "REGISTRY_TEST_BROWSER";

const LIMIT: Duration = Duration::from_mins(1);

/// What surrounds a script. A page that logs an error, or is refused something by its own policy, fails.
const AROUND: &str = r"
import { createRequire } from 'node:module'
const { chromium } = createRequire(process.env.CLIENTS + '/')('playwright-core')
const browser = await chromium.launch({
  executablePath: process.env.BROWSER,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync'],
})
const problems = []
try {
  const page = await browser.newPage({ viewport: { width: 800, height: 900 } })
  page.setDefaultTimeout(15000)
  page.on('pageerror', (error) => problems.push(String(error)))
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()))
  await (async (page, url) => {
{{script}}
  })(page, process.env.URL)
} finally {
  await browser.close()
}
if (problems.length) throw new Error('the page complains: ' + problems.join('; '))
";

/// Runs the body of a JavaScript function that gets a `page` of a new browser and a `url`.
#[track_caller]
pub fn browse(url: &str, script: &str) -> Finished {
    let browser = env::var_os(BROWSER).unwrap_or_else(|| {
        panic!("{BROWSER} does not say where a browser is: run cargo xtask test")
    });
    let home = tempfile::tempdir().unwrap();
    let mut command = Command::new("node");
    command
        .args(["--input-type=module", "-e"])
        .arg(AROUND.replace("{{script}}", script))
        .env("CLIENTS", clients_folder())
        .env("BROWSER", browser)
        .env("URL", url)
        .env("HOME", home.path());
    run(&mut command, &[], LIMIT)
}
