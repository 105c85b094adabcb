//! A network as one line that a person can read and type, used in share links.
//!
//! `conv(16,k=3,p=same)-relu-maxpool(2)-flatten-dense(64)-relu-dense(2)`: nodes joined by `-`, each
//! `name=word(arguments)@input+input`. The name is left out where it is the default, the inputs
//! where they are the node before. Settings that have their default value are left out too.

use std::fmt::Write as _;

use crate::network::{MAX_NODES, NetworkSpec, NodeSpec};
use crate::{Function, Init, OpSpec, Padding, UpsampleMode};

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
        if !node.inputs.is_empty() {
            out.push('@');
            out.push_str(&node.inputs.join("+"));
        }
    }
    out
}

/// One operation with the settings that differ from their defaults.
pub fn print_op(op: &OpSpec) -> String {
    let mut args = Vec::new();
    let named = |args: &mut Vec<String>, key: &str, value: usize, default: usize| {
        if value != default {
            args.push(format!("{key}={value}"));
        }
    };
    let init_arg = |args: &mut Vec<String>, init: Init, default: Init| {
        if init != default {
            args.push(format!("init={}", init_word(init)));
        }
    };
    match op {
        OpSpec::Dense { units, init, bias } => {
            args.push(units.to_string());
            init_arg(&mut args, *init, Init::Glorot);
            if !bias {
                args.push("bias=no".into());
            }
        }
        OpSpec::Select { features } => {
            args.push(features.iter().map(usize::to_string).collect::<Vec<_>>().join("+"));
        }
        OpSpec::Conv2d { filters, kernel, stride, padding, dilation, groups, init } => {
            args.push(filters.to_string());
            named(&mut args, "k", *kernel, 3);
            named(&mut args, "s", *stride, 1);
            match padding {
                Padding::Valid => {}
                Padding::Same => args.push("p=same".into()),
                Padding::Pixels(n) => args.push(format!("p={n}")),
            }
            named(&mut args, "d", *dilation, 1);
            named(&mut args, "g", *groups, 1);
            init_arg(&mut args, *init, Init::He);
        }
        OpSpec::ConvTranspose2d { filters, kernel, stride, padding, init } => {
            args.push(filters.to_string());
            named(&mut args, "k", *kernel, 2);
            named(&mut args, "s", *stride, 2);
            named(&mut args, "p", *padding, 0);
            init_arg(&mut args, *init, Init::He);
        }
        OpSpec::MaxPool { size, stride } | OpSpec::AvgPool { size, stride } => {
            args.push(size.to_string());
            named(&mut args, "s", *stride, *size);
        }
        OpSpec::Dropout { rate } => args.push(rate.to_string()),
        OpSpec::Upsample { factor, mode } => {
            args.push(factor.to_string());
            if *mode == UpsampleMode::Bilinear {
                args.push("mode=bilinear".into());
            }
        }
        OpSpec::GlobalAvgPool
        | OpSpec::BatchNorm
        | OpSpec::Flatten
        | OpSpec::Activation { .. }
        | OpSpec::Concat
        | OpSpec::Add => {}
    }
    let mut out = op.word().to_owned();
    if !args.is_empty() {
        // Writing to a String cannot fail.
        write!(out, "({})", args.join(",")).unwrap_or_default();
    }
    out
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
        let op = parse_op(body.trim()).map_err(|why| format!("layer \"{}\": {why}", shorten(part)))?;
        let name = match name {
            Some(name) if crate::network::is_name(name) => name.to_owned(),
            Some(name) => return Err(format!("layer \"{}\": \"{}\" is no name", shorten(part), shorten(name))),
            None => network.default_name(network.nodes.len(), &op),
        };
        network.nodes.push(NodeSpec { name, inputs, op });
    }
    Ok(network)
}

/// Arguments of one operation while it is read.
struct Args<'a> {
    first: Option<&'a str>,
    named: Vec<(&'a str, &'a str)>,
}

impl<'a> Args<'a> {
    fn first<T: std::str::FromStr>(&mut self, what: &str) -> Result<T, String> {
        let text = self.first.take().ok_or_else(|| format!("{what} is missing"))?;
        text.parse().ok().ok_or_else(|| format!("{what} \"{}\" is no number", shorten(text)))
    }

    fn take(&mut self, key: &str) -> Option<&'a str> {
        let idx = self.named.iter().position(|(k, _)| *k == key)?;
        Some(self.named.remove(idx).1)
    }

    fn number(&mut self, key: &str, default: usize) -> Result<usize, String> {
        self.take(key).map_or(Ok(default), |v| v.parse().ok().ok_or_else(|| format!("{key}=\"{}\" is no number", shorten(v))))
    }

    fn init(&mut self, default: Init) -> Result<Init, String> {
        match self.take("init") {
            None => Ok(default),
            Some("glorot") => Ok(Init::Glorot),
            Some("he") => Ok(Init::He),
            Some("zero") => Ok(Init::Zero),
            Some(other) => Err(format!("init=\"{}\": glorot, he or zero", shorten(other))),
        }
    }
}

