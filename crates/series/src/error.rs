use std::io;
use std::path::PathBuf;

#[derive(Debug, thiserror::Error)]
pub enum SeriesError {
    #[error("series: cannot {action} {}", path.display())]
    File {
        action: &'static str,
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("series: the disk of {} is full: {free_bytes} bytes free, {reserve_bytes} are kept in reserve", path.display())]
    DiskFull { path: PathBuf, free_bytes: u64, reserve_bytes: u64 },
    #[error("series: {} was written in format `{found}`, this build reads `{known}`", path.display())]
    UnknownFormat { path: PathBuf, found: String, known: &'static str },
    #[error("series: {} is open in another process", path.display())]
    Locked { path: PathBuf },
    #[error("series: cannot {action} in the chunk store")]
    Chunks {
        action: &'static str,
        #[source]
        source: Box<fjall::Error>,
    },
    #[error("series: the chunk store stopped after a failed write and is not open again yet")]
    ChunksStopped,
    #[error("series: chunk {window} of series {series} in `{resolution}` is damaged: {detail}")]
    DamagedChunk { resolution: &'static str, series: u64, window: u32, detail: String },
    #[error("series: {head_samples} samples wait to be written, the limit is {limit}")]
    Busy { head_samples: usize, limit: usize },
    #[error("series: {samples} samples in one call, the limit is {limit}")]
    TooMany { samples: usize, limit: usize },
    #[error("series: {series} series, the limit is {limit}")]
    TooManySeries { series: usize, limit: usize },
    #[error("series: `{metric}` is a counter: ask for its rate")]
    IsCounter { metric: &'static str },
    #[error("series: `{metric}` is a gauge: it has no rate")]
    IsGauge { metric: &'static str },
    #[error("series: cannot start the background thread")]
    Thread(#[source] io::Error),
}

impl SeriesError {
    /// Space, memory and a stopped chunk store come back; an unknown format, a damaged chunk or a wrong question do not.
    pub fn worth_retrying(&self) -> bool {
        match self {
            Self::File { .. } | Self::DiskFull { .. } | Self::Locked { .. } | Self::Chunks { .. } => true,
            Self::ChunksStopped | Self::Busy { .. } | Self::Thread(_) => true,
            Self::UnknownFormat { .. } | Self::DamagedChunk { .. } | Self::TooMany { .. } | Self::TooManySeries { .. } => false,
            Self::IsCounter { .. } | Self::IsGauge { .. } => false,
        }
    }
}

pub(crate) fn file(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> SeriesError {
    let path = path.into();
    move |source| SeriesError::File { action, path, source }
}

pub(crate) fn chunks(action: &'static str) -> impl FnOnce(fjall::Error) -> SeriesError {
    move |source| SeriesError::Chunks { action, source: Box::new(source) }
}
