//! Opening and decompressing files, never more in memory than asked for.

use std::{
    fs::File,
    io::{BufRead, BufReader, Read},
    path::Path,
};

use encoding_rs_io::DecodeReaderBytes;

use super::{Compression, Input, error::ReadError};

/// The decompressed bytes of an input, at most `limit`.
///
/// # Errors
/// If it cannot be opened or read, or is larger.
pub fn whole(input: &Input, limit: usize) -> Result<Vec<u8>, ReadError> {
    let mut bytes = Vec::new();
    stream(&input.path, input.compression)?
        .take((limit as u64).saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(ReadError::Read)?;
    if bytes.len() > limit { Err(ReadError::TooLarge(limit)) } else { Ok(bytes) }
}

/// The decompressed bytes of an input of records. UTF-16 with a byte order mark comes as UTF-8, since such a file
/// cannot be cut into lines of bytes; all else comes as it is.
///
/// # Errors
/// If it cannot be opened.
pub fn records(input: &Input) -> Result<Box<dyn BufRead + Send>, ReadError> {
    let stream = stream(&input.path, input.compression)?;
    Ok(Box::new(BufReader::with_capacity(64 << 10, DecodeReaderBytes::new(stream))))
}

/// The start of a file, undecompressed.
///
/// # Errors
/// If it cannot be opened or read.
pub fn start(path: &Path) -> Result<Vec<u8>, ReadError> {
    let mut bytes = Vec::new();
    stream(path, Compression::None)?.take(8 << 10).read_to_end(&mut bytes).map_err(ReadError::Read)?;
    Ok(bytes)
}

fn stream(path: &Path, compression: Compression) -> Result<Box<dyn Read + Send>, ReadError> {
    let file = File::open(path).map_err(ReadError::Open)?;
    Ok(match compression {
        Compression::None => Box::new(file),
        Compression::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(BufReader::new(file))),
        Compression::Zstd => Box::new(zstd::Decoder::new(file).map_err(ReadError::Open)?),
    })
}
