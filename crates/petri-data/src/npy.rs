//! Reads the header of NumPy's `.npy` format, versions 1 to 3.
//!
//! Format: <https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html>. The header is a
//! Python dictionary; only its three fixed keys are read, nothing is evaluated.

use std::io::Read;

use crate::error::DataError;
use crate::pages::{PAGE_BYTES, Pages};

/// Longest header that is read, in bytes. NumPy writes less than 200.
const MAX_HEADER_BYTES: usize = 64 * 1024;
/// Most dimensions that an array may have.
const MAX_DIMENSIONS: usize = 8;

/// Element types that Petri reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dtype {
    /// `|u1`
    U8,
    /// `<i4`
    I32,
    /// `<i8`
    I64,
}

impl Dtype {
    /// Bytes of one element.
    pub fn size_bytes(self) -> u64 {
        match self {
            Self::U8 => 1,
            Self::I32 => 4,
            Self::I64 => 8,
        }
    }
}

/// An array: its shape and its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NpyArray {
    /// Element type.
    pub dtype: Dtype,
    /// Shape, outermost dimension first (C order).
    pub shape: Vec<usize>,
    /// Elements, little-endian; a sample is what the outermost dimension counts.
    pub bytes: Pages,
}

impl NpyArray {
    /// Elements as integers, in C order.
    pub fn integers(&self) -> Vec<i64> {
        match self.dtype {
            Dtype::U8 => self.bytes.iter().flatten().map(|&b| i64::from(b)).collect(),
            Dtype::I32 => {
                let chunks = self.bytes.iter().flat_map(|page| page.as_chunks::<4>().0);
                chunks.map(|c| i64::from(i32::from_le_bytes(*c))).collect()
            }
            Dtype::I64 => {
                let chunks = self.bytes.iter().flat_map(|page| page.as_chunks::<8>().0);
                chunks.map(|c| i64::from_le_bytes(*c)).collect()
            }
        }
    }
}

