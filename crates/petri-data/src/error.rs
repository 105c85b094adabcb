//! What can be wrong with a data file: each error says where and what was expected.

use petri_protocol::Split;

/// Most bytes that all members of an archive may unpack to (1.5 GiB): the worker has 4 GiB at best, for the file too.
pub const MAX_ARCHIVE_BYTES: u64 = 3 << 29;
/// Most bytes of labels: they are widened on their way (64 MiB).
pub const MAX_LABEL_BYTES: u64 = 1 << 26;

/// Why a file could not be read as a data set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each field is named in the message of its variant")]
pub enum DataError {
    /// The bytes do not begin like a zip archive.
    #[error("this is not a .npz file: it does not begin like a zip archive")]
    NotZip,
    /// The archive has no readable directory at its end.
    #[error("the file is incomplete: the directory at the end of the archive is missing or damaged ({why})")]
    Truncated { why: String },
    /// A required array is not in the archive.
    #[error("{array}.npy is missing: a MedMNIST file has train, val and test images and labels (found: {found})")]
    MissingArray { array: String, found: String },
    /// A member cannot be unpacked.
    #[error("{array}.npy cannot be unpacked: {why}")]
    Unpack { array: String, why: String },
    /// A member is not a NumPy array.
    #[error("{array}.npy is not a NumPy array: {why}")]
    NpyHeader { array: String, why: String },
    /// The element type does not fit.
    #[error("{array}.npy: element type {found}, expected {expected}")]
    Dtype { array: String, found: String, expected: &'static str },
    /// The array is stored column by column.
    #[error("{array}.npy is stored in Fortran order, expected C order (save it with numpy.ascontiguousarray)")]
    FortranOrder { array: String },
    /// The shape does not fit.
    #[error("{array}.npy: shape {found}, expected {expected}")]
    Shape { array: String, found: String, expected: String },
    /// More or fewer bytes than the shape says.
    #[error("{array}.npy: its shape needs {expected} bytes of data, the file holds {found}")]
    Length { array: String, expected: u64, found: String },
    /// A part has as many images as labels, or it is broken.
    #[error("{} split: {images} images but {labels} labels", split.title())]
    CountMismatch { split: Split, images: usize, labels: usize },
    /// A label that belongs to no class.
    #[error("{array}.npy, row {row}: label {label} is outside the {n_classes} classes (0 to {})", n_classes.saturating_sub(1))]
    LabelOutside { array: String, row: usize, label: i64, n_classes: usize },
    /// A part without samples.
    #[error("the {} split is empty", split.title())]
    EmptySplit { split: Split },
    /// Too large to be unpacked in a browser.
    #[error("{array}.npy unpacks to {} MB, more than the {} MB that a browser has left for it", bytes / 1_000_000, limit / 1_000_000)]
    TooLarge { array: String, bytes: u64, limit: u64 },
}
