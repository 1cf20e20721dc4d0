//! What a server of the bench owes the program that measures it: it is asked by lines of JSON on standard input, and
//! answers each with one line. And what every Rust server has in common.

use std::io::BufRead;

/// Certificate and key, PEM.
pub struct Tls {
    pub certificate: String,
    pub key: String,
}

/// Allows as many connections as the machine does.
fn raise_file_limit() {
    unsafe {
        let mut limit = std::mem::zeroed::<libc::rlimit>();
        libc::getrlimit(libc::RLIMIT_NOFILE, &mut limit);
        limit.rlim_cur = limit.rlim_max;
        libc::setrlimit(libc::RLIMIT_NOFILE, &limit);
    }
}

/// Answers lines until standard input ends. `start` binds and serves, and returns the ports: cleartext and TLS.
pub fn answer_requests(mut start: impl FnMut(Tls) -> (u16, u16)) {
    raise_file_limit();
    for line in std::io::stdin().lock().lines() {
        let request: serde_json::Value = serde_json::from_str(&line.expect("a line")).expect("JSON");
        let result = match request["do"].as_str() {
            Some("start") => {
                let text = |name: &str| request["settings"]["tls"][name].as_str().expect("PEM").to_owned();
                let (port, tls_port) = start(Tls { certificate: text("cert"), key: text("key") });
                serde_json::json!({ "ports": { "2": port, "2-tls": tls_port } })
            }
            Some("cpu") => cpu(),
            Some("memory") => memory(),
            other => panic!("unknown request: {other:?}"),
        };
        println!("{}", serde_json::json!({ "result": result }));
    }
    std::process::exit(0);
}

/// Microseconds of processor time that the process has used, all threads.
fn cpu() -> serde_json::Value {
    let usage = unsafe {
        let mut usage = std::mem::zeroed::<libc::rusage>();
        libc::getrusage(libc::RUSAGE_SELF, &mut usage);
        usage
    };
    let micros = |time: libc::timeval| time.tv_sec * 1_000_000 + time.tv_usec;
    serde_json::json!({ "user": micros(usage.ru_utime), "system": micros(usage.ru_stime) })
}

/// Resident memory. What of it an allocator holds back is not asked.
fn memory() -> serde_json::Value {
    let text = std::fs::read_to_string("/proc/self/statm").expect("Linux");
    let pages: u64 = text.split(' ').nth(1).and_then(|field| field.parse().ok()).expect("statm");
    let rss = pages * 4096;
    serde_json::json!({ "rss": rss, "rssAfter": rss })
}
