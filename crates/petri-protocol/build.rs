//! Lists the files of the folders that hold one thing a file: sources of data, settings of the training.

fn main() -> std::io::Result<()> {
    petri_cards::list("src/source", "source", &[])?;
    petri_cards::list("src/setting/training", "training_setting", &[])
}
