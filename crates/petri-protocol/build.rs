//! Lists the sources of data, one file each.

fn main() -> std::io::Result<()> {
    petri_cards::list("src/source", "source", &[])
}
