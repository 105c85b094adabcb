//! Bad files and bad links: each with its own message, and no panic in 100,000 inputs.

use std::io::{Cursor, Write as _};

use petri_data::random::{Purpose, stream};
use petri_data::tables::csv_reader;
use petri_data::{DataError, medmnist, npy};
use petri_protocol::{DataSpec, Split, link};
use rand::{Rng, RngExt};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// Inputs of each kind.
const INPUTS: usize = 100_000;

type Members = Vec<(String, Vec<u8>)>;

/// A small valid file: 4, 2 and 2 images of 3×3 with two classes.
fn members() -> Members {
    let mut members = Vec::new();
    for (prefix, n) in [("train", 4usize), ("val", 2), ("test", 2)] {
        members.push((format!("{prefix}_images"), npy::write("|u1", &[n, 3, 3], &vec![7; n * 9])));
        let labels: Vec<u8> = (0..n).map(|i| (i % 2) as u8).collect();
        members.push((format!("{prefix}_labels"), npy::write("|u1", &[n, 1], &labels)));
    }
    members
}

fn zip(members: &Members, method: CompressionMethod) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        writer.start_file(format!("{name}.npy"), SimpleFileOptions::default().compression_method(method)).expect("a new member");
        writer.write_all(bytes).expect("memory");
    }
    writer.finish().expect("memory").into_inner()
}

fn read(members: &Members) -> Result<(), DataError> {
    medmnist::read("own.npz", &zip(members, CompressionMethod::Deflated)).map(|_| ())
}

/// The valid file with one member replaced.
fn with(name: &str, bytes: Vec<u8>) -> Members {
    let mut members = members();
    members.iter_mut().find(|(n, _)| n == name).expect("a known member").1 = bytes;
    members
}

#[test]
fn a_valid_file_is_read_stored_and_deflated() {
    for method in [CompressionMethod::Stored, CompressionMethod::Deflated] {
        let (file, data) = medmnist::read("own.npz", &zip(&members(), method)).expect("valid");
        assert_eq!(file.name, "own.npz");
        assert_eq!((data.info.sizes.train, data.info.n_classes()), (4, 2));
    }
}

#[test]
fn colour_int64_and_multi_label_files_are_read() {
    let mut colour = members();
    for (name, n) in [("train", 4usize), ("val", 2), ("test", 2)] {
        for (member, bytes) in &mut colour {
            if *member == format!("{name}_images") {
                *bytes = npy::write("|u1", &[n, 3, 3, 3], &vec![9; n * 27]);
            } else if *member == format!("{name}_labels") {
                let labels: Vec<u8> = (0..n as i64 * 3).flat_map(|i| (i % 2).to_le_bytes()).collect();
                *bytes = npy::write("<i8", &[n, 3], &labels);
            }
        }
    }
    let (_, data) = medmnist::read("own.npz", &zip(&colour, CompressionMethod::Deflated)).expect("valid");
    assert_eq!(data.info.task, petri_protocol::Task::MultiLabel);
    assert_eq!(data.info.input.to_string(), "3×3×3");
}

#[test]
fn every_bad_file_has_its_own_message() {
    let valid = zip(&members(), CompressionMethod::Deflated);
    let label = |bytes: &[u8]| npy::write("|u1", &[bytes.len(), 1], bytes);
    let fortran = {
        let text = npy::write("|u1", &[4, 3, 3], &[7; 36]);
        let at = text.windows(5).position(|w| w == b"False").expect("a header");
        let mut text = text;
        text[at..at + 5].copy_from_slice(b"True ");
        text
    };
    let mut missing = members();
    missing.remove(3);
    let cases: Vec<(Result<(), DataError>, &str)> = vec![
        (medmnist::read("x.npz", b"\x89PNG....").map(|_| ()), "not a .npz file"),
        (medmnist::read("x.npz", &valid[..valid.len() / 2]).map(|_| ()), "incomplete"),
        (read(&missing), "val_labels.npy is missing"),
        (read(&with("train_images", npy::write("<f4", &[4, 3, 3], &[0; 144]))), "element type <f4, expected uint8"),
        (read(&with("train_images", fortran)), "Fortran order"),
        (read(&with("val_labels", label(&[0, 1, 1]))), "validation split: 2 images but 3 labels"),
        (read(&with("test_labels", label(&[0, 5]))), "row 1: label 5 is outside the 2 classes"),
        (read(&with("val_images", npy::write("|u1", &[2, 28], &[0; 56]))), "shape (2, 28), expected (n, height, width)"),
        (read(&with("train_images", npy::write("|u1", &[1 << 21, 32, 32], &[]))), "unpacks to 2147 MB, more than the 1610 MB"),
        (read(&with("train_images", b"hello".to_vec())), "not a NumPy array"),
        (read(&with("train_images", npy::write("|u1", &[4, 3, 3], &[7; 30]))), "the file holds 30"),
    ];
    for (result, expected) in cases {
        let message = result.expect_err(expected).to_string();
        assert!(message.contains(expected), "\"{message}\" does not say \"{expected}\"");
    }
    let mut empty = with("val_images", npy::write("|u1", &[0, 3, 3], &[]));
    empty.iter_mut().find(|(n, _)| n == "val_labels").expect("a known member").1 = npy::write("|u1", &[0, 1], &[]);
    assert_eq!(read(&empty), Err(DataError::EmptySplit { split: Split::Validation }));
}

