//! Reads members of NumPy's `.npz` archives (zip, stored or deflated).

use std::io::Cursor;

use zip::ZipArchive;

use crate::error::{DataError, MAX_ARCHIVE_BYTES, MAX_LABEL_BYTES};
use crate::npy::{self, Dtype, NpyArray};

/// An opened archive.
pub struct Npz<'a> {
    archive: ZipArchive<Cursor<&'a [u8]>>,
    /// Bytes that may still be unpacked.
    left: u64,
}

impl<'a> Npz<'a> {
    /// Reads the directory of an archive.
    ///
    /// # Errors
    ///
    /// [`DataError::NotZip`] when the bytes are something else, [`DataError::Truncated`] when the
    /// directory at the end is missing or damaged.
    pub fn open(bytes: &'a [u8]) -> Result<Self, DataError> {
        if !bytes.starts_with(b"PK") {
            return Err(DataError::NotZip);
        }
        let archive = ZipArchive::new(Cursor::new(bytes)).map_err(|e| DataError::Truncated { why: e.to_string() })?;
        Ok(Self { archive, left: MAX_ARCHIVE_BYTES })
    }

    /// Names of the members, without `.npy`, at most 12 of them, for messages.
    pub fn names(&self) -> String {
        let mut names: Vec<String> =
            self.archive.file_names().flatten().map(|n| n.strip_suffix(".npy").unwrap_or(&n).to_owned()).take(12).collect();
        names.sort_unstable();
        if names.is_empty() { "nothing".into() } else { names.join(", ").chars().take(300).collect() }
    }

    /// Unpacks the array named `array`.
    ///
    /// # Errors
    ///
    /// A missing or damaged member, and all errors of [`npy::read`].
    pub fn array(&mut self, array: &str, allowed: &[Dtype], expected: &'static str) -> Result<NpyArray, DataError> {
        let found = self.names();
        let member = match self.archive.by_name(&format!("{array}.npy")) {
            Ok(member) => member,
            Err(zip::result::ZipError::FileNotFound) => {
                return Err(DataError::MissingArray { array: array.into(), found });
            }
            Err(error) => return Err(DataError::Unpack { array: array.into(), why: error.to_string() }),
        };
        let limit = if array.ends_with("_labels") { self.left.min(MAX_LABEL_BYTES) } else { self.left };
        if member.size() > limit {
            return Err(DataError::TooLarge { array: array.into(), bytes: member.size(), limit });
        }
        // The directory may understate the size: what counts is what was read.
        let read = npy::read(member, array, allowed, expected, limit)?;
        self.left -= read.bytes.iter().map(|page| page.len() as u64).sum::<u64>();
        Ok(read)
    }
}
