//! Lists the files of the folders that hold one thing a file: operations, sources of data, settings of the training.

fn main() -> std::io::Result<()> {
    petri_cards::list("src/op", "op", &["argument", "operation", "wire", "window"])?;
    petri_cards::list("src/source", "source", &[])?;
    petri_cards::list("src/setting/training", "training_setting", &[])
}
