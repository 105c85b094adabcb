//! Changes of a network by hand. Every layer with weights that is not changed keeps its name, and with it its initial
//! weights.

use std::collections::HashMap;

use crate::experiment::{Experiment, NodeWeights};
use crate::network::{INPUT, MAX_NODES, NetworkSpec, NodeSpec};
use crate::op::OpSpec;
use crate::shape::TensorShape;
use crate::{SortedMap, notation, typed_number};

/// One change of a network.
#[derive(Debug, Clone, PartialEq)]
pub enum NetworkEdit {
    /// Adds an operation behind the first `idx` nodes.
    Add {
        /// Its position.
        idx: usize,
        /// The operation.
        op: OpSpec,
    },
    /// Removes a node; nodes that it fed take its inputs instead.
    Remove {
        /// Its position.
        idx: usize,
    },
    /// Gives a node another operation.
    Replace {
        /// Its position.
        idx: usize,
        /// The operation.
        op: OpSpec,
    },
    /// Changes one argument of an operation, from text that was typed.
    Argument {
        /// Position of the node.
        idx: usize,
        /// Name of the argument.
        field: String,
        /// Its new value.
        text: String,
    },
    /// Changes where a node takes its values from: names with commas. Empty for the node before.
    Inputs {
        /// Position of the node.
        idx: usize,
        /// The names.
        text: String,
    },
}

impl NetworkSpec {
    /// A name for a new node that no other node has.
    pub fn free_name(&self, word: &str) -> String {
        // There are more numbers than nodes.
        (1usize..).map(|n| format!("{word}{n}")).find(|name| self.node(name).is_none()).unwrap_or_default()
    }

    /// Makes one change.
    ///
    /// # Errors
    ///
    /// One sentence when the change is not possible; nothing is changed then. Shapes are not checked here.
    pub fn edit(&mut self, edit: NetworkEdit) -> Result<(), String> {
        let (NetworkEdit::Remove { idx }
        | NetworkEdit::Replace { idx, .. }
        | NetworkEdit::Argument { idx, .. }
        | NetworkEdit::Inputs { idx, .. }
        | NetworkEdit::Add { idx, .. }) = edit;
        let is_new = matches!(edit, NetworkEdit::Add { .. });
        if idx >= self.nodes.len() + usize::from(is_new) {
            return Err("this layer is no longer there".into());
        }
        match edit {
            NetworkEdit::Add { idx, op } => {
                if self.nodes.len() >= MAX_NODES {
                    return Err(format!("a network has at most {MAX_NODES} layers"));
                }
                let name = self.free_name(op.word());
                self.nodes.insert(idx, NodeSpec::new(name, op));
            }
            NetworkEdit::Remove { idx } => self.remove_node(idx),
            NetworkEdit::Replace { idx, op } => self.replace(idx, op),
            NetworkEdit::Argument { idx, field, text } => {
                let op = self.nodes[idx].op.with_argument(&field, &typed(&text))?;
                self.nodes[idx].op = op;
            }
            NetworkEdit::Inputs { idx, text } => {
                let names = text.split([',', '+']).map(|n| n.trim().to_owned()).filter(|n| !n.is_empty());
                self.nodes[idx].inputs = names.collect();
            }
        }
        self.number_activations();
        Ok(())
    }

    fn remove_node(&mut self, idx: usize) {
        let removed = self.nodes.remove(idx);
        let before = idx.checked_sub(1).map_or(INPUT.to_owned(), |i| self.nodes[i].name.clone());
        let replacement = removed.inputs.first().cloned().unwrap_or(before);
        for input in self.nodes.iter_mut().flat_map(|node| &mut node.inputs) {
            if *input == removed.name {
                input.clone_from(&replacement);
            }
        }
        // The node behind a removed one with an input of its own must keep seeing that input.
        if let Some(next) = self.nodes.get_mut(idx)
            && !removed.inputs.is_empty()
            && next.inputs.is_empty()
        {
            next.inputs = if next.op.takes_many() { removed.inputs } else { vec![replacement] };
        }
    }

