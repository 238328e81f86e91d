//! What the system knows of a process: its CPU time and its memory. Linux only, as the figures are.

use std::fmt;
use std::fs;
use std::time::Duration;

use anyhow::{Context as _, Result};
use rustix::process::{Resource, getrlimit, setrlimit};
use rustix::time::{ClockId, clock_gettime};

/// Between two looks at whether a process rests.
const LOOK: Duration = Duration::from_millis(200);
/// Looks before it is taken as it is: events of a round of writing are carried on one after the other, over slow stores for
/// longer than the round was.
const LOOKS: u32 = 300;
/// Less CPU time than this between two looks is rest: timers tick.
const REST: Duration = Duration::from_millis(10);

/// Resident memory, MB.
#[derive(Debug, Clone, Copy)]
pub struct Memory {
    /// All of it, mapped files included.
    pub resident: f64,
    /// What no file stands behind.
    pub anonymous: f64,
}

impl fmt::Display for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.0} MB ({:.0} without files)", self.resident, self.anonymous)
    }
}

/// CPU time of a process, all threads, user and system.
pub fn cpu(pid: u32) -> Result<Duration> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).context("the process is gone")?;
    let ticks = ticks(&stat).context("/proc/<pid>/stat is not what it was")?;
    let per_second = rustix::param::clock_ticks_per_second();
    Ok(Duration::from_secs_f64(ticks as f64 / per_second as f64))
}

/// utime and stime: fields 14 and 15, counted behind the name, which may hold anything.
fn ticks(stat: &str) -> Option<u64> {
    let (_, behind_name) = stat.rsplit_once(')')?;
    let mut fields = behind_name.split_whitespace().skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some(user + system)
}

/// CPU time of this process.
pub fn own_cpu() -> Duration {
    let spent = clock_gettime(ClockId::ProcessCPUTime);
    let (seconds, nanos) = (u64::try_from(spent.tv_sec), u32::try_from(spent.tv_nsec));
    Duration::new(seconds.unwrap_or_default(), nanos.unwrap_or_default())
}

/// Memory of a process.
pub fn memory(pid: u32) -> Result<Memory> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).context("the process is gone")?;
    let megabytes = |name: &str| -> Option<f64> {
        let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
        let kib: f64 = line.split_whitespace().next()?.parse().ok()?;
        Some(kib * 1024.0 / 1e6)
    };
    let resident = megabytes("VmRSS").context("no VmRSS")?;
    Ok(Memory { resident, anonymous: megabytes("RssAnon").context("no RssAnon")? })
}

/// Waits until a process has done what its requests left behind.
pub async fn rest(pid: u32) -> Result<()> {
    let mut before = cpu(pid)?;
    for _ in 0..LOOKS {
        tokio::time::sleep(LOOK).await;
        let now = cpu(pid)?;
        if now - before <= REST {
            return Ok(());
        }
        before = now;
    }
    println!("  a server does not rest: what it still does is not counted");
    Ok(())
}

/// A thousand connections need as many descriptors, here and in what is started from here.
pub fn raise_descriptors() {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    // Where it cannot be raised, the run with many clients says so by its errors.
    let _ = setrlimit(Resource::Nofile, limit);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_strange_name_does_not_shift_the_fields() {
        let stat = "7 (a) b) S 1 7 7 0 -1 4194560 1 2 3 4 250 50 0 0 20 0 1 0 9";
        assert_eq!(ticks(stat), Some(300));
        assert_eq!(ticks("7 (x) S"), None);
    }

    #[test]
    fn work_costs_cpu_time() {
        let (before, own) = (cpu(std::process::id()).unwrap(), own_cpu());
        let mut sum = 0_u64;
        while own_cpu() - own < Duration::from_millis(60) {
            sum = std::hint::black_box(sum.wrapping_add(1));
        }
        assert!(cpu(std::process::id()).unwrap() - before >= Duration::from_millis(40));
        let Memory { resident, anonymous } = memory(std::process::id()).unwrap();
        assert!(resident >= anonymous && anonymous > 0.0);
    }
}