/// Changes, removes, doubles or inserts bytes at random places.
fn damage(bytes: &mut Vec<u8>, rng: &mut impl Rng) {
    for _ in 0..rng.random_range(1..6) {
        if bytes.is_empty() {
            return;
        }
        let at = rng.random_range(0..bytes.len());
        match rng.random_range(0..5) {
            0 => bytes[at] = rng.random_range(0..=255),
            1 => bytes.truncate(at),
            2 => bytes[at] ^= 1 << rng.random_range(0..8),
            3 => bytes.insert(at, rng.random_range(0..=255)),
            _ => {
                let end = (at + rng.random_range(1..9)).min(bytes.len());
                bytes.drain(at..end);
            }
        }
    }
}

#[test]
fn no_file_makes_the_reader_panic() {
    let stored = zip(&members(), CompressionMethod::Stored);
    let deflated = zip(&members(), CompressionMethod::Deflated);
    let array = npy::write("|u1", &[2, 3, 3], &[7; 18]);
    let mut rng = stream(1, Purpose::Data);
    let mut refused = 0;
    for i in 0..INPUTS {
        // Damage outside the archive is mostly noticed early: half of the inputs are damaged inside.
        let result = match i % 4 {
            0 => {
                let mut bytes = stored.clone();
                damage(&mut bytes, &mut rng);
                medmnist::read("own.npz", &bytes).map(|_| ())
            }
            1 => {
                let mut bytes = deflated.clone();
                damage(&mut bytes, &mut rng);
                medmnist::read("pneumoniamnist.npz", &bytes).map(|_| ())
            }
            2 => {
                let mut bytes = array.clone();
                damage(&mut bytes, &mut rng);
                npy::read(&bytes[..], "a", &[npy::Dtype::U8], "uint8", 1 << 30).map(|_| ())
            }
            _ => {
                let mut all = members();
                let at = rng.random_range(0..all.len());
                damage(&mut all[at].1, &mut rng);
                medmnist::read("own.npz", &zip(&all, CompressionMethod::Stored)).map(|_| ())
            }
        };
        refused += usize::from(result.is_err());
    }
    assert!(refused > INPUTS / 4, "only {refused} of the damaged files were refused");
}

#[test]
fn no_link_makes_the_parser_panic() {
    let links: Vec<Vec<u8>> = [
        "v=1&preset=mlp&data.noise=0.35&engine=gpu&network=dense(32)-relu-dense(16)-tanh-dense(2)&training.optimizer.kind=sgd",
        "v=1&preset=cnn&data.file.name=a%20b.npz&data.file.fingerprint=ff&network=conv(16,k=3,p=same,d=2,g=1)-maxpool(2)-flatten-dense(2)@conv1",
        "v=1&preset=unet-mini&training.schedule.kind=step&training.schedule.every_epochs=3&seed=4294967295&data.balance=1e308",
    ]
    .map(|l| l.as_bytes().to_vec())
    .to_vec();
    let mut rng = stream(2, Purpose::Data);
    for i in 0..INPUTS {
        let mut bytes = links[i % links.len()].clone();
        damage(&mut bytes, &mut rng);
        let opened = link::parse(&String::from_utf8_lossy(&bytes));
        // Whatever was read can be checked and printed, and reads back as itself.
        opened.experiment.validate(opened.experiment.data.generated_info().as_ref());
        if i % 10 == 0 {
            let again = link::parse(&link::print(&opened.preset, &opened.experiment));
            assert_eq!(again.experiment, opened.experiment);
        }
    }
}

#[test]
fn damaged_tables_never_panic() {
    let mut rng = stream(11, Purpose::Data);
    let rows: String = (0..30).map(|i| format!("{i};\"a, b\";{},5;{}\n", i * 2, if i % 2 == 0 { "x" } else { "y" })).collect();
    let table = format!("n;name;value;kind\n{rows}");
    let mut read = 0;
    for _ in 0..20_000 {
        let mut bytes = table.clone().into_bytes();
        damage(&mut bytes, &mut rng);
        if let Ok(table) = csv_reader::read("t.csv", &bytes) {
            read += usize::from(table.dataset(&DataSpec::default(), 1).is_ok());
        }
    }
    assert!(read > 100, "most of the damage is slight: {read}");
}

#[test]
fn damaged_lessons_never_panic() {
    let mut rng = stream(12, Purpose::Data);
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../static/lessons");
    let known = petri_app::vocabulary::known();
    for id in ["one-neuron", "house-price"] {
        let text = std::fs::read(format!("{folder}/{id}.md")).expect("a lesson");
        for _ in 0..300 {
            let mut bytes = text.clone();
            damage(&mut bytes, &mut rng);
            let text = String::from_utf8_lossy(&bytes);
            let (lesson, problems) = petri_lesson::parse(id, &text, &known);
            assert!(lesson.is_some() || !problems.is_empty());
        }
    }
}