    fn replace(&mut self, idx: usize, op: OpSpec) {
        let before = self.nodes[idx].name.clone();
        let is_renamed = is_numbered(&self.nodes[idx]) && op.word() != self.nodes[idx].op.word();
        let name = if is_renamed { self.free_name(op.word()) } else { before.clone() };
        for input in self.nodes.iter_mut().flat_map(|node| &mut node.inputs).filter(|input| **input == before) {
            input.clone_from(&name);
        }
        let node = &mut self.nodes[idx];
        // What has no weights has no learning rate of its own.
        node.rate = if op.has_parameters() { node.rate } else { 1.0 };
        node.op = op;
        node.name = name;
    }

    /// Numbers the activation functions anew, since nothing depends on their names: links stay short.
    fn number_activations(&mut self) {
        let old: Vec<String> = self.nodes.iter().map(|n| n.name.clone()).collect();
        let marked: Vec<usize> =
            (0..old.len()).filter(|&idx| self.nodes[idx].op.is_activation() && is_numbered(&self.nodes[idx])).collect();
        for &idx in &marked {
            self.nodes[idx].name.clear();
        }
        for &idx in &marked {
            let name = self.default_name(idx, &self.nodes[idx].op);
            // A layer further back may have been given the very name.
            self.nodes[idx].name = if self.node(&name).is_none() { name } else { self.free_name(self.nodes[idx].op.word()) };
        }
        let new: Vec<String> = self.nodes.iter().map(|n| n.name.clone()).collect();
        for input in self.nodes.iter_mut().flat_map(|node| &mut node.inputs) {
            if let Some(&idx) = marked.iter().find(|&&idx| old[idx] == *input) {
                input.clone_from(&new[idx]);
            }
        }
    }
}

/// Whether a node has the name of its kind and a number, rather than one that was given.
fn is_numbered(node: &NodeSpec) -> bool {
    node.name.strip_prefix(node.op.word()).is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
}

/// What a person typed as an argument, as the notation has it: numbers as plain ones, lists joined by `+`.
fn typed(text: &str) -> String {
    if let Ok(number) = typed_number::parse(text) {
        return number.to_string();
    }
    let parts: Vec<&str> = text.split([',', '+', ' ', ';']).map(str::trim).filter(|p| !p.is_empty()).collect();
    if parts.len() > 1 { parts.join("+") } else { text.trim().to_owned() }
}

/// Reads a network that a person typed in the notation.
///
/// # Errors
///
/// One sentence; beginners who type the number of neurons are told how a layer is written.
pub fn read_notation(text: &str) -> Result<NetworkSpec, String> {
    let text: String = text.split_whitespace().collect();
    for part in text.split('-') {
        if let Ok(n) = part.parse::<usize>() {
            return Err(format!("\"{n}\" is no layer: a layer of {n} neurons is written dense({n})"));
        }
    }
    notation::parse(&text)
}

/// Shapes of weights and biases by the names of their nodes, where they are known.
type Tensors = HashMap<String, (Vec<usize>, usize)>;

fn tensors(network: &NetworkSpec, input: TensorShape) -> Tensors {
    let shapes = network.infer_each(input).0;
    let known = network.nodes.iter().zip(shapes).filter_map(|(node, shape)| {
        let parameters = node.op.parameters(&shape?.input_shapes)?;
        Some((node.name.clone(), (parameters.weight, parameters.n_biases)))
    });
    known.collect()
}

impl Experiment {
    /// Makes one change of the network. Weights that were set by hand stay where they are: at their neuron, also
    /// when neurons are added or removed beside it. `input` is the shape of a sample, where it is known.
    ///
    /// # Errors
    ///
    /// As [`NetworkSpec::edit`].
    pub fn edit_network(&mut self, edit: NetworkEdit, input: Option<TensorShape>) -> Result<(), String> {
        let before = input.map(|input| tensors(&self.network, input)).unwrap_or_default();
        self.network.edit(edit)?;
        let after = input.map(|input| tensors(&self.network, input)).unwrap_or_default();
        let old = std::mem::take(&mut self.weights);
        for (name, values) in old {
            if self.network.node(&name).is_none() {
                continue;
            }
            let moved = match (before.get(&name), after.get(&name)) {
                (Some(from), Some(to)) if from != to => moved(&values, from, to),
                _ => values,
            };
            if moved != NodeWeights::default() {
                self.weights.insert(name, moved);
            }
        }
        Ok(())
    }
}

