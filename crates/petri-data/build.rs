//! Lists the metrics and the samplers, one file each.

fn main() -> std::io::Result<()> {
    petri_cards::list("src/generators", "generator", &[])?;
    petri_cards::list("src/metric", "metric", &["confusion", "errors", "judged", "ranking"])
}
