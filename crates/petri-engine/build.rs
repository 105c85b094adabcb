//! Lists the forward passes of the operations, one file each.

fn main() -> std::io::Result<()> {
    petri_cards::list("src/op", "op", &["kernel", "resample", "trial"])
}
