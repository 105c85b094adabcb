//! A small fully connected network as people build it: rows of neurons, each with an activation function.

use crate::network::NetworkSpec;
use crate::network_edit::NetworkEdit;
use crate::op::OpSpec;

/// A layer of neurons with what follows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DenseRow {
    /// Name of the layer.
    pub name: String,
    /// Its position among the nodes.
    pub idx: usize,
    /// Number of neurons.
    pub units: usize,
    /// Name and word of its activation function, if it has one.
    pub activation: Option<(String, &'static str)>,
    /// Whether it is the last one, whose neurons are the answer.
    pub is_output: bool,
}

/// Neurons of a first hidden layer that is added.
const FIRST_UNITS: usize = 4;
/// Activation of a first hidden layer that is added.
const FIRST_ACTIVATION: &str = "tanh";

/// The rows of a network that is nothing but layers of neurons with activation functions, each fed by the one
/// before; `None` for every other one.
pub fn rows(network: &NetworkSpec) -> Option<Vec<DenseRow>> {
    let mut rows: Vec<DenseRow> = Vec::new();
    for (idx, node) in network.nodes.iter().enumerate() {
        if !node.inputs.is_empty() || rows.iter().any(|row| row.name == node.name) {
            return None;
        }
        match (node.op.units(), rows.last_mut()) {
            (Some(units), _) => {
                rows.push(DenseRow { name: node.name.clone(), idx, units, activation: None, is_output: false });
            }
            (None, Some(row)) if node.op.is_activation() && row.activation.is_none() => {
                row.activation = Some((node.name.clone(), node.op.word()));
            }
            _ => return None,
        }
    }
    rows.last_mut()?.is_output = true;
    Some(rows)
}

/// Activation functions that a row can have: those that may stand in the middle, and for the last row the others
/// too. Functions that change nothing are left out, since a row can be without one.
pub fn activations(is_output: bool) -> Vec<OpSpec> {
    let changes_nothing =
        |op: &OpSpec| op.operation().curve().is_some_and(|curve| [-2.0, 3.0].iter().all(|&z| (curve.value)(z) == z));
    let all = OpSpec::all().into_iter().filter(|op| op.is_activation() && !changes_nothing(op));
    all.filter(|op| is_output || !op.operation().only_at_the_end()).collect()
}

fn by_word(word: &str) -> Option<OpSpec> {
    OpSpec::all().into_iter().find(|op| op.word() == word)
}

/// The changes that give a row another number of neurons.
pub fn set_units(row: &DenseRow, network: &NetworkSpec, text: &str) -> Vec<NetworkEdit> {
    let first = network.nodes.get(row.idx).and_then(|node| Some(node.op.arguments().first()?.argument.field));
    let edit = first.map(|field| NetworkEdit::Argument { idx: row.idx, field: field.to_owned(), text: text.to_owned() });
    edit.into_iter().collect()
}

/// The changes that give a row another activation function, by its word; none for an empty word.
pub fn set_activation(row: &DenseRow, word: &str) -> Vec<NetworkEdit> {
    let idx = row.idx + 1;
    match (&row.activation, by_word(word)) {
        (Some(_), Some(op)) => vec![NetworkEdit::Replace { idx, op }],
        (Some(_), None) => vec![NetworkEdit::Remove { idx }],
        (None, Some(op)) => vec![NetworkEdit::Add { idx, op }],
        (None, None) => Vec::new(),
    }
}

/// The changes that add a hidden layer in front of the last one, made like the hidden layer before it.
pub fn add_layer(rows: &[DenseRow]) -> Vec<NetworkEdit> {
    let Some((output, hidden)) = rows.split_last() else { return Vec::new() };
    let like = hidden.last();
    let word = like.map_or(Some(FIRST_ACTIVATION), |row| row.activation.as_ref().map(|(_, word)| *word));
    let dense = OpSpec::dense(like.map_or(FIRST_UNITS, |row| row.units));
    let mut edits = vec![NetworkEdit::Add { idx: output.idx, op: dense }];
    edits.extend(word.and_then(by_word).map(|op| NetworkEdit::Add { idx: output.idx + 1, op }));
    edits
}

/// The changes that remove a row with its activation function.
pub fn remove_layer(row: &DenseRow) -> Vec<NetworkEdit> {
    // From behind, so that the positions stay right.
    let activation = row.activation.as_ref().map(|_| NetworkEdit::Remove { idx: row.idx + 1 });
    activation.into_iter().chain([NetworkEdit::Remove { idx: row.idx }]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{notation, presets};

    fn after(text: &str, edits: impl FnOnce(&NetworkSpec, &[DenseRow]) -> Vec<NetworkEdit>) -> String {
        let mut network = notation::parse(text).expect("a network");
        let edits = edits(&network, &rows(&network).expect("rows"));
        for edit in edits {
            network.edit(edit).expect("possible");
        }
        notation::print(&network)
    }

    #[test]
    fn only_chains_of_neurons_have_rows() {
        let of = |text: &str| rows(&notation::parse(text).expect("a network"));
        let found = of("dense(32)-tanh-dense(16)-dense(2)-softmax").expect("rows");
        let short: Vec<_> = found.iter().map(|r| (r.units, r.activation.as_ref().map_or("", |a| a.1), r.is_output)).collect();
        assert_eq!(short, [(32, "tanh", false), (16, "", false), (2, "softmax", true)]);
        for text in
            ["flatten-dense(2)", "tanh-dense(2)", "dense(2)-tanh-relu", "dense(4)-dense(2)@input", "dense(4)-dropout(0.5)"]
        {
            assert_eq!(of(text), None, "{text}");
        }
        assert_eq!(rows(&NetworkSpec::default()), None);
        assert_eq!(rows(&presets::cnn::network(2)), None);
    }

    #[test]
    fn neurons_and_functions_change_row_by_row() {
        let mlp = "dense(4)-tanh-dense(2)";
        assert_eq!(after(mlp, |n, r| set_units(&r[0], n, "5")), "dense(5)-tanh-dense(2)");
        assert_eq!(after(mlp, |_, r| set_activation(&r[0], "relu")), "dense(4)-relu-dense(2)");
        assert_eq!(after(mlp, |_, r| set_activation(&r[0], "")), "dense(4)-dense(2)");
        assert_eq!(after(mlp, |_, r| set_activation(&r[1], "softmax")), "dense(4)-tanh-dense(2)-softmax");
        assert_eq!(after(mlp, |_, r| remove_layer(&r[0])), "dense2=dense(2)", "it keeps its name and its weights");
    }

    #[test]
    fn a_layer_is_added_like_the_one_before_it() {
        assert_eq!(after("dense(2)", |_, r| add_layer(r)), "dense2=dense(4)-tanh-dense1=dense(2)");
        let more = after("dense(8)-relu-dense(2)", |_, r| add_layer(r));
        assert_eq!(more, "dense(8)-relu-dense3=dense(8)-relu-dense2=dense(2)");
        assert!(rows(&notation::parse(&more).expect("own notation")).is_some());
    }

    #[test]
    fn the_menu_of_functions_fits_the_place() {
        let words = |is_output| activations(is_output).iter().map(OpSpec::word).collect::<Vec<_>>();
        assert!(words(false).contains(&"relu") && !words(false).contains(&"softmax") && !words(false).contains(&"linear"));
        assert!(words(true).contains(&"softmax"));
    }
}
