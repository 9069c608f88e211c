//! Opening files: only real ones, so that nothing waits for the other end of a pipe.

use std::io::{self, ErrorKind, Read};
use std::path::Path;

use cap_std::fs::{Dir, File, OpenOptions};
use crush_vm::{CallError, CancelToken};

use crate::grants::Root;
use crate::wait;

/// How much is read or written between two looks at whether the run is to stop.
pub(super) const CHUNK: usize = 1 << 18;

/// The text of a file of at most `limit` bytes.
pub(crate) fn read_text(
    root: &Root,
    path: &Path,
    limit: usize,
    cancel: &CancelToken,
) -> Result<Result<String, String>, CallError> {
    let mut file = match open(&root.dir, path) {
        Ok(file) => file,
        Err(error) => return Ok(Err(say(error))),
    };
    let mut bytes = Vec::new();
    loop {
        wait::go_on(cancel)?;
        match (&mut file).take(CHUNK as u64).read_to_end(&mut bytes) {
            Ok(0) => break,
            Ok(_) if bytes.len() > limit => {
                return Ok(Err(format!("it is larger than the memory quota of {limit} bytes")));
            }
            Ok(_) => {}
            Err(error) => return Ok(Err(say(error))),
        }
    }
    Ok(String::from_utf8(bytes).map_err(|_| "it is not UTF-8 text".into()))
}

/// Opens a file for reading.
pub(super) fn open(dir: &Dir, path: &Path) -> io::Result<File> {
    real(dir.open_with(path, OpenOptions::new().read(true).at_once())?)
}

/// Opens a file for writing, and makes it when it is not there. What it holds stays.
pub(super) fn open_for_writing(dir: &Dir, path: &Path) -> io::Result<File> {
    real(dir.open_with(path, OpenOptions::new().write(true).create(true).at_once())?)
}

/// The file, when it is one.
fn real(file: File) -> io::Result<File> {
    let found = file.metadata()?;
    match (found.is_file(), found.is_dir()) {
        (true, _) => Ok(file),
        (false, true) => Err(ErrorKind::IsADirectory.into()),
        (false, false) => Err(io::Error::other("it is not a file")),
    }
}

trait AtOnce {
    /// Opening does not wait for the other end of a pipe.
    fn at_once(&mut self) -> &mut Self;
}

impl AtOnce for OpenOptions {
    #[cfg(unix)]
    fn at_once(&mut self) -> &mut Self {
        use cap_std::fs::OpenOptionsExt as _;
        self.custom_flags(rustix::fs::OFlags::NONBLOCK.bits().cast_signed())
    }

    #[cfg(not(unix))]
    fn at_once(&mut self) -> &mut Self {
        self
    }
}

/// An error of the system, in words.
pub(crate) fn say(error: io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "there is no such file".to_owned(),
        ErrorKind::AlreadyExists => "it is already there".to_owned(),
        ErrorKind::IsADirectory => "it is a directory".to_owned(),
        ErrorKind::NotADirectory => "it is not a directory".to_owned(),
        // What `cap-std` says of a path that leads out.
        ErrorKind::PermissionDenied if error.raw_os_error().is_none() => {
            "it lies outside the granted directory".to_owned()
        }
        ErrorKind::PermissionDenied => "the system does not allow it".to_owned(),
        _ => error.to_string(),
    }
}
