//! Lists the metrics, one file each.

fn main() -> std::io::Result<()> {
    petri_cards::list("src/metric", "metric", &["confusion", "errors", "judged", "ranking"])
}
