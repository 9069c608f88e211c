//! How long each request takes while somebody types and a program runs: an edit is sent, and the request right behind it.
//!
//! All servers have the program open at the same time and are asked in turn, so that whatever else the machine does happens
//! to all of them; that includes the program, which ours runs without a pause.

mod asked;
mod report;
mod typist;
mod workspace;

use std::time::Duration;

use asked::REQUESTS;
use report::Report;
use typist::{Opened, Typist};

use super::edits;
use super::program;
use super::servers::{Server, Servers};

/// The first rounds, which fill caches and are not counted.
const WARM_UP: usize = 3;

/// How long one server is asked at one size: ours, and each peer. One that is slow gets fewer rounds.
const LIMITS: [Duration; 2] = [Duration::from_secs(60), Duration::from_secs(20)];

/// What to measure.
pub(crate) struct Sizes<'a> {
    /// Lines of programs that are alone.
    pub(crate) lines: &'a [usize],
    /// How many files a workspace has; none is measured when it is 0.
    pub(crate) files: usize,
    /// How often each request is sent.
    pub(crate) rounds: usize,
}

/// Measures all requests, for programs of so many lines and in a workspace of so many files; prints the tables and gives them, with
/// what was not answered as it has to be.
pub(crate) fn measure(servers: &Servers, sizes: &Sizes<'_>) -> anyhow::Result<(String, Vec<String>)> {
    // A peer that takes whole texts only is measured with edits alone.
    let asked: Vec<&Server> = servers.servers.iter().filter(|server| !server.wants_whole_text).collect();
    let (mut report, mut complaints) = (Report::new(&servers.notes), Vec::new());
    let mut complain = |what: String, measured: &[Measured]| {
        let theirs = measured.iter().flat_map(|measured| &measured.complaints);
        complaints.extend(theirs.map(|complaint| format!("{what}: {complaint}")));
    };
    for &lines in sizes.lines {
        eprintln!("requests at {lines} lines …");
        let opened: Vec<_> = asked
            .iter()
            .map(|server| Opened::alone(server, &program::generate(server.dialect, lines)))
            .collect::<anyhow::Result<_>>()?;
        let measured = take_turns(opened, sizes.rounds);
        complain(format!("{lines} lines"), &measured);
        report.add_lines(lines, measured);
        report.print();
    }
    if sizes.files > 0 {
        eprintln!("a workspace of {} files …", sizes.files);
        let folders = workspace::Folders::write(sizes.files)?;
        let opened: Vec<_> = asked.iter().map(|server| folders.open(server)).collect::<anyhow::Result<_>>()?;
        let (opened, openings) = opened.into_iter().unzip();
        let measured = take_turns(opened, sizes.rounds);
        complain(format!("{} files", sizes.files), &measured);
        report.add_files(sizes.files, measured, openings);
    }
    Ok((report.text(), complaints))
}

/// What was measured of one server.
pub(crate) struct Measured {
    pub(crate) name: String,
    /// For each of [`REQUESTS`] what its answers took; nothing where the server does not know it.
    pub(crate) answers: Vec<Vec<Answer>>,
    /// Which requests ours did not answer as it has to.
    pub(crate) complaints: Vec<String>,
    /// The most memory that it held, in bytes, and what it held after all was closed.
    pub(crate) memory: [Option<u64>; 2],
    /// How much of the time its program ran.
    pub(crate) ran: f64,
}

/// One answer.
#[derive(Clone, Copy)]
pub(crate) struct Answer {
    /// From the edit to the answer.
    pub(crate) took: Duration,
    /// The processor time of the server meanwhile, without that of the program that it runs.
    pub(crate) processor: Duration,
}

/// Each server in turn is sent an edit with a request, until all have been sent often enough.
fn take_turns(opened: Vec<Opened<'_>>, rounds: usize) -> Vec<Measured> {
    let count = (rounds + WARM_UP) * REQUESTS.len();
    let mut typists = Vec::new();
    for opened in opened {
        let limit = LIMITS[usize::from(!is_ours(opened.server))];
        let edits = edits::typed(&opened.text.to_string(), count);
        typists.push((Typist::new(opened, edits), limit));
    }
    let mut rng = fastrand::Rng::with_seed(7);
    let mut order: Vec<usize> = (0..REQUESTS.len()).collect();
    for round in 0..rounds + WARM_UP {
        // Each request comes behind whole texts and behind broken ones.
        rng.shuffle(&mut order);
        for &request in &order {
            for (typist, limit) in &mut typists {
                if typist.spent < *limit {
                    typist.ask(request, round >= WARM_UP);
                }
            }
        }
    }
    typists.into_iter().map(|(typist, _)| typist.close()).collect()
}

/// Whether a server is ours.
fn is_ours(server: &Server) -> bool {
    server.dialect == program::Dialect::Crush
}
