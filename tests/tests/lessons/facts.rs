//! What the lessons state: numbers that can be counted, and words that are explained where they come first.

use petri_lesson::{Block, Kind};
use petri_protocol::{Experiment, Split, TensorShape, notation};

use crate::run::{dataset, dish, lessons, n_parameters, read_lesson, seeded, start, text};

/// A lesson says something, line breaks aside.
#[track_caller]
fn says(lesson: &str, words: &str) {
    let flat = text(lesson).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains(words), "{lesson} does not say \"{words}\"");
}

/// The answer of a numeric question.
fn answer(lesson: &str, id: &str) -> f64 {
    let found = read_lesson(lesson).blocks.into_iter().find_map(|block| match block {
        Block::Question(question) if question.id == id => Some(question.kind),
        _ => None,
    });
    match found {
        Some(Kind::Numeric { answer, .. }) => answer,
        other => panic!("{lesson}: {id} is {other:?}"),
    }
}

fn experiment(lesson: &str, id: &str) -> Experiment {
    dish(lesson, id).experiment
}

/// Parameters of a network in the notation, for so many inputs.
fn count(network: &str, inputs: usize) -> usize {
    let network = notation::parse(network).expect("a network");
    network.infer(TensorShape::Features(inputs)).expect("fits").n_parameters()
}

#[test]
fn parameters_are_counted_right() {
    for (lesson, id, words, n) in [
        ("one-neuron", "line", "three numbers to learn", 3),
        ("matrices-are-not-enough", "linear", "105 parameters", 105),
        ("matrices-are-not-enough", "bent", "The number of parameters is the same", 105),
        ("parabola", "large", "641 parameters", 641),
        ("overfitting", "memorise", "title: 2,338 parameters, 60 noisy cells", 2338),
    ] {
        says(lesson, words);
        assert_eq!(n_parameters(&experiment(lesson, id)), n, "{lesson}: {id}");
    }
    says("overfitting", "The second hidden layer adds 2,112 and the output 130, which makes 2,338.");
    assert_eq!((answer("overfitting", "parameters"), 96 + 2112 + 130), (96.0, 2338));
    assert_eq!(answer("overfitting", "parameters"), count("dense(32)", 2) as f64);
    assert_eq!(answer("matrices-are-not-enough", "count"), count("dense(8)", 8) as f64);
    assert_eq!(answer("parabola", "parameters"), count("dense(4)-tanh-dense(1)-sigmoid", 2) as f64);
    let biases = 3 + 1;
    assert_eq!(answer("house-price", "connections"), (n_parameters(&experiment("house-price", "dense")) - biases) as f64);
}

#[test]
fn cells_and_steps_are_counted_right() {
    let train = |lesson, id| dataset(&experiment(lesson, id)).info.sizes.of(Split::Train);
    says("one-neuron", "all 200 training cells");
    assert_eq!(train("one-neuron", "line"), 200);
    says("one-neuron", "it has seven steps");
    let epoch = |lesson, id| start(&experiment(lesson, id)).steps_per_epoch();
    assert_eq!(epoch("one-neuron", "line"), 7);
    says("one-neuron", "looks at 32 cells");
    assert_eq!(experiment("one-neuron", "line").training.batch_size, 32);
    says("descent", "all 128 training cells");
    assert_eq!((train("descent", "full"), epoch("descent", "full")), (128, 1));
    says("mini-batch", "You have 256 labelled cells");
    for (id, steps) in [("batch", 16), ("whole", 1)] {
        assert_eq!((train("mini-batch", id), epoch("mini-batch", id)), (256, steps), "{id}");
    }
    assert_eq!(answer("mini-batch", "steps"), 256.0 / 32.0);
    says("overfitting", "only 60 cells to learn from");
    assert_eq!(train("overfitting", "memorise"), 60);
    says("nuclei", "569 samples");
    let nuclei = dataset(&experiment("nuclei", "radius")).info.clone();
    assert_eq!(Split::ALL.map(|s| nuclei.sizes.of(s)).iter().sum::<usize>(), 569);
    says("nuclei", "from the 29 other measurements");
    assert_eq!(nuclei.features.len(), 29);
    says("nuclei", "the 285 training samples");
    assert_eq!(train("nuclei", "diagnosis"), 285);
    says("nuclei", "the last 142 samples");
    assert_eq!(dataset(&experiment("nuclei", "diagnosis")).info.sizes.test, 142);
}

/// Mean and standard deviation.
fn spread(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    (mean, (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n).sqrt())
}

#[test]
fn means_and_deviations_are_as_stated() {
    says("house-price", "Areas have a mean of about 130 m² and a standard deviation of about 52 m²");
    for seed in 1..=5 {
        let scaling = dataset(&seeded(&experiment("house-price", "dense"), seed)).scaling.clone();
        let (mean, std) = (scaling.mean[0], scaling.std[0]);
        assert!((mean - 130.0).abs() < 10.0 && (std - 52.0).abs() < 5.0, "seed {seed}: {mean} ± {std}");
    }
    says("nuclei", "the radius is 14.1 on average, with a standard deviation of 3.5");
    let data = dataset(&experiment("nuclei", "radius"));
    let mut radii = Vec::new();
    for split in Split::ALL {
        (0..data.info.sizes.of(split)).for_each(|i| data.raw_target(split, i, &mut radii));
    }
    let (mean, std) = spread(&radii.iter().map(|r| f64::from(*r)).collect::<Vec<_>>());
    assert!((mean - 14.1).abs() < 0.05 && (std - 3.5).abs() < 0.05, "{mean} ± {std}");
}

