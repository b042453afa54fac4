//! Titles and times between the parts of a long run, so that a log shows at a glance where it stopped and
//! what was slow.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};

#[derive(Default)]
pub struct Sections {
    finished: Vec<(String, Duration)>,
}

impl Sections {
    /// Does `work` under a title. Its failure says under which.
    pub fn run(&mut self, title: &str, work: impl FnOnce() -> Result<()>) -> Result<()> {
        println!("\n== {title}");
        let start = Instant::now();
        work().with_context(|| format!("failed: {title}"))?;
        println!("== {title}: {}", seconds(start.elapsed()));
        self.finished.push((title.to_owned(), start.elapsed()));
        Ok(())
    }

    pub fn print_summary(&self) {
        println!();
        for (title, time) in &self.finished {
            println!("{:>9}  {title}", seconds(*time));
        }
        println!("{:>9}  in all", seconds(self.finished.iter().map(|(_, time)| *time).sum()));
    }
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_names_its_section_and_is_not_counted_as_finished() {
        let mut sections = Sections::default();
        sections.run("good", || Ok(())).unwrap();
        let error = sections.run("bad", || Err(anyhow::anyhow!("reason"))).unwrap_err();
        assert_eq!(format!("{error:#}"), "failed: bad: reason");
        assert_eq!(sections.finished.len(), 1);
    }
}
