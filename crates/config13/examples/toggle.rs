//! Prints the settings of a lockfile and toggles its debug flag.
//!
//! ```text
//! cargo run -p config13 --example toggle -- .registry/registry.lockb
//! ```
//!
//! A registry that serves from this file starts or stops its debug logging at once.
#![allow(clippy::print_stdout, reason = "it is what this program is for")]

use std::error::Error;

use config13::{ConfigFile, Feature, Field};

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args_os().nth(1).ok_or("usage: toggle LOCKFILE")?;
    let lockfile = ConfigFile::open(path)?;

    let settings = lockfile.read()?;
    println!("{}", settings.hex());
    for field in Field::ALL {
        println!(
            "{:#04x}  {field:<13}  {}",
            field.offset(),
            settings.get(field).value()
        );
    }

    let flags = lockfile.toggle_feature(Feature::Debug)?;
    let state = if flags.contains(Feature::Debug) {
        "on"
    } else {
        "off"
    };
    println!("{} is now {state}", Feature::Debug);
    Ok(())
}