/// The error of the gradient of a mini-batch, against the formula for draws without replacement.
#[test]
fn the_error_of_a_gradient_falls_as_stated() {
    let session = start(&experiment("mini-batch", "batch"));
    let n = session.dataset().info.sizes.of(Split::Train);
    let gradient = |indices: &[usize]| -> Vec<f32> {
        let batch = session.moment().batch_of(indices, indices.len());
        pollster::block_on(session.moment().network().gradients(&batch)).expect("the CPU cannot fail").1.concat()
    };
    let all: Vec<usize> = (0..n).collect();
    let exact = gradient(&all);
    let error = |size: usize| {
        let mut rng = petri_data::random::stream(7, petri_data::random::Purpose::Split);
        let mut sum = 0.0;
        const DRAWS: usize = 400;
        for _ in 0..DRAWS {
            let drawn: Vec<usize> = petri_data::random::permutation(&mut rng, n).iter().take(size).map(|i| *i as usize).collect();
            sum += gradient(&drawn).iter().zip(&exact).map(|(a, b)| f64::from((a - b) * (a - b))).sum::<f64>();
        }
        (sum / DRAWS as f64).sqrt()
    };
    let stated = |size: usize| ((n - size) as f64 / (n - 1) as f64).sqrt() / (size as f64).sqrt();
    let one = error(1) / stated(1);
    for size in [4, 16, 64, 192] {
        let ratio = error(size) / stated(size) / one;
        assert!((ratio - 1.0).abs() < 0.1, "a batch of {size}: {ratio}");
    }
    assert!(error(n) < 1e-6 * one, "the full batch is exact");
}

/// Words of the field and the lesson that explains them. There, their first use is set off as `*word*`.
const WORDS: [(&str, &str); 56] = [
    ("weight", "one-neuron"),
    ("bias", "one-neuron"),
    ("activation function", "one-neuron"),
    ("sigmoid", "one-neuron"),
    ("parameters", "one-neuron"),
    ("loss", "one-neuron"),
    ("cross-entropy", "one-neuron"),
    ("gradient", "one-neuron"),
    ("epoch", "one-neuron"),
    ("learning rate", "one-neuron"),
    ("seed", "one-neuron"),
    ("noise", "one-neuron"),
    ("accuracy", "one-neuron"),
    ("validation", "one-neuron"),
    ("layer", "matrices-are-not-enough"),
    ("dense", "matrices-are-not-enough"),
    ("linear", "matrices-are-not-enough"),
    ("standardised", "matrices-are-not-enough"),
    ("ReLU", "matrices-are-not-enough"),
    ("hidden", "matrices-are-not-enough"),
    ("tanh", "matrices-are-not-enough"),
    ("saturated", "parabola"),
    ("dead", "parabola"),
    ("optimizer", "descent"),
    ("gradient descent", "descent"),
    ("momentum", "descent"),
    ("Adam", "descent"),
    ("SGD", "descent"),
    ("full batch", "descent"),
    ("mini-batch", "descent"),
    ("stochastic", "descent"),
    ("GPU", "mini-batch"),
    ("confusion matrix", "imbalance"),
    ("sensitivity", "imbalance"),
    ("specificity", "imbalance"),
    ("precision", "imbalance"),
    ("false positive rate", "imbalance"),
    ("false discovery rate", "imbalance"),
    ("balanced accuracy", "imbalance"),
    ("F1", "imbalance"),
    ("threshold", "imbalance"),
    ("ROC", "imbalance"),
    ("class weights", "imbalance"),
    ("overfitting", "overfitting"),
    ("softmax", "overfitting"),
    ("weight decay", "overfitting"),
    ("AdamW", "descent"),
    ("dropout", "overfitting"),
    ("early stopping", "overfitting"),
    ("patience", "overfitting"),
    ("regression", "house-price"),
    ("leaky ReLU", "house-price"),
    ("MAE", "house-price"),
    ("back-propagation", "house-price"),
    ("RMSE", "nuclei"),
    ("permutation importance", "nuclei"),
];

/// What people read of a lesson, in its order: all but front matter, headings and the lines of dishes.
fn read_aloud(lesson: &str) -> String {
    let whole = text(lesson);
    let body = whole.splitn(3, "---\n").nth(2).expect("front matter");
    let mut in_dish = false;
    let mut out = String::new();
    for line in body.lines() {
        if line.starts_with("```") {
            in_dish = line == "```dish";
        } else if !in_dish && !line.starts_with('#') {
            out.push_str(&without_addresses(line));
            out.push('\n');
        }
    }
    out
}

/// A line without the addresses of its links, which nobody reads aloud.
fn without_addresses(line: &str) -> String {
    let mut parts = line.split("](");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |out, part| out + "]" + part.split_once(')').map_or("", |(_, rest)| rest))
}

/// True where `word` stands in `text` as a word of its own.
fn has_word(text: &str, word: &str) -> bool {
    let is_letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    text.match_indices(word)
        .any(|(at, _)| !is_letter(text[..at].chars().next_back()) && !is_letter(text[at + word.len()..].chars().next()))
}

#[test]
fn words_of_the_field_are_explained_where_they_come_first() {
    let mut wrong = Vec::new();
    for (word, explained_in) in WORDS {
        let uses = |lesson: &String| -> Option<String> {
            let spoken = read_aloud(lesson).replace(". ", ".\n").replace("? ", "?\n");
            spoken.lines().find(|sentence| has_word(&sentence.to_lowercase(), &word.to_lowercase())).map(str::to_owned)
        };
        let first = lessons().into_iter().find_map(|lesson| uses(&lesson).map(|sentence| (lesson, sentence)));
        match first {
            Some((lesson, sentence)) if lesson == explained_in && sentence.contains('*') => {}
            first => wrong.push(format!("\"{word}\" is explained in {explained_in}, and comes first in {first:?}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
