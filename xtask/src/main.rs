//! `cargo xtask …`: everything that one does with this repository, with nothing to install first but stable
//! Rust. Each command sets up what it needs and is missing, and says so.

mod bench;
mod bundle;
mod ci;
mod debian;
mod debian_toolchain;
mod example;
mod fuzz;
mod npm;
mod page;
mod process;
mod section;
mod serve;
mod test;
mod tool;
mod toolchain;
mod wasm;
mod workspace;

use std::process::ExitCode;

use anyhow::{Context, Result, bail, ensure};

use section::Sections;
use test::Suite;

const HELP: &str = "\
cargo xtask COMMAND: builds, serves and tests Flowglass. Each command sets up what it needs and is missing.

  serve [--port N] [--base /PATH/] [--no-build]
                      build the release page and serve it on http://127.0.0.1:8080
  dist                build the release page: one file, dist/index.html
  test [native|wasm|browser|trunk|all] [-- ARGUMENT…]
                      run the tests; arguments go to the test runner
  ci                  formatting, lints and all tests, as CI runs them
  sample [ARGUMENT…]  write a generated flow log (--rows N, --seed S, --out FILE)
  bench [OPTION…]     measure the page and the engine beside their peers (--help; docs/performance.md)
  bench diagnose [--events N] [--seeds N]
                      how often verdicts are right, on simulated networks (docs/diagnosis.md)
  fuzz [TARGET] [--minutes N]
                      look for files that break a parser (fuzz/README.md)
  bundle --trunk      the step that Trunk calls to make the one file
";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let mut words = std::env::args_os().skip(1);
    let command = words.next().unwrap_or_default();
    if command == test::WASM_TEST_RUNNER {
        return test::wasm_test_runner(words.collect());
    }
    let words: Vec<String> = words
        .map(|word| word.into_string().map_err(|word| anyhow::anyhow!("not UTF-8: {}", word.display())))
        .collect::<Result<_>>()?;
    match command.to_str().unwrap_or_default() {
        "serve" => serve(words),
        "dist" => {
            expect_no_more(&words)?;
            page::dist().map(|_| ())
        }
        "test" => test(&words),
        "ci" => {
            expect_no_more(&words)?;
            ci::run()
        }
        "sample" => example::sample(&words),
        "bench" => bench::run(&words),
        "fuzz" => fuzz::run(&words),
        "bundle" if words == ["--trunk"] => page::bundle_for_trunk(),
        "" | "help" | "--help" | "-h" => {
            print!("{HELP}");
            Ok(())
        }
        unknown => bail!("there is no command `{unknown}`\n\n{HELP}"),
    }
}

fn serve(words: Vec<String>) -> Result<()> {
    let mut options = pico_args::Arguments::from_vec(words.into_iter().map(Into::into).collect());
    let port = options.opt_value_from_str("--port").context("--port takes a number up to 65535")?;
    let base: Option<String> = options.opt_value_from_str("--base")?;
    let no_build = options.contains("--no-build");
    let rest: Vec<String> = options.finish().into_iter().map(|word| word.display().to_string()).collect();
    expect_no_more(&rest)?;

    let folder = workspace::dist();
    if no_build {
        ensure!(folder.join("index.html").is_file(), "there is no page in dist/ yet; leave --no-build out");
    } else {
        page::dist()?;
    }
    serve::serve(
        &folder,
        &serve::Base::new(base.as_deref().unwrap_or("/")),
        port.unwrap_or(serve::DEFAULT_PORT),
    )
}

fn test(words: &[String]) -> Result<()> {
    let (words, extra) = match words.iter().position(|word| word == "--") {
        Some(at) => (&words[..at], &words[at + 1..]),
        None => (words, &[][..]),
    };
    let suites = match words {
        [] => Suite::ALL.to_vec(),
        [name] if name == "all" => Suite::ALL.to_vec(),
        [name] => vec![
            Suite::from_name(name).with_context(|| format!("there is no test suite `{name}`\n\n{HELP}"))?,
        ],
        [_, second, ..] => bail!("one test suite at a time, or none for all; `{second}` is one too many"),
    };
    ensure!(
        suites.len() == 1 || extra.is_empty(),
        "arguments after -- go to one test runner: name the suite"
    );

    let mut sections = Sections::default();
    test::run(&mut sections, &suites, extra)?;
    sections.print_summary();
    Ok(())
}

fn expect_no_more(words: &[String]) -> Result<()> {
    ensure!(words.is_empty(), "`{}` means nothing here\n\n{HELP}", words.join(" "));
    Ok(())
}