/// Values of a tensor in one of another size; what no longer has a place is dropped.
fn moved(values: &NodeWeights, from: &(Vec<usize>, usize), to: &(Vec<usize>, usize)) -> NodeWeights {
    let weight: SortedMap<usize, f32> =
        values.weight.iter().filter_map(|(&at, &value)| Some((new_index(at, &from.0, &to.0)?, value))).collect();
    let bias = values.bias.iter().filter(|&(&at, _)| at < to.1).map(|(&at, &value)| (at, value)).collect();
    NodeWeights { weight, bias }
}

/// Where the value at row-major index `at` of a tensor with sides `from` stands in one with sides `to`.
fn new_index(at: usize, from: &[usize], to: &[usize]) -> Option<usize> {
    if from.len() != to.len() {
        return None;
    }
    let (mut rest, mut index, mut stride) = (at, 0usize, 1usize);
    for (&old, &new) in from.iter().zip(to).rev() {
        let along = rest.checked_rem(old)?;
        rest /= old;
        if along >= new {
            return None;
        }
        index = index.checked_add(along.checked_mul(stride)?)?;
        stride = stride.checked_mul(new)?;
    }
    (rest == 0).then_some(index)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{link, presets};

    const INPUT_OF_MLP: TensorShape = TensorShape::Features(2);

    fn op(text: &str) -> OpSpec {
        notation::parse(text).expect("an operation").nodes.remove(0).op
    }

    fn names(network: &NetworkSpec) -> Vec<&str> {
        network.nodes.iter().map(|n| n.name.as_str()).collect()
    }

    fn experiment(network: &str) -> Experiment {
        let mut experiment = (presets::mlp::CARD.experiment)();
        experiment.network = notation::parse(network).expect("a network");
        experiment
    }

    #[test]
    fn layers_that_are_not_changed_keep_their_names() {
        let mut network = notation::parse("dense(4)-tanh-dense(3)-tanh-dense(2)").expect("a network");
        network.edit(NetworkEdit::Add { idx: 2, op: op("dense(8)") }).expect("room");
        assert_eq!(names(&network), ["dense1", "tanh1", "dense4", "dense2", "tanh2", "dense3"]);
        network.edit(NetworkEdit::Remove { idx: 0 }).expect("a layer");
        assert_eq!(names(&network), ["tanh1", "dense4", "dense2", "tanh2", "dense3"]);
        network.edit(NetworkEdit::Replace { idx: 0, op: op("relu") }).expect("a layer");
        assert_eq!(names(&network), ["relu1", "dense4", "dense2", "tanh1", "dense3"], "but functions have no weights");
        let again = notation::parse(&notation::print(&network)).expect("own notation");
        assert_eq!(again, network, "names travel in links");
    }

    #[test]
    fn a_removed_node_hands_on_its_inputs() {
        let mut network = presets::unet_mini::network();
        let before = network.infer(TensorShape::image(1, 64, 64)).expect("valid").output();
        let relu = network.nodes.iter().position(|n| n.op.word() == "relu").expect("a relu");
        network.edit(NetworkEdit::Remove { idx: relu }).expect("a layer");
        assert_eq!(network.infer(TensorShape::image(1, 64, 64)).expect("still valid").output(), before);
        let mut joined = notation::parse("dense(4)-dense(4)-concat@dense1+dense2-dense(2)").expect("a network");
        joined.edit(NetworkEdit::Remove { idx: 2 }).expect("a layer");
        assert_eq!(joined.nodes[2].inputs, ["dense1"], "a layer of one input takes the first");
        assert!(joined.infer(INPUT_OF_MLP).is_ok());
    }

    #[test]
    fn references_follow_a_renamed_layer() {
        let mut network = notation::parse("dense(4)-tanh-dense(4)-add@tanh1+dense2").expect("a network");
        network.edit(NetworkEdit::Replace { idx: 1, op: op("relu") }).expect("a layer");
        assert_eq!(network.nodes[3].inputs, ["relu1", "dense2"]);
        let mut named = notation::parse("a=dense(4)-b=tanh-dense(2)").expect("a network");
        named.edit(NetworkEdit::Replace { idx: 1, op: op("relu") }).expect("a layer");
        assert_eq!(names(&named), ["a", "b", "dense2"], "a name that was given stays");
        let mut frozen = notation::parse("dense(4)~frozen-dense(2)").expect("a network");
        frozen.edit(NetworkEdit::Replace { idx: 0, op: op("tanh") }).expect("a layer");
        assert!(frozen.infer(INPUT_OF_MLP).is_ok(), "a function cannot be frozen");
    }

    #[test]
    fn weights_set_by_hand_survive_changes_elsewhere() {
        let mut e = experiment("dense(3)-tanh-dense(2)");
        // Input 1 to neuron 2 of three, and its bias; neuron 2 to output 0.
        for (key, value) in
            [("weights.dense1.weight.5", "0.5"), ("weights.dense1.bias.2", "-1"), ("weights.dense2.weight.4", "2")]
        {
            link::set(&mut e, key, value).expect("a key");
        }
        let start = e.weights.clone();
        let edit = |e: &mut Experiment, edit| e.edit_network(edit, Some(INPUT_OF_MLP)).expect("possible");
        edit(&mut e, NetworkEdit::Add { idx: 0, op: op("relu") });
        edit(&mut e, NetworkEdit::Replace { idx: 2, op: op("sigmoid") });
        assert_eq!(e.weights, start, "nothing of theirs was changed");
        edit(&mut e, NetworkEdit::Remove { idx: 0 });
        let units = |text: &str| NetworkEdit::Argument { idx: 0, field: "units".into(), text: text.into() };
        edit(&mut e, units("5"));
        assert_eq!(e.weights["dense1"].weight, SortedMap::from([(7, 0.5)]), "still input 1 to neuron 2, now of five");
        assert_eq!(e.weights["dense2"], start["dense2"]);
        edit(&mut e, units("2"));
        assert!(!e.weights.contains_key("dense1"), "neuron 2 is gone");
        assert!(e.validate(e.data.generated_info().as_ref()).is_empty());
        edit(&mut e, NetworkEdit::Remove { idx: 0 });
        assert!(e.weights.keys().all(|name| e.network.node(name).is_some()));
    }

    #[test]
    fn arguments_are_read_as_people_type_them() {
        let mut network = notation::parse("dropout(0.5)-select(0)-dense(3)").expect("a network");
        let mut set = |idx: usize, field: &str, text: &str| {
            network.edit(NetworkEdit::Argument { idx, field: field.into(), text: text.into() })?;
            Ok::<_, String>(notation::print(&network))
        };
        assert_eq!(set(0, "rate", "25 %").as_deref(), Ok("dropout(0.25)-select(0)-dense(3)"));
        assert_eq!(set(1, "features", "0, 2").as_deref(), Ok("dropout(0.25)-select(0+2)-dense(3)"));
        assert_eq!(set(2, "units", "1 000").as_deref(), Ok("dropout(0.25)-select(0+2)-dense(1000)"));
        assert!(set(2, "units", "many").is_err() && set(2, "colour", "3").is_err() && set(7, "units", "3").is_err());
    }

    #[test]
    fn a_bare_number_is_answered_with_how_a_layer_is_written() {
        assert!(read_notation("4").expect_err("no layer").contains("dense(4)"));
        assert!(read_notation("dense(4) - relu - dense(2)").is_ok());
        assert!(read_notation("dense(4)-2").expect_err("no layer").contains("dense(2)"));
    }

    #[test]
    fn no_edit_of_any_network_panics() {
        let networks = ["dense(1)", "dense(0)-dense(0)", "a=dense(2)-a=dense(3)-add@a+a+b", "flatten@later-later=relu"];
        let ops = OpSpec::all();
        for text in networks {
            for idx in 0..6 {
                for op in &ops {
                    for edit in [
                        NetworkEdit::Add { idx, op: op.clone() },
                        NetworkEdit::Replace { idx, op: op.clone() },
                        NetworkEdit::Remove { idx },
                        NetworkEdit::Inputs { idx, text: "a,,b,input".into() },
                        NetworkEdit::Argument { idx, field: "units".into(), text: "1e99".into() },
                        NetworkEdit::Argument { idx, field: "units".into(), text: "4096".into() },
                    ] {
                        let mut e = experiment(text);
                        link::set(&mut e, "weights.a.weight.99999999999", "1").expect("a key");
                        link::set(&mut e, "weights.dense1.weight.1", "1").expect("a key");
                        let before = e.clone();
                        if e.edit_network(edit, Some(INPUT_OF_MLP)).is_err() {
                            assert_eq!(e, before, "what is refused changes nothing");
                        }
                        e.validate(e.data.generated_info().as_ref());
                    }
                }
            }
        }
    }
}