fn parse_op(text: &str) -> Result<OpSpec, String> {
    let (word, inner) = match text.split_once('(') {
        Some((word, rest)) => (word, rest.strip_suffix(')').ok_or("a closing bracket is missing")?),
        None => (text, ""),
    };
    let mut args = Args { first: None, named: Vec::new() };
    for (idx, arg) in inner.split(',').map(str::trim).filter(|a| !a.is_empty()).enumerate() {
        match arg.split_once('=') {
            Some((key, value)) => args.named.push((key.trim(), value.trim())),
            None if idx == 0 => args.first = Some(arg),
            None => return Err(format!("\"{}\" has no name", shorten(arg))),
        }
    }
    let op = op_from_args(word, &mut args)?;
    if let Some(text) = args.first {
        return Err(format!("\"{}\" is one argument too many", shorten(text)));
    }
    if let Some((key, _)) = args.named.first() {
        return Err(format!("unknown setting \"{}\"", shorten(key)));
    }
    Ok(op)
}

fn op_from_args(word: &str, args: &mut Args<'_>) -> Result<OpSpec, String> {
    if let Some(function) = Function::ALL.into_iter().find(|f| f.word() == word) {
        return Ok(OpSpec::Activation { function });
    }
    Ok(match word {
        "dense" => OpSpec::Dense {
            units: args.first("number of units")?,
            init: args.init(Init::Glorot)?,
            bias: match args.take("bias") {
                None | Some("yes") => true,
                Some("no") => false,
                Some(other) => return Err(format!("bias=\"{}\": yes or no", shorten(other))),
            },
        },
        "select" => {
            let text = args.first.take().ok_or("indices of values are missing")?;
            // Some programs turn + into a space when they pass a link on.
            let index = |t: &str| t.parse().ok().ok_or_else(|| format!("\"{}\" is no index", shorten(t)));
            OpSpec::Select { features: text.split(['+', ' ']).map(index).collect::<Result<_, String>>()? }
        }
        "conv" => OpSpec::Conv2d {
            filters: args.first("number of filters")?,
            kernel: args.number("k", 3)?,
            stride: args.number("s", 1)?,
            padding: match args.take("p") {
                None => Padding::Valid,
                Some("same") => Padding::Same,
                Some("valid") => Padding::Valid,
                Some(n) => {
                    Padding::Pixels(n.parse().ok().ok_or_else(|| format!("p=\"{}\": same, valid or a number", shorten(n)))?)
                }
            },
            dilation: args.number("d", 1)?,
            groups: args.number("g", 1)?,
            init: args.init(Init::He)?,
        },
        "convt" => OpSpec::ConvTranspose2d {
            filters: args.first("number of filters")?,
            kernel: args.number("k", 2)?,
            stride: args.number("s", 2)?,
            padding: args.number("p", 0)?,
            init: args.init(Init::He)?,
        },
        "maxpool" | "avgpool" => {
            let size = args.first("size")?;
            let stride = args.number("s", size)?;
            if word == "maxpool" { OpSpec::MaxPool { size, stride } } else { OpSpec::AvgPool { size, stride } }
        }
        "globalavgpool" => OpSpec::GlobalAvgPool,
        "batchnorm" => OpSpec::BatchNorm,
        "dropout" => OpSpec::Dropout { rate: args.first("rate")? },
        "flatten" => OpSpec::Flatten,
        "concat" => OpSpec::Concat,
        "add" => OpSpec::Add,
        "upsample" => OpSpec::Upsample {
            factor: args.first("factor")?,
            mode: match args.take("mode") {
                None | Some("nearest") => UpsampleMode::Nearest,
                Some("bilinear") => UpsampleMode::Bilinear,
                Some(other) => return Err(format!("mode=\"{}\": nearest or bilinear", shorten(other))),
            },
        },
        "" => return Err("is empty".into()),
        other => return Err(format!("unknown operation \"{}\"", shorten(other))),
    })
}

/// Word of an initialisation in notation and menus.
pub fn init_word(init: Init) -> &'static str {
    match init {
        Init::Glorot => "glorot",
        Init::He => "he",
        Init::Zero => "zero",
    }
}

/// At most 40 characters of untrusted text, for messages.
fn shorten(text: &str) -> String {
    text.chars().take(40).collect()
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
        let text = "a=conv(8,k=5,s=2,p=1,d=2,g=4,init=zero)-convt(4,k=3,s=1,p=1)-maxpool(3,s=2)-upsample(2,mode=bilinear)-dropout(0.25)-add@a+dropout1-flatten-select(0+3)-dense(2,bias=no)-softmax";
        let network = parse(text).expect("valid");
        assert_eq!(print(&network), text);
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
        assert!(parse("").is_err());
    }
}
