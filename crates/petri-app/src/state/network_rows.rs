//! Rows of the network editor: which row is which layer, so that a row stays the same element while its layer stays.

use petri_protocol::network::NodeShape;
use petri_protocol::{Experiment, NetworkSpec, NodeSpec, TensorShape};

/// What makes a row: another kind of operation has other controls. Names can be doubled by a link, so the number
/// of the same name is part of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RowKey {
    /// Name of the layer.
    pub name: String,
    /// How many layers before it have this name.
    pub nth: usize,
    /// Kind of its operation.
    pub kind: &'static str,
}

/// What a row shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Position of the layer.
    pub idx: usize,
    /// The layer.
    pub node: NodeSpec,
    /// What was inferred about it.
    pub shape: Option<NodeShape>,
}

/// The rows of a network, in order.
pub fn keys(network: &NetworkSpec) -> Vec<RowKey> {
    let same = |idx: usize| network.nodes[..idx].iter().filter(|n| n.name == network.nodes[idx].name).count();
    let key = |(idx, node): (usize, &NodeSpec)| RowKey { name: node.name.clone(), nth: same(idx), kind: node.op.word() };
    network.nodes.iter().enumerate().map(key).collect()
}

/// What the row of `key` shows; `None` when its layer is gone.
pub fn find(experiment: &Experiment, input: Option<TensorShape>, key: &RowKey) -> Option<Row> {
    let idx = position(&experiment.network, key)?;
    let node = experiment.network.nodes[idx].clone();
    let shape = input.and_then(|input| experiment.network.infer_each(input).0.swap_remove(idx));
    Some(Row { idx, node, shape })
}

/// Where the layer of a row stands now.
pub fn position(network: &NetworkSpec, key: &RowKey) -> Option<usize> {
    let mut same = network.nodes.iter().enumerate().filter(|(_, node)| node.name == key.name);
    same.nth(key.nth).filter(|(_, node)| node.op.word() == key.kind).map(|(idx, _)| idx)
}

#[cfg(test)]
mod tests {
    use super::*;
    use petri_protocol::notation;

    #[test]
    fn rows_are_different_and_find_their_layers() {
        let network = notation::parse("a=dense(2)-a=dense(3)-a=relu-dense(2)").expect("a network");
        let keys = keys(&network);
        let mut unique = keys.clone();
        unique.dedup();
        assert_eq!(unique.len(), 4);
        let found: Vec<_> = keys.iter().map(|key| position(&network, key)).collect();
        assert_eq!(found, [Some(0), Some(1), Some(2), Some(3)]);
        let gone = RowKey { name: "a".into(), nth: 3, kind: "dense" };
        assert_eq!(position(&network, &gone), None);
        assert_eq!(position(&network, &RowKey { name: "a".into(), nth: 0, kind: "relu" }), None, "another operation");
    }
}
