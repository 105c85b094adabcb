//! Lists the views: each is a file with its card and a file of the same name with its component.

fn main() -> std::io::Result<()> {
    petri_cards::list("src/view", "view", &["card", "curve_chart", "parameters"])?;
    petri_cards::list("src/components/view", "view_panel", &[])
}
