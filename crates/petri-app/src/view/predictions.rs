//! Validation images with what the network says about them.

use petri_data::metric::Confusion;
use petri_protocol::task::Shown;
use petri_protocol::task::largest;
use petri_protocol::{DataInfo, Probe, TensorShape};

use super::{Column, ViewCard};
use crate::drawing::picture::{Picture, image, overlay};
use crate::state::probes::{ProbeAnswer, grid_range};

/// The card.
pub static CARD: ViewCard = ViewCard {
    id: "predictions",
    title: "Predictions",
    help: "Validation images with what the network says about them.",
    column: Column::Middle,
    order: 200,
    fits: |_, info| matches!(info.input, TensorShape::Image { .. }),
    opens: |info| matches!(info.input, TensorShape::Image { .. }),
    asks: |_| vec![Probe::Samples { range: grid_range() }, Probe::Predictions { range: grid_range() }],
};

/// What the network says about one image.
#[derive(Debug, Clone, PartialEq)]
pub struct Said {
    /// In short.
    pub text: String,
    /// What is true.
    pub truth: String,
    /// Whether both agree, where that is yes or no.
    pub is_right: Option<bool>,
}

/// One image, for segmentation with a mask over it.
pub fn picture(info: &DataInfo, samples: &ProbeAnswer, i: usize, mask: Option<&[f32]>) -> Option<Picture> {
    let TensorShape::Image { channels, height, width } = info.input else { return None };
    let len = info.input.len();
    let mut picture = image(samples.part(0).get(i * len..(i + 1) * len)?, channels, height, width);
    if let Some(mask) = mask {
        overlay(&mut picture, mask);
    }
    Some(picture)
}

/// Probability of the second class for each pixel of an image.
pub fn predicted_mask<'a>(info: &DataInfo, predictions: &'a ProbeAnswer, i: usize) -> Option<&'a [f32]> {
    let (k, area) = (info.n_classes(), info.input.area());
    predictions.part(0).get((i * k + 1) * area..(i * k + 2) * area)
}

/// Class of each pixel of an image.
pub fn true_mask<'a>(info: &DataInfo, samples: &'a ProbeAnswer, i: usize) -> Option<&'a [f32]> {
    let area = info.input.area();
    samples.part(1).get(i * area..(i + 1) * area)
}

/// What is said about one image, and what is true.
pub fn said(info: &DataInfo, samples: &ProbeAnswer, predictions: &ProbeAnswer, i: usize) -> Option<Said> {
    let k = info.n_classes();
    match info.task.card().shown {
        Shown::Class => {
            let p = predictions.part(0).get(i * k..(i + 1) * k)?;
            let best = largest(p);
            let truth = *samples.part(1).get(i)? as usize;
            Some(Said {
                text: format!("{} {:.0}\u{a0}%", info.classes.get(best)?, 100.0 * p.get(best)?.clamp(0.0, 1.0)),
                truth: info.classes.get(truth)?.clone(),
                is_right: Some(best == truth),
            })
        }
        Shown::Labels => {
            let names = |values: &[f32]| {
                let names: Vec<&str> =
                    info.classes.iter().zip(values).filter(|(_, v)| **v > 0.5).map(|(n, _)| n.as_str()).collect();
                if names.is_empty() { "nothing".to_owned() } else { names.join(", ") }
            };
            let p = names(predictions.part(0).get(i * k..(i + 1) * k)?);
            let truth = names(samples.part(1).get(i * k..(i + 1) * k)?);
            Some(Said { is_right: Some(p == truth), text: p, truth })
        }
        // The grid is of images, which have classes.
        Shown::Number => None,
        Shown::Mask => {
            let text = overlap(predicted_mask(info, predictions, i)?, true_mask(info, samples, i)?);
            Some(Said { text, truth: "the mask beside it".into(), is_right: None })
        }
    }
}

/// What is right about a mask: the overlap of the second class, where there is any of it.
fn overlap(predicted: &[f32], truth: &[f32]) -> String {
    let mut pixels = Confusion::new(2);
    predicted.iter().zip(truth).for_each(|(p, t)| pixels.add(usize::from(*t > 0.5), usize::from(*p > 0.5)));
    if pixels.count(0, 0) == pixels.counts().iter().sum::<u64>() {
        return "both empty".into();
    }
    let second = pixels.of_class(1);
    // F1 of pixels is the Dice coefficient.
    format!("IoU {:.2} · Dice {:.2}", second.iou, second.f1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use petri_protocol::event::PayloadPart;
    use petri_protocol::presets;

    #[test]
    fn overlap_is_counted_in_pixels_of_the_second_class() {
        assert_eq!(overlap(&[0.9, 0.8, 0.1, 0.2], &[1.0, 0.0, 1.0, 0.0]), "IoU 0.33 · Dice 0.50");
        assert_eq!(overlap(&[0.1; 4], &[0.0; 4]), "both empty");
        let missed = overlap(&[0.1; 4], &[0.0, 0.0, 0.0, 1.0]);
        assert_eq!(missed, "IoU 0.00 · Dice 0.00", "three of four pixels are right, and nothing is found");
    }

    #[test]
    fn masks_are_judged_by_their_overlap_and_cut_answers_say_nothing() {
        let experiment = (presets::find("unet-mini").expect("a preset").experiment)();
        let info = experiment.data.generated_info().expect("known");
        let area = info.input.area();
        let part = |name: &str, shape: Vec<usize>| PayloadPart { name: name.into(), shape };
        let mut truth = vec![0.0; area];
        truth[..10].fill(1.0);
        let samples = ProbeAnswer {
            parts: vec![part("inputs", vec![1, area]), part("targets", vec![1, area])],
            values: [vec![0.5; area], truth.clone()].concat(),
            ..ProbeAnswer::default()
        };
        let predictions = ProbeAnswer {
            parts: vec![part("probabilities", vec![1, 2, area])],
            values: [truth.iter().map(|t| 1.0 - t).collect::<Vec<_>>(), truth].concat(),
            ..ProbeAnswer::default()
        };
        let said = said(&info, &samples, &predictions, 0).expect("an answer");
        assert_eq!(said.text, "IoU 1.00 · Dice 1.00");
        assert!(super::said(&info, &samples, &predictions, 1).is_none());
        assert!(super::said(&info, &samples, &ProbeAnswer::default(), 0).is_none());
    }
}
