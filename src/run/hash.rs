//! Names for contents.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

use sha2::{Digest, Sha256};

use crate::article::Article;

/// The SHA-256 of some bytes, in hexadecimal.
pub(super) fn of_bytes(bytes: &[u8]) -> String {
    hex(Sha256::new_with_prefix(bytes))
}

/// The size and the SHA-256 of a file's bytes, and how many of them are line feeds.
pub(super) fn of_file(path: &Path) -> io::Result<(u64, String, u64)> {
    let (mut file, mut hash, mut bytes, mut lines) = (File::open(path)?, Sha256::new(), 0, 0);
    let mut buffer = vec![0; 256 << 10];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok((bytes, hex(hash), lines)),
            read => {
                bytes += read as u64;
                lines += buffer[..read].iter().filter(|&&byte| byte == b'\n').count() as u64;
                hash.update(&buffer[..read]);
            }
        }
    }
}

/// The SHA-256 of everything in an article that the results depend on.
pub(super) fn of_article(article: &Article) -> String {
    let mut hash = Sha256::new();
    // Each part with its length in front, so that no two articles read the same.
    for part in [Some(&article.text), Some(&article.id), article.title.as_ref(), article.published.as_ref()] {
        hash.update(part.map_or(u64::MAX, |part| part.len() as u64).to_le_bytes());
        hash.update(part.map_or("", String::as_str));
    }
    hex(hash)
}

/// A number for an article's id: the first 8 bytes of its SHA-256, the highest first.
pub(super) fn of_id(id: &str) -> u64 {
    Sha256::digest(id)[..8].iter().fold(0, |number, &byte| number << 8 | u64::from(byte))
}

fn hex(hash: Sha256) -> String {
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
