//! A network as one line that a person can read and type, used in share links.
//!
//! `conv(16,k=3,p=same)-relu-maxpool(2)-flatten-dense(64)-relu-dense(2)`: nodes joined by `-`, each
//! `name=word(arguments)@input+input`. The name is left out where it is the default, the inputs
//! where they are the node before. Settings that have their default value are left out too. Behind the
//! arguments `~0.1` is a factor on the learning rate of the node, `~frozen` keeps it as it is.

use crate::OpSpec;
use crate::network::{MAX_NODES, NetworkSpec, NodeSpec};
use crate::number;
use crate::op::shorten;

/// Prints a network in one line.
pub fn print(network: &NetworkSpec) -> String {
    let mut out = String::new();
    for (idx, node) in network.nodes.iter().enumerate() {
        if idx > 0 {
            out.push('-');
        }
        if node.name != network.default_name(idx, &node.op) {
            out.push_str(&node.name);
            out.push('=');
        }
        out.push_str(&print_op(&node.op));
        if node.is_frozen() {
            out.push_str("~frozen");
        } else if node.rate != 1.0 {
            out.push('~');
            out.push_str(&node.rate.to_string());
        }
        if !node.inputs.is_empty() {
            out.push('@');
            out.push_str(&node.inputs.join("+"));
        }
    }
    out
}

/// One operation with the settings that differ from their defaults.
pub fn print_op(op: &OpSpec) -> String {
    let arguments = op.print_arguments();
    if arguments.is_empty() { op.word().to_owned() } else { format!("{}({arguments})", op.word()) }
}

/// Reads a network from one line.
///
/// # Errors
///
/// One sentence that quotes the part that is not understood. Shapes are not checked here.
pub fn parse(text: &str) -> Result<NetworkSpec, String> {
    let mut network = NetworkSpec::default();
    for part in text.split('-') {
        if network.nodes.len() == MAX_NODES {
            return Err(format!("more than {MAX_NODES} layers"));
        }
        let (head, inputs) = match part.split_once('@') {
            // Some programs turn + into a space when they pass a link on.
            Some((head, inputs)) => (head, inputs.split(['+', ' ']).map(|s| s.trim().to_owned()).collect()),
            None => (part, Vec::new()),
        };
        let (name, body) = match head.split_once('=') {
            // In "conv(16,k=3)" the first = stands inside the brackets.
            Some((name, body)) if !name.contains('(') => (Some(name.trim()), body),
            _ => (None, head),
        };
        let (body, rate) = match body.split_once('~') {
            Some((body, rate)) => (body, parse_rate(rate.trim()).map_err(|why| format!("layer \"{}\": {why}", shorten(part)))?),
            None => (body, 1.0),
        };
        let op = parse_op(body.trim()).map_err(|why| format!("layer \"{}\": {why}", shorten(part)))?;
        let name = match name {
            Some(name) if crate::network::is_name(name) => name.to_owned(),
            Some(name) => return Err(format!("layer \"{}\": \"{}\" is no name", shorten(part), shorten(name))),
            None => network.default_name(network.nodes.len(), &op),
        };
        network.nodes.push(NodeSpec { name, inputs, op, rate });
    }
    Ok(network)
}

fn parse_rate(text: &str) -> Result<f64, String> {
    match text {
        "frozen" => Ok(0.0),
        _ => number::read(text).ok_or_else(|| format!("\"~{}\": frozen or a factor on the learning rate", shorten(text))),
    }
}

fn parse_op(text: &str) -> Result<OpSpec, String> {
    match text.split_once('(') {
        Some((word, rest)) => OpSpec::parse(word, rest.strip_suffix(')').ok_or("a closing bracket is missing")?),
        None => OpSpec::parse(text, ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::presets;

    #[test]
    fn presets_survive_a_round_trip() {
        for network in [presets::cnn::network(2), presets::unet_mini::network(), presets::mlp::network()] {
            let text = print(&network);
            assert_eq!(parse(&text).expect("own notation"), network, "{text}");
        }
    }

    #[test]
    fn every_setting_survives_a_round_trip() {
        for text in [
            "a=conv(8,k=5,s=2,p=1,d=2,g=4,init=zero)-convt(4,k=3,s=1,p=1)-maxpool(3,s=2)-upsample(2,mode=bilinear)-dropout(0.25)-add@a+dropout1-flatten-select(0+3)-dense(2,bias=no)-softmax",
            "conv(8,k=1x7,s=2x1,p=0x3,d=1x2,bias=no)-convt(4,k=2x3,bias=no)-maxpool(3x2,s=2,p=1)-avgpool(2,p=0x1)-adaptiveavgpool(7x5)",
            "normalise(mean=0.5,std=0.25)-greytorgb-a=conv(8)~frozen-relu6-dense(4)~0.1@a",
        ] {
            let network = parse(text).expect("valid");
            assert_eq!(print(&network), text);
            let json = serde_json::to_string(&network).expect("plain data");
            assert_eq!(serde_json::from_str::<NetworkSpec>(&json).expect("own JSON"), network);
        }
    }

    #[test]
    fn the_readable_form_is_short() {
        assert_eq!(print(&presets::mlp::network()), "dense(32)-tanh-dense(16)-tanh-dense(2)");
    }

    #[test]
    fn messages_quote_the_part_that_is_wrong() {
        assert_eq!(parse("dense(4)-dens(2)").expect_err("typo"), "layer \"dens(2)\": unknown operation \"dens\"");
        assert!(parse("dense(4,x=1)").expect_err("x").contains("unknown setting"));
        assert!(parse("dense(a)").expect_err("a").contains("no number"));
        assert!(parse("dense(2").expect_err("bracket").contains("bracket"));
        assert!(parse("conv(4,k=1y7)").expect_err("y").contains("no number"));
        assert!(parse("dense(4,3)").expect_err("two").contains("has no name"));
        assert!(parse("relu(4)").expect_err("one").contains("too many"));
        assert!(parse("dense").expect_err("none").contains("units is missing"));
        assert!(parse("dense(4,bias=maybe)").expect_err("maybe").contains("neither yes nor no"));
        assert!(parse("dense(4)~cold").expect_err("cold").contains("frozen"));
        assert!(parse("").is_err());
    }
}
