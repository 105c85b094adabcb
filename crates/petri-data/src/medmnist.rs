//! Reads a data set in MedMNIST's file layout: `{train,val,test}_{images,labels}` in one `.npz`.

use md5::{Digest, Md5};
use petri_protocol::{DataInfo, FileRef, Split, SplitSizes, Task, TensorShape};

use crate::dataset::{Dataset, Part};
use crate::error::DataError;
use crate::npy::{Dtype, NpyArray, shape_text};
use crate::npz::Npz;
use crate::pages::Pages;
use crate::registry::{self, RegistryEntry};
use crate::values::{Targets, Values};

/// Most classes of a file that is in no registry.
const MAX_CLASSES: usize = 256;

/// Name of a split in MedMNIST's files.
fn prefix(split: Split) -> &'static str {
    match split {
        Split::Train => "train",
        Split::Validation => "val",
        Split::Test => "test",
    }
}

/// The MD5 sum of a file, by which links recognise it.
pub fn fingerprint(bytes: &[u8]) -> String {
    Md5::digest(bytes).iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

/// Reads a file.
///
/// # Errors
///
/// Everything that can be wrong with it, see [`DataError`]. Nothing is kept of a bad file.
pub fn read(name: &str, bytes: &[u8]) -> Result<(FileRef, Dataset), DataError> {
    let mut npz = Npz::open(bytes)?;
    let known = registry::by_file_name(name);
    let mut images = Vec::new();
    let mut labels = Vec::new();
    for split in Split::ALL {
        let array = format!("{}_images", prefix(split));
        images.push(npz.array(&array, &[Dtype::U8], "uint8 (|u1)")?);
        let array = format!("{}_labels", prefix(split));
        labels.push(npz.array(&array, &[Dtype::U8, Dtype::I32, Dtype::I64], "uint8 (|u1) or int64 (<i8)")?);
    }
    let input = image_shape(&images)?;
    let width = label_width(&labels)?;
    for ((split, images), labels) in Split::ALL.into_iter().zip(&images).zip(&labels) {
        let (n_images, n_labels) = (images.shape[0], labels.shape[0]);
        if n_images != n_labels {
            return Err(DataError::CountMismatch { split, images: n_images, labels: n_labels });
        }
        if n_images == 0 {
            return Err(DataError::EmptySplit { split });
        }
    }
    let multi_label = width > 1;
    let known =
        known.filter(|(_, entry)| entry.is_multi_label() == multi_label && (!multi_label || entry.classes.len() == width));
    let classes = class_names(&labels[0], width, known.map(|(_, entry)| entry));
    let mut parts = Vec::new();
    for ((split, images), labels) in Split::ALL.into_iter().zip(images).zip(labels) {
        let targets = targets(&labels, split, classes.len(), multi_label)?;
        parts.push(Part { n: images.shape[0], inputs: Values::Pages(channels_first(images, input)), targets });
    }
    let fingerprint = fingerprint(bytes);
    let [train, validation, test]: [Part; 3] = match parts.try_into() {
        Ok(parts) => parts,
        Err(_) => unreachable!("one part was pushed for each of the three splits"),
    };
    let info = DataInfo {
        title: known.map_or_else(|| name.to_owned(), |(id, _)| id.to_owned()),
        source: known.map_or(String::new(), |(_, entry)| format!("{}; {}", registry::source(), entry.license)),
        input,
        task: if multi_label { Task::MultiLabel } else { Task::MultiClass },
        classes,
        features: vec![],
        target: String::new(),
        sizes: SplitSizes::default(),
        class_counts: vec![],
        notes: notes(&fingerprint, known.map(|(_, entry)| entry)),
    };
    let file = FileRef { name: name.chars().take(200).collect(), fingerprint };
    Ok((file, Dataset::new(info, [train, validation, test])))
}

fn notes(fingerprint: &str, known: Option<&RegistryEntry>) -> Vec<String> {
    match known {
        Some(entry) if entry.md5 == fingerprint || entry.md5_64 == fingerprint => {
            vec!["This is the published file (its checksum matches).".into()]
        }
        Some(_) => {
            vec!["Its checksum differs from the published file: its numbers cannot be compared with published ones.".into()]
        }
        None => vec!["Not one of MedMNIST's sets: classes are named by their numbers.".into()],
    }
}

/// Shape of an image, the same in all three parts.
fn image_shape(images: &[NpyArray]) -> Result<TensorShape, DataError> {
    let mut first = None;
    for (split, array) in Split::ALL.into_iter().zip(images) {
        let shape = match array.shape[..] {
            [_, h, w] if h > 0 && w > 0 => TensorShape::image(1, h, w),
            [_, h, w, 3] if h > 0 && w > 0 => TensorShape::image(3, h, w),
            _ => {
                return Err(DataError::Shape {
                    array: format!("{}_images", prefix(split)),
                    found: shape_text(&array.shape),
                    expected: "(n, height, width) or (n, height, width, 3)".into(),
                });
            }
        };
        let first = *first.get_or_insert(shape);
        if shape != first {
            return Err(DataError::Shape {
                array: format!("{}_images", prefix(split)),
                found: shape_text(&array.shape),
                expected: format!("images of {first} (channels×height×width) as in train_images"),
            });
        }
    }
    // The caller passes three arrays.
    Ok(first.unwrap_or(TensorShape::Features(0)))
}

/// Number of labels of a sample, the same in all three parts.
fn label_width(labels: &[NpyArray]) -> Result<usize, DataError> {
    let mut first = None;
    for (split, array) in Split::ALL.into_iter().zip(labels) {
        let width = match array.shape[..] {
            [_] => 1,
            [_, k] if (1..=MAX_CLASSES).contains(&k) => k,
            _ => 0,
        };
        let first = *first.get_or_insert(width);
        if width == 0 || width != first {
            return Err(DataError::Shape {
                array: format!("{}_labels", prefix(split)),
                found: shape_text(&array.shape),
                expected: if first == 0 || width == 0 {
                    "(n, 1) or (n, k)".into()
                } else {
                    format!("(n, {first}) as in train_labels")
                },
            });
        }
    }
    Ok(first.unwrap_or(1))
}

/// Names from the registry, or numbers up to the largest training label.
fn class_names(train: &NpyArray, width: usize, known: Option<&RegistryEntry>) -> Vec<String> {
    match known {
        Some(entry) => entry.classes.clone(),
        None if width > 1 => (0..width).map(|i| format!("label {i}")).collect(),
        None => {
            let largest = train.integers().into_iter().max().unwrap_or(0).clamp(1, MAX_CLASSES as i64 - 1);
            (0..=largest).map(|i| format!("class {i}")).collect()
        }
    }
}

fn targets(labels: &NpyArray, split: Split, n_classes: usize, multi_label: bool) -> Result<Targets, DataError> {
    let limit = if multi_label { 2 } else { n_classes };
    let values = labels.integers();
    if let Some(i) = values.iter().position(|&v| v < 0 || v >= limit as i64) {
        return Err(DataError::LabelOutside {
            array: format!("{}_labels", prefix(split)),
            row: i / if multi_label { n_classes } else { 1 },
            label: values[i],
            n_classes: limit,
        });
    }
    Ok(if multi_label {
        Targets::Labels(values.into_iter().map(|v| v as u8).collect())
    } else {
        Targets::Classes(values.into_iter().map(|v| v as u16).collect())
    })
}

/// From `(n, height, width, 3)` to channel by channel, in place; grey images stay as they are.
fn channels_first(images: NpyArray, shape: TensorShape) -> Pages {
    let (channels, area) = (shape.channels(), shape.area());
    let mut pages = images.bytes;
    if channels == 1 {
        return pages;
    }
    let mut planes = Vec::with_capacity(channels * area);
    for image in pages.iter_mut().flat_map(|page| page.chunks_exact_mut(channels * area)) {
        planes.clear();
        for c in 0..channels {
            planes.extend(image.iter().skip(c).step_by(channels));
        }
        image.copy_from_slice(&planes);
    }
    pages
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colour_images_become_channels_first() {
        let mut bytes = Pages::new(6);
        bytes.push(vec![1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
        let images = NpyArray { dtype: Dtype::U8, shape: vec![2, 1, 2, 3], bytes };
        let planes: Vec<u8> = channels_first(images, TensorShape::image(3, 1, 2)).iter().flatten().copied().collect();
        assert_eq!(planes, [1, 4, 2, 5, 3, 6, 7, 10, 8, 11, 9, 12]);
    }
}
