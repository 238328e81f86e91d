//! Running other programs: says what runs and fails with one sentence. Never hides a program's words.

use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use anyhow::{Context, Result, bail};

/// Runs with the terminal's own input and output.
///
/// # Errors
/// When the program cannot be started or ends with a failure.
pub fn run(command: &mut Command) -> Result<()> {
    let line = line(command);
    println!("   $ {line}");
    let status = command.status().with_context(|| format!("`{line}` could not be started"))?;
    if !status.success() {
        bail!("`{line}` failed ({status})");
    }
    Ok(())
}

/// Runs and answers what the program printed; its complaints stay visible.
///
/// # Errors
/// As [`run`], and when the output is no UTF-8.
pub fn capture(command: &mut Command) -> Result<String> {
    let line = line(command);
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("`{line}` could not be started"))?;
    if !output.status.success() {
        bail!("`{line}` failed ({})", output.status);
    }
    String::from_utf8(output.stdout).with_context(|| format!("`{line}` printed no UTF-8"))
}

/// Runs for at most `limit`, then ends the program and fails.
///
/// # Errors
/// As [`run`], and when the time is over.
pub fn run_within(command: &mut Command, limit: Duration) -> Result<()> {
    let line = line(command);
    println!("   $ {line}");
    let mut child = command
        .stdin(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("`{line}` could not be started"))?;
    let mut words = child.stderr.take().context("no pipe to the program")?;
    let (ended, end) = mpsc::channel();
    std::thread::spawn(move || {
        let mut said = String::new();
        // Words that are no text are not worth a failure of their own.
        let _ = words.read_to_string(&mut said);
        let _ = ended.send(said);
    });
    let Ok(said) = end.recv_timeout(limit) else {
        child.kill().and_then(|()| child.wait()).context("the program does not end")?;
        bail!("`{line}` did not end within {} s", limit.as_secs());
    };
    let status = child.wait()?;
    if !status.success() {
        bail!("`{line}` failed ({status}): {}", said.lines().last().unwrap_or_default());
    }
    Ok(())
}

/// Whether a program of that name stands in one of PATH's folders.
pub fn on_path(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

/// The command as one would type it, the program without its folder.
pub fn line(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or_default();
    std::iter::once(program)
        .chain(command.get_args())
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_names_the_command() {
        let error = run(Command::new("sh").args(["-c", "exit 3"])).unwrap_err().to_string();
        assert!(error.contains("sh -c exit 3") && error.contains('3'), "{error}");
    }

    #[test]
    fn a_program_past_its_time_is_ended() {
        let error = run_within(Command::new("sleep").arg("600"), Duration::from_millis(50)).unwrap_err();
        assert!(error.to_string().contains("did not end"), "{error}");
    }

    #[test]
    fn a_program_in_time_may_fail_with_its_last_words() {
        let mut command = Command::new("sh");
        command.args(["-c", "echo first >&2; echo offline >&2; exit 1"]);
        let error = run_within(&mut command, Duration::from_secs(60)).unwrap_err().to_string();
        assert!(error.ends_with("offline"), "{error}");
    }

    #[test]
    fn output_is_captured() {
        assert_eq!(capture(Command::new("echo").arg("yes")).unwrap(), "yes\n");
        assert!(capture(&mut Command::new("no-such-program-here")).is_err());
    }
}