/// A shape as Python prints it.
pub fn shape_text(shape: &[usize]) -> String {
    match shape {
        [one] => format!("({one},)"),
        many => format!("({})", many.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")),
    }
}

/// Reads an array named `array` whose element type is one of `allowed` and which has at most `limit` bytes.
///
/// # Errors
///
/// Header, element type, order, size and length, each with the name of the array.
pub fn read(
    mut reader: impl Read,
    array: &str,
    allowed: &[Dtype],
    expected: &'static str,
    limit: u64,
) -> Result<NpyArray, DataError> {
    let header = read_header(&mut reader, array)?;
    let dict = Dict::parse(&header).map_err(|why| DataError::NpyHeader { array: array.into(), why })?;
    let dtype = match dict.descr.as_str() {
        "|u1" | "<u1" | "u1" => Some(Dtype::U8),
        "<i4" => Some(Dtype::I32),
        "<i8" => Some(Dtype::I64),
        _ => None,
    };
    let Some(dtype) = dtype.filter(|d| allowed.contains(d)) else {
        return Err(DataError::Dtype { array: array.into(), found: dict.descr, expected });
    };
    if dict.fortran_order {
        return Err(DataError::FortranOrder { array: array.into() });
    }
    let size = dict.shape.iter().try_fold(dtype.size_bytes(), |n, &side| n.checked_mul(side as u64)).unwrap_or(u64::MAX);
    if size > limit {
        return Err(DataError::TooLarge { array: array.into(), bytes: size, limit });
    }
    let unpack = |e: std::io::Error| DataError::Unpack { array: array.into(), why: e.to_string() };
    let n_samples = dict.shape.first().map_or(1, |&n| n as u64).max(1);
    // Not above `limit`, which a browser's `usize` can hold.
    let mut bytes = Pages::new((size / n_samples) as usize);
    let mut found = 0;
    while found < size {
        // Page by page: the header may promise more than the file holds.
        let wanted = (size - found).min(bytes.page_len() as u64);
        let mut page = Vec::with_capacity((wanted as usize).min(PAGE_BYTES));
        reader.by_ref().take(wanted).read_to_end(&mut page).map_err(unpack)?;
        found += page.len() as u64;
        let is_short = (page.len() as u64) < wanted;
        bytes.push(page);
        if is_short {
            return Err(DataError::Length { array: array.into(), expected: size, found: found.to_string() });
        }
    }
    // Reading to the end also makes the archive check the checksum of the member.
    if reader.read(&mut [0]).map_err(unpack)? != 0 {
        return Err(DataError::Length { array: array.into(), expected: size, found: "more".into() });
    }
    Ok(NpyArray { dtype, shape: dict.shape, bytes })
}

fn read_header(reader: &mut impl Read, array: &str) -> Result<String, DataError> {
    let fail = |why: &str| DataError::NpyHeader { array: array.into(), why: why.into() };
    let mut exact = |n: usize| {
        let mut bytes = vec![0; n];
        reader.read_exact(&mut bytes).map(|()| bytes).map_err(|e| match e.kind() {
            std::io::ErrorKind::UnexpectedEof => fail("it ends within its header"),
            _ => DataError::Unpack { array: array.into(), why: e.to_string() },
        })
    };
    let start = exact(8)?;
    if &start[..6] != b"\x93NUMPY" {
        return Err(fail("it does not begin with \\x93NUMPY"));
    }
    let length = match start[6] {
        1 => {
            let b = exact(2)?;
            usize::from(u16::from_le_bytes([b[0], b[1]]))
        }
        2 | 3 => {
            let b = exact(4)?;
            u32::from_le_bytes([b[0], b[1], b[2], b[3]]) as usize
        }
        other => return Err(fail(&format!("version {other} of the format is unknown"))),
    };
    if length > MAX_HEADER_BYTES {
        return Err(fail("its header is too long"));
    }
    // Versions 1 and 2 are Latin-1, version 3 is UTF-8; the keys that matter are ASCII in both.
    Ok(String::from_utf8_lossy(&exact(length)?).into_owned())
}

/// The three keys of the header.
struct Dict {
    descr: String,
    fortran_order: bool,
    shape: Vec<usize>,
}

impl Dict {
    fn parse(header: &str) -> Result<Self, String> {
        let text = header.trim();
        let inner = text.strip_prefix('{').and_then(|t| t.strip_suffix('}')).ok_or("its header is no dictionary")?;
        let after = |key: &str| {
            [format!("'{key}'"), format!("\"{key}\"")]
                .iter()
                .find_map(|quoted| inner.split_once(quoted.as_str()))
                .and_then(|(_, rest)| rest.trim_start().strip_prefix(':'))
                .map(str::trim_start)
                .ok_or_else(|| format!("its header has no \"{key}\""))
        };
        let descr = after("descr")?;
        let quote = descr.chars().next().filter(|c| matches!(c, '\'' | '"'));
        let descr = match quote.and_then(|q| descr[1..].split_once(q)) {
            Some((name, _)) => name.chars().take(20).collect(),
            // Structured arrays have a list here.
            None => "a structured type".to_owned(),
        };
        let order = after("fortran_order")?;
        let fortran_order = match (order.starts_with("True"), order.starts_with("False")) {
            (true, _) => true,
            (_, true) => false,
            _ => return Err("its fortran_order is neither True nor False".into()),
        };
        let shape = after("shape")?;
        let (inside, _) = shape.strip_prefix('(').and_then(|s| s.split_once(')')).ok_or("its shape is no tuple")?;
        let shape = inside
            .split(',')
            .map(str::trim)
            .filter(|s| !s.is_empty())
            .map(|s| {
                s.trim_end_matches('L')
                    .parse()
                    .ok()
                    .ok_or_else(|| format!("its shape holds \"{}\"", s.chars().take(20).collect::<String>()))
            })
            .collect::<Result<Vec<usize>, String>>()?;
        if shape.len() > MAX_DIMENSIONS {
            return Err(format!("it has {} dimensions", shape.len()));
        }
        Ok(Self { descr, fortran_order, shape })
    }
}

/// Writes an array in version 1 of the format, for tests and for files that Petri makes.
pub fn write(dtype: &str, shape: &[usize], bytes: &[u8]) -> Vec<u8> {
    let dict = format!("{{'descr': '{dtype}', 'fortran_order': False, 'shape': {}, }}", shape_text(shape));
    let pad = (64 - (10 + dict.len() + 1) % 64) % 64;
    let header = format!("{dict}{}\n", " ".repeat(pad));
    let mut out = b"\x93NUMPY\x01\x00".to_vec();
    out.extend((header.len() as u16).to_le_bytes());
    out.extend(header.as_bytes());
    out.extend(bytes);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_u8(bytes: &[u8]) -> Result<NpyArray, DataError> {
        read(bytes, "a", &[Dtype::U8], "uint8", 1 << 30)
    }

    #[test]
    fn versions_one_to_three_are_read() {
        let v1 = write("|u1", &[2, 3], &[1, 2, 3, 4, 5, 6]);
        for version in [2u8, 3] {
            let header = &v1[10..v1.len() - 6];
            let mut bytes = b"\x93NUMPY".to_vec();
            bytes.extend([version, 0]);
            bytes.extend((header.len() as u32).to_le_bytes());
            bytes.extend(header);
            bytes.extend([1, 2, 3, 4, 5, 6]);
            assert_eq!(read_u8(&bytes), read_u8(&v1));
        }
        assert_eq!(read_u8(&v1).expect("valid").shape, [2, 3]);
    }

    #[test]
    fn large_arrays_come_in_pages() {
        let values: Vec<u8> = (0..1500 * 64 * 64).map(|i| (i % 253) as u8).collect();
        let array = read_u8(&write("|u1", &[1500, 64, 64], &values)).expect("valid");
        assert_eq!(array.bytes.iter().count(), 2);
        assert!(array.bytes.iter().all(|page| page.len() <= PAGE_BYTES));
        assert_eq!(array.bytes.iter().flatten().copied().collect::<Vec<u8>>(), values);
        let labels: Vec<u8> = (0..600_000i64).flat_map(i64::to_le_bytes).collect();
        let labels = read(&write("<i8", &[600_000, 1], &labels)[..], "a", &[Dtype::I64], "int64", 1 << 30).expect("valid");
        assert!(labels.integers().into_iter().eq(0..600_000), "no number is cut by a page");
    }

    #[test]
    fn integers_of_all_sizes() {
        let i64s: Vec<u8> = [-1i64, 5].iter().flat_map(|v| v.to_le_bytes()).collect();
        let array = read(&write("<i8", &[2], &i64s)[..], "a", &[Dtype::I64], "int64", 1 << 30).expect("valid");
        assert_eq!(array.integers(), [-1, 5]);
    }

    #[test]
    fn errors_say_what_is_wrong() {
        assert!(matches!(read_u8(b"hello"), Err(DataError::NpyHeader { .. })));
        assert!(matches!(read_u8(&write("<f4", &[1], &[0; 4])), Err(DataError::Dtype { .. })));
        assert!(matches!(read_u8(&write("|u1", &[4], &[0; 3])), Err(DataError::Length { .. })));
        assert!(matches!(read_u8(&write("|u1", &[2], &[0; 3])), Err(DataError::Length { .. })));
        assert!(matches!(read_u8(&write("|u1", &[1 << 40], &[])), Err(DataError::TooLarge { .. })));
        assert!(matches!(read_u8(&write("|u1", &[usize::MAX, usize::MAX], &[])), Err(DataError::TooLarge { .. })));
        let fortran = String::from_utf8_lossy(&write("|u1", &[0], &[])).replace("False", "True ");
        let fortran: Vec<u8> = fortran.replace('\u{fffd}', "").into_bytes();
        assert!(matches!(read_u8(&[&[0x93], &fortran[..]].concat()), Err(DataError::FortranOrder { .. })));
    }
}
